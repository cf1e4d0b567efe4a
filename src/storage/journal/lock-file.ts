import { createHash } from 'node:crypto';
import { link } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreLockedError } from '../store-errors.ts';
import { isErrorCode } from './error-code.ts';
import { parseHolder, stateOfHolder } from './lock-holder.ts';
import type { LockHolder } from './lock-holder.ts';
import { LOCK_SOCKET, socketAnswers } from './lock-socket.ts';
import { createMachine } from './machine.ts';
import type { Machine } from './machine.ts';
import type { Owner } from './owner.ts';
import { readIfThere, removeFile, writeNewFile } from './small-file.ts';

/** Of the SHA-256 of a lock's text, in its guard's name. */
const GUARD_DIGITS = 16;

/** How long the text of a lock may take to be written where it cannot appear in one step: a second. */
const TEXT_ATTEMPTS = 50;
const TEXT_ATTEMPT_MS = 20;

/** What a file system says that has no second names for a file (SMB, virtiofs, FAT). */
const NO_LINKS = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK'];

/** What taking a lock asks of the system; tests stand in between. */
export interface LockFileSystem {
  readonly machine: Machine;
  readonly link: (from: string, to: string) => Promise<void>;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

export const NODE_LOCK_FILE_SYSTEM: LockFileSystem = { machine: createMachine(), link, wait: delay };

/**
 * @returns who holds a lock, by its text; null where that says nothing
 * @throws {StoreLockedError} a live process does, or one that may live on another machine
 */
async function holderThatIsOver(
  text: string,
  directory: string,
  machine: Machine,
): Promise<LockHolder | null> {
  const holder = parseHolder(text);
  if (holder === null) return null;
  const state = await stateOfHolder(holder, directory, machine);
  if (state === 'over') return holder;
  const host = holder.host === machine.host ? null : holder.host;
  throw new StoreLockedError(directory, holder.pid, host, state === 'live');
}

/**
 * Looks whether anybody has a directory in which no lock can be made.
 *
 * @param path of the lock
 * @throws {StoreLockedError} a live process has it, or one on another machine may
 */
export async function refuseWhereHeld(directory: string, path: string): Promise<void> {
  const text = await readIfThere(path);
  if (text !== null) await holderThatIsOver(text, directory, NODE_LOCK_FILE_SYSTEM.machine);
  if (await socketAnswers(directory, LOCK_SOCKET)) throw new StoreLockedError(directory, null);
}

/** A process that wants a directory. */
export class LockContender {
  readonly #directory: string;
  readonly #own: string;
  readonly #text: string;
  readonly #owner: Owner | null;
  readonly #system: LockFileSystem;
  #previous: LockHolder | null = null;

  /**
   * @param own a file that holds `text`
   * @param text of the lock that this process would make; no other has the same
   */
  constructor(directory: string, own: string, text: string, owner: Owner | null, system: LockFileSystem) {
    this.#directory = directory;
    this.#own = own;
    this.#text = text;
    this.#owner = owner;
    this.#system = system;
  }

  /** Of the lock that was taken over, or null. */
  get previous(): LockHolder | null {
    return this.#previous;
  }

  /**
   * Makes `path` a lock of ours.
   *
   * @throws {StoreLockedError} a live process has it, or is taking it over from a dead one
   */
  async take(path: string): Promise<void> {
    for (;;) {
      try {
        if (await this.#place(path)) return;
      } catch (error) {
        if (!isErrorCode(error, 'EEXIST')) throw error;
      }
      await this.#removeStale(path);
    }
  }

  /**
   * The text appears with the file in one step (`link`), so no one reads half of it. Where there are no links the
   * file is made first: who finds it without its line end waits, and we look whether it was taken for stale.
   *
   * @returns whether the lock is ours
   */
  async #place(path: string): Promise<boolean> {
    try {
      await this.#system.link(this.#own, path);
      return true;
    } catch (error) {
      if (!isErrorCode(error, ...NO_LINKS)) throw error;
    }
    await writeNewFile(path, this.#text, this.#owner);
    return (await readIfThere(path)) === this.#text;
  }

  /**
   * Removes a dead process's lock. Of several that find it dead, one might remove the new lock of another that was
   * faster: so only who has the guard of this very lock, a lock itself, may remove it, and looks again before.
   * Should the one with the guard die, the guard is taken over in the same way.
   */
  async #removeStale(path: string): Promise<void> {
    const judged = await this.#readWhole(path);
    if (judged === null) return;
    const holder = await holderThatIsOver(judged, this.#directory, this.#system.machine);

    const guard = `${path}.${createHash('sha256').update(judged).digest('hex').slice(0, GUARD_DIGITS)}`;
    await this.take(guard);
    try {
      if ((await readIfThere(path)) !== judged) return;
      await removeFile(path);
      this.#previous = holder;
    } finally {
      await removeFile(guard);
    }
  }

  async #readWhole(path: string): Promise<string | null> {
    let text = await readIfThere(path);
    for (let attempt = 0; attempt < TEXT_ATTEMPTS; attempt += 1) {
      if (text === null || text.endsWith('\n') || parseHolder(text) !== null) break;
      await this.#system.wait(TEXT_ATTEMPT_MS);
      text = await readIfThere(path);
    }
    return text;
  }
}
