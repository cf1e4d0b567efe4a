import { isErrorCode } from './error-code.ts';
import type { FileSystem, OpenFile } from './file-system.ts';

/**
 * The end of a journal, where it grows. What `append` resolved for is on the disk; what it rejected for is
 * not in the file, before anything else is written to it.
 */
export class JournalFile {
  readonly #file: OpenFile;
  #length: number;
  /** Bytes may stand beyond `#length`, or be in doubt: they are cut off before the next append. */
  #needsRepair = false;

  /**
   * @param length bytes of whole lines in the file
   */
  constructor(file: OpenFile, length: number) {
    this.#file = file;
    this.#length = length;
  }

  /** Bytes of whole lines. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds a line and resolves once it is on the disk.
   *
   * @throws the error of the system; the file is then as before, or will be before the next append
   */
  async append(line: Uint8Array): Promise<void> {
    if (this.#needsRepair) await this.#repair();
    try {
      await this.#file.write(line, this.#length);
      await this.#file.sync();
      this.#length += line.length;
    } catch (error) {
      // After a sync that failed, nobody knows what is on the disk (the kernel may have dropped the pages):
      // so the bytes are cut off, and whoever tries again writes them anew.
      this.#needsRepair = true;
      // Where that fails, it is done before the next append, or at the end.
      await this.#repair().catch(() => {});
      throw error;
    }
  }

  /** Adds bytes that need not be on the disk until `sync`. For a file that nobody relies on yet. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, this.#length);
    this.#length += bytes.length;
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  /** Reads whole lines' bytes; for compaction, which copies them. */
  async read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#file.read(buffer, position);
  }

  async close(): Promise<void> {
    // What was answered with an error must not be there at the next start. A disk that fails still leaves it there.
    if (this.#needsRepair) await this.#repair().catch(() => {});
    await this.#file.close();
  }

  async #repair(): Promise<void> {
    await this.#file.truncate(this.#length);
    await this.#file.sync();
    this.#needsRepair = false;
  }
}

/** Makes a new, empty journal file; what stood at the path is gone. */
export async function createJournalFile(fileSystem: FileSystem, path: string): Promise<JournalFile> {
  try {
    return new JournalFile(await fileSystem.create(path), 0);
  } catch (error) {
    if (!isErrorCode(error, 'EEXIST')) throw error;
  }
  // Left by a process that was killed, or put there by somebody: not to be written through, whatever it is.
  await fileSystem.remove(path);
  return new JournalFile(await fileSystem.create(path), 0);
}
