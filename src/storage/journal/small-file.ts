import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { isErrorCode } from './error-code.ts';
import type { Owner } from './owner.ts';

/** Owner only: what is in `DATA_DIR` is nobody else's business (OWASP ASVS 5.0, V14.2). */
export const FILE_MODE = 0o600;

/** Makes a file that is not there yet, whole or not at all. */
export async function writeNewFile(path: string, text: string, owner: Owner | null): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, FILE_MODE);
  try {
    if (owner !== null) await handle.chown(owner.userId, owner.groupId);
    await handle.writeFile(text);
  } catch (error) {
    await removeFile(path);
    throw error;
  } finally {
    await handle.close();
  }
}

/** Removes a file, where it is there. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isErrorCode(error, 'ENOENT')) throw error;
  }
}

/** @returns the text of a file, never that of what a link points to; null where there is none */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}
