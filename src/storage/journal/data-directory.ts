import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DomainError } from '../../errors.ts';
import { DataDirectoryError } from '../store-errors.ts';
import type { FileSystem } from './file-system.ts';
import { effectiveUserId } from './machine.ts';

const DIRECTORY_MODE = 0o700;

const GROUP_MAY_WRITE = 0o020;
const OTHERS_MAY_WRITE = 0o002;
const OTHERS_MAY_LOOK = 0o055;

/** What to do about each error that a directory, or a file of it, gives. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this user may not use it: give it to the user that runs the server (chown -R), or choose another DATA_DIR'],
  ['EPERM', 'the system forbids it: give it to the user that runs the server (chown -R), or choose another DATA_DIR'],
  ['ENOSPC', 'the disk is full: make room, then start again'],
  ['EDQUOT', 'the quota of this user is used up: make room, then start again'],
  ['EFBIG', 'a limit of this user holds files too small: raise it (ulimit -f)'],
  ['EMFILE', 'this process may open no more files: raise the limit (ulimit -n)'],
  ['ENFILE', 'the system can open no more files: close other programs'],
  ['EROFS', 'it is mounted read-only: mount it for writing, or choose another DATA_DIR'],
  ['EEXIST', 'a file is in the way: move it, or choose another DATA_DIR'],
  ['ENOTDIR', 'a part of its path is a file: move that, or choose another DATA_DIR'],
  ['EISDIR', 'a directory has the name of a file of this server: move it away'],
  ['ELOOP', 'it is a link, and links are not followed: put the file itself there'],
  ['ENOENT', 'there is no such directory: set DATA_DIR to the one that the server uses'],
  ['ENAMETOOLONG', 'its path is too long: choose a shorter DATA_DIR'],
  ['EIO', 'the disk does not work: look at the log of the system'],
  ['ESTALE', 'the network file system has lost it: mount it again'],
]);

/**
 * Does what is about a data directory, with each error of the system made into a sentence that says what to do.
 *
 * @throws {DataDirectoryError} where the system gave an error that there is advice for
 * @throws everything else as it was thrown
 */
export async function withDirectoryErrors<T>(directory: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DomainError || !(error instanceof Error)) throw error;
    const { code, path, syscall } = { code: undefined, path: undefined, syscall: undefined, ...error };
    const advice = typeof code === 'string' ? ADVICE.get(code) : undefined;
    if (advice === undefined) throw error;
    if (syscall === 'mkdir' && typeof path === 'string' && (code === 'EACCES' || code === 'EPERM')) {
      throw new DataDirectoryError(directory, await parentProblem(directory, path, code), error);
    }
    const file = typeof path === 'string' && resolve(path).startsWith(`${resolve(directory)}/`) ? ` (${path})` : '';
    throw new DataDirectoryError(directory, `cannot use DATA_DIR ${directory}${file}: ${String(code)}, ${advice}`, error);
  }
}

/** What is told where the directory is not there, and the one above it takes no new one. */
async function parentProblem(directory: string, refused: string, code: string): Promise<string> {
  let parent = dirname(resolve(refused));
  // Below a directory that may not be entered nothing is to be seen: that one it is.
  while (parent !== dirname(parent) && !(await isThere(parent))) parent = dirname(parent);
  return (
    `cannot make DATA_DIR ${directory}: ${code}, this user may make nothing in ${parent}: ` +
    `make ${resolve(directory)} for the user that runs the server (install -d -m 700 -o USER), or choose another DATA_DIR`
  );
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Makes a directory, for its owner alone, where it is missing, and has its name and those above it on the disk. */
export async function makeDirectory(directory: string, fileSystem: FileSystem): Promise<void> {
  const made = await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
  if (made === undefined) return;
  const outermost = resolve(made);
  for (let path = resolve(directory); path.length >= outermost.length; path = dirname(path)) {
    await fileSystem.syncDirectoryOf(path);
  }
}

/**
 * Looks whether a directory is safe to keep secrets in: who could write to it could put files, or links, of their own
 * in the place of ours.
 *
 * @param onNotice is told where others may read, or a group may write, as on a volume with an fsGroup
 * @param userId whose rights this process has; null on a system without such numbers, where nothing is looked at
 * @throws {DataDirectoryError} everybody may write to it, or it belongs to somebody else
 * @throws the system's error where there is none
 */
export async function checkDirectory(
  directory: string,
  onNotice: (notice: string) => void,
  userId: number | null = effectiveUserId(),
): Promise<void> {
  const state = await stat(directory);
  if (!state.isDirectory()) {
    throw new DataDirectoryError(directory, `DATA_DIR ${directory} is no directory: move that file, or choose another`);
  }
  if (userId === null) return;
  const mode = (state.mode & 0o7777).toString(8).padStart(4, '0');
  if ((state.mode & OTHERS_MAY_WRITE) !== 0) {
    throw new DataDirectoryError(
      directory,
      `everybody may write to DATA_DIR ${directory} (mode ${mode}): chmod 700 it, or choose another`,
    );
  }
  // Root may open anybody's; what it makes there is given to the directory's owner. Root's own is a volume's root.
  if (userId !== 0 && state.uid !== 0 && state.uid !== userId) {
    throw new DataDirectoryError(
      directory,
      `DATA_DIR ${directory} belongs to user ${state.uid}, and this process is user ${userId}: ` +
        'start it as that one, or give the directory away (chown -R)',
    );
  }
  if ((state.mode & GROUP_MAY_WRITE) !== 0) {
    onNotice(`${directory}: group ${state.gid} may write to it (mode ${mode}): whoever is in that group is trusted`);
  } else if ((state.mode & OTHERS_MAY_LOOK) !== 0) {
    onNotice(`${directory}: others may look into it (mode ${mode}): chmod 700 it, unless that is meant`);
  }
}
