import { randomUUID } from 'node:crypto';
import { link, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
// By name, since a lock is about processes: nothing here reads the environment or ends one.
import { kill, pid as ownPid } from 'node:process';
import { StoreLockedError } from '../errors.ts';
import { FILE_MODE, isErrorCode, nodeFileSystem } from './file-system.ts';

export const LOCK_FILE = 'lock';

/**
 * Who holds a directory. `startedAt` tells a process from a later one that was given the same pid (in a
 * container the server always has the same one).
 */
interface LockHolder {
  readonly pid: number;
  readonly startedAt: string | null;
}

/**
 * When a process started, as the kernel counts it (proc(5): boot id, and field 22 of stat, in clock ticks
 * since boot); null where there is no such process, or the system has no /proc to tell.
 */
async function processStart(pid: number): Promise<string | null> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // Field 2 is the command in parentheses, which may hold spaces and parentheses itself.
    const afterCommand = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot.trim()} ${afterCommand[19]}`;
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
  const startedAt = await processStart(holder.pid);
  return holder.startedAt === null || startedAt === null || startedAt === holder.startedAt;
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
   * The lock appears with its content in one step (`link`), so no one reads half of it. A dead process's
   * lock is moved aside and looked at again before it is dropped: of two that take it over at once, the
   * slower one finds that it moved the faster one's new lock, and puts that back.
   *
   * @param directory exists
   * @throws {StoreLockedError} a live process has it
   */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const path = join(directory, LOCK_FILE);
    const own = join(directory, `${LOCK_FILE}.${randomUUID()}`);
    const holder: LockHolder = { pid: ownPid, startedAt: await processStart(ownPid) };
    await writeFile(own, `${JSON.stringify(holder)}\n`, { mode: FILE_MODE });
    try {
      for (;;) {
        try {
          await link(own, path);
          return new DirectoryLock(path);
        } catch (error) {
          if (!isErrorCode(error, 'EEXIST')) throw error;
        }
        await removeStale(directory, path);
      }
    } finally {
      await nodeFileSystem.remove(own);
    }
  }

  async release(): Promise<void> {
    await nodeFileSystem.remove(this.#path);
  }
}

async function removeStale(directory: string, path: string): Promise<void> {
  const judged = await readIfThere(path);
  if (judged === null) return;
  const holder = parseHolder(judged);
  if (holder !== null && (await isAlive(holder))) throw new StoreLockedError(directory, holder.pid);

  const aside = join(directory, `${LOCK_FILE}.${randomUUID()}`);
  try {
    await rename(path, aside);
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return;
    throw error;
  }
  try {
    if ((await readIfThere(aside)) !== judged) await link(aside, path);
  } finally {
    await nodeFileSystem.remove(aside);
  }
}
