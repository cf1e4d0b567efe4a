/** An open file, read and written at byte positions. */
export interface OpenFile {
  size(): Promise<number>;
  /** @returns how many bytes were read: fewer than asked only at the end of the file. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of the bytes, or throws. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Resolves once all that was written is on the disk (`fdatasync`). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * What the journal asks of the file system, so that tests can stand between the two: fail a write, or stop
 * the world after any of these calls.
 */
export interface FileSystem {
  /** Opens for reading and writing; makes the file, for its owner alone, where it is missing. Follows no link. */
  open(path: string): Promise<OpenFile>;
  /** Makes a file that is not there yet, for its owner alone. @throws EEXIST where something has that name */
  create(path: string): Promise<OpenFile>;
  /** Opens for reading. @returns null where there is no such file (ENOENT); every other error is thrown. */
  openExisting(path: string): Promise<OpenFile | null>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, where it is there. */
  remove(path: string): Promise<void>;
  /** Resolves once the directory that holds `path` is on the disk: a file that appeared or was renamed stays. */
  syncDirectoryOf(path: string): Promise<void>;
}
