import { constants } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Owner only: what is in `DATA_DIR` is nobody else's business (OWASP ASVS 5.0, V14.2). */
export const FILE_MODE = 0o600;

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
  /** Opens for reading and writing; makes the file, for its owner alone, where it is missing. */
  open(path: string): Promise<OpenFile>;
  /** Opens for reading. @returns null where there is no such file (ENOENT); every other error is thrown. */
  openExisting(path: string): Promise<OpenFile | null>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, where it is there. */
  remove(path: string): Promise<void>;
  /** Resolves once the directory that holds `path` is on the disk: a file that appeared or was renamed stays. */
  syncDirectoryOf(path: string): Promise<void>;
}

export function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const result = await this.#handle.write(bytes, written, bytes.length - written, position + written);
      written += result.bytesWritten;
    }
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

export const nodeFileSystem: FileSystem = {
  async open(path) {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
    await handle.chmod(FILE_MODE);
    return new NodeFile(handle);
  },

  async openExisting(path) {
    try {
      return new NodeFile(await open(path, constants.O_RDONLY));
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return null;
      throw error;
    }
  },

  rename,

  async remove(path) {
    try {
      await unlink(path);
    } catch (error) {
      if (!isErrorCode(error, 'ENOENT')) throw error;
    }
  },

  async syncDirectoryOf(path) {
    const handle = await open(dirname(path), constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};
