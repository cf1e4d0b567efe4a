import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataDirectoryError } from '../store-errors.ts';
import { isErrorCode } from './error-code.ts';
import type { LockHolder } from './lock-holder.ts';

/** No header is longer: a torn file that is came from behind one. */
const HEADER_ROOM_BYTES = 128;

/**
 * Refuses a journal of 0 bytes where there had been more in it. A first start that was cut short leaves one too: that
 * is no loss, and goes on.
 *
 * @param path of the journal
 * @param tornPrefix of the files in which torn ends were set aside
 * @param previous who had the directory before, and did not give it up
 * @param onNotice is told where nobody knows
 * @throws {DataDirectoryError} the lock or a torn file says that there was a journal
 */
export async function refuseEmptied(
  path: string,
  tornPrefix: string,
  previous: LockHolder | null,
  onNotice: (notice: string) => void,
): Promise<void> {
  const directory = dirname(path);
  if ((await sizeOf(path)) !== 0) return;
  const witness = previous?.hasJournal === true ? 'lock' : await tornFileOf(directory, tornPrefix);
  if (witness !== null) {
    throw new DataDirectoryError(
      directory,
      `${path} is empty, and ${witness} says that there was something in it: restore ${basename(path)} from a ` +
        'backup, or remove it to start with nobody; nothing was changed',
    );
  }
  if (previous !== null) {
    onNotice(`${path} is empty, and a process ended without giving it up: if there were users, restore it from a backup`);
  }
}

/** @returns null where there is no such file */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrorCode(error, 'ENOENT', 'ELOOP')) return null;
    throw error;
  }
}

async function tornFileOf(directory: string, prefix: string): Promise<string | null> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(prefix) && ((await sizeOf(join(directory, name))) ?? 0) > HEADER_ROOM_BYTES) return name;
  }
  return null;
}
