import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
// By name, since a lock is about processes: nothing here reads the environment or ends one.
import { kill, pid as ownPid } from 'node:process';
import { StoreLockedError } from '../../errors.ts';
import { FILE_MODE, isErrorCode, nodeFileSystem } from './file-system.ts';

export const LOCK_FILE = 'lock';

/** Of the SHA-256 of a lock's text, in its guard's name. */
const GUARD_DIGITS = 16;

/**
 * Who holds a directory. `startedAt` tells a process from a later one that was given the same pid (in a
 * container the server always has the same one).
 */
interface LockHolder {
  readonly pid: number;
  readonly startedAt: string | null;
}

/** A process as the kernel has it. */
interface ProcessState {
  /** Boot id, and clock ticks from the boot to the start. */
  readonly startedAt: string;
  /** Ended, though nobody has asked yet how: it writes nothing any more. */
  readonly isOver: boolean;
}

/**
 * Source: proc(5): `stat` has the state as field 3, the number of threads as 20, the start as 22.
 *
 * @returns null where there is no such process, or the system has no /proc to tell
 */
async function processState(pid: number): Promise<ProcessState | null> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // Field 2 is the command in parentheses, which may hold spaces and parentheses itself.
    const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie with threads is still ending, and one of them may be in the middle of a write.
    const isOver = fromThird[0] === 'Z' && Number(fromThird[17]) <= 1;
    return { startedAt: `${boot.trim()} ${fromThird[19]}`, isOver };
  } catch {
    return null;
  }
}

/** Whether the process that wrote a lock is still there. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  try {
    kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it is there, and another user's.
    if (!isErrorCode(error, 'EPERM')) return false;
  }
  const state = await processState(holder.pid);
  if (state === null) return true;
  return !state.isOver && (holder.startedAt === null || holder.startedAt === state.startedAt);
}

/** @returns null for a text that no process of ours has written: it holds nothing */
function parseHolder(text: string): LockHolder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return null;
    const { pid, startedAt } = value;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
    if (typeof startedAt !== 'string' && startedAt !== null) return null;
    return { pid, startedAt };
  } catch {
    return null;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** A directory that is this process's alone, until it is released or the process is gone. */
export class DirectoryLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /**
   * @param directory exists
   * @throws {StoreLockedError} a live process has it, or is taking it over from a dead one
   */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const path = join(directory, LOCK_FILE);
    const own = `${path}.${randomUUID()}`;
    const startedAt = (await processState(ownPid))?.startedAt ?? null;
    // The id makes every lock's text another one.
    const text = JSON.stringify({ pid: ownPid, startedAt, id: randomUUID() });
    await writeFile(own, `${text}\n`, { mode: FILE_MODE });
    try {
      await take(directory, own, path);
      return new DirectoryLock(path);
    } finally {
      await nodeFileSystem.remove(own);
    }
  }

  async release(): Promise<void> {
    await nodeFileSystem.remove(this.#path);
  }
}

/** Makes `path` a lock of ours. It appears with its text in one step (`link`), so no one reads half of it. */
async function take(directory: string, own: string, path: string): Promise<void> {
  for (;;) {
    try {
      await link(own, path);
      return;
    } catch (error) {
      if (!isErrorCode(error, 'EEXIST')) throw error;
    }
    await removeStale(directory, own, path);
  }
}

/**
 * Removes a dead process's lock. Of several that find it dead, one might remove the new lock of another that was
 * faster: so only who has the guard of this very lock, a lock itself, may remove it, and looks again before.
 * Should the one with the guard die, the guard is taken over in the same way.
 */
async function removeStale(directory: string, own: string, path: string): Promise<void> {
  const judged = await readIfThere(path);
  if (judged === null) return;
  const holder = parseHolder(judged);
  if (holder !== null && (await isAlive(holder))) throw new StoreLockedError(directory, holder.pid);

  const guard = `${path}.${createHash('sha256').update(judged).digest('hex').slice(0, GUARD_DIGITS)}`;
  await take(directory, own, guard);
  try {
    if ((await readIfThere(path)) === judged) await nodeFileSystem.remove(path);
  } finally {
    await nodeFileSystem.remove(guard);
  }
}
