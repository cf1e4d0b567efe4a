import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataDirectoryError } from '../store-errors.ts';
import { isErrorCode } from './error-code.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { effectiveUserId } from './machine.ts';
import { ownerForFilesIn } from './owner.ts';
import { FILE_MODE, removeFile } from './small-file.ts';

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

/** Calls that some file systems refuse; tests have them refused. */
export interface RefusableCalls {
  chmod(handle: FileHandle, mode: number): Promise<void>;
  chown(handle: FileHandle, userId: number, groupId: number): Promise<void>;
  syncDirectory(handle: FileHandle): Promise<void>;
  /** Null on a system without such numbers. */
  userId(): number | null;
}

const NODE_CALLS: RefusableCalls = {
  chmod: (handle, mode) => handle.chmod(mode),
  chown: (handle, userId, groupId) => handle.chown(userId, groupId),
  syncDirectory: (handle) => handle.sync(),
  userId: effectiveUserId,
};

const REFUSED = ['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EBADF'];

// A link is no file of ours, whatever it points to. A pipe must not hold the opening up.
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The file system of this machine.
 *
 * @param onNotice is told once, in a sentence, of each thing that the file system cannot do, and what is lost by it
 */
export function createFileSystem(
  onNotice: (notice: string) => void = () => {},
  calls: RefusableCalls = NODE_CALLS,
): FileSystem {
  const told = new Set<string>();
  const tellOnce = (topic: string, notice: string): void => {
    if (!told.has(topic)) onNotice(notice);
    told.add(topic);
  };

  /** For the owner alone; and where root made it, or finds root's own, for the owner of the directory. */
  async function takeInHand(handle: FileHandle, path: string): Promise<OpenFile> {
    try {
      const state = await handle.stat();
      if (!state.isFile()) throw new DataDirectoryError(dirname(path), `${path} is no regular file: move it away`);
      const owner = await ownerForFilesIn(dirname(path), calls.userId());
      if (owner !== null && (state.uid !== owner.userId || state.gid !== owner.groupId)) {
        await calls.chown(handle, owner.userId, owner.groupId);
      }
      if ((state.mode & 0o7777) !== FILE_MODE) await restrict(handle, path, state.mode);
      return new NodeFile(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async function restrict(handle: FileHandle, path: string, mode: number): Promise<void> {
    try {
      await calls.chmod(handle, FILE_MODE);
    } catch (error) {
      if (!isErrorCode(error, ...REFUSED)) throw error;
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      tellOnce('mode', `${path}: its mode stays ${octal}, since the system lets nobody set it: others may read it`);
    }
  }

  async function create(path: string): Promise<OpenFile> {
    const { O_RDWR, O_CREAT, O_EXCL } = constants;
    return takeInHand(await open(path, O_RDWR | O_CREAT | O_EXCL | SAFELY, FILE_MODE), path);
  }

  return {
    create,

    async open(path) {
      let handle: FileHandle;
      try {
        handle = await open(path, constants.O_RDWR | SAFELY);
      } catch (error) {
        if (isErrorCode(error, 'ENOENT')) return create(path);
        throw error;
      }
      return takeInHand(handle, path);
    },

    async openExisting(path) {
      let handle: FileHandle;
      try {
        handle = await open(path, constants.O_RDONLY | SAFELY);
      } catch (error) {
        if (isErrorCode(error, 'ENOENT')) return null;
        throw error;
      }
      return new NodeFile(handle);
    },

    rename,
    remove: removeFile,

    async syncDirectoryOf(path) {
      const directory = dirname(path);
      const handle = await open(directory, constants.O_RDONLY);
      try {
        await calls.syncDirectory(handle);
      } catch (error) {
        if (!isErrorCode(error, ...REFUSED)) throw error;
        tellOnce(
          'sync',
          `${directory}: this file system cannot sync a directory, so a power cut may undo the last compaction and ` +
            'with it what was written since',
        );
      } finally {
        await handle.close();
      }
    },
  };
}

export const nodeFileSystem: FileSystem = createFileSystem();
