import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { StoreLockedError } from '../store-errors.ts';
import { isErrorCode } from './error-code.ts';
import { LockContender, NODE_LOCK_FILE_SYSTEM, refuseWhereHeld } from './lock-file.ts';
import type { LockFileSystem } from './lock-file.ts';
import { describeSelf, encodeHolder } from './lock-holder.ts';
import type { LockHolder } from './lock-holder.ts';
import { LOCK_SOCKET, LockSocket, socketAnswers, socketNameOf } from './lock-socket.ts';
import { ownerForFilesIn } from './owner.ts';
import type { Owner } from './owner.ts';
import { readIfThere, removeFile, writeNewFile } from './small-file.ts';

export const LOCK_FILE = 'lock';

const WATCH_INTERVAL_MS = 10_000;

export interface LockOptions {
  /** What tests stand in for. */
  readonly system?: Partial<LockFileSystem & { readonly listen: typeof LockSocket.listen }>;
  /** Is given what connects to `lock.sock`. Some only look whether anybody answers, and leave. */
  readonly onConnection?: (socket: Socket) => void;
  /** Is told, in a sentence, what this lock cannot do here. */
  readonly onNotice?: (notice: string) => void;
}

/**
 * A directory that is this process's alone, until it is released or the process is gone.
 *
 *     lock         who has it, as text. It appears in one step, so one of several wins
 *     lock.sock    answers as long as that process lives, in whichever container it is
 *
 * The text is one that version 1 honours; version 1's own is honoured too.
 */
export class DirectoryLock {
  readonly #path: string;
  readonly #own: string;
  readonly #socket: LockSocket | null;
  readonly #owner: Owner | null;
  /** Of a process that ended without releasing it; null where there was none. */
  readonly previous: LockHolder | null;
  #holder: LockHolder;
  /** The journal was seen to be there: what an earlier holder noted of it is no longer needed. */
  #isJournalThere = false;
  #isLost = false;
  #watch: NodeJS.Timeout | null = null;

  private constructor(
    directory: string,
    own: string,
    holder: LockHolder,
    socket: LockSocket | null,
    owner: Owner | null,
    previous: LockHolder | null,
  ) {
    this.#path = join(directory, LOCK_FILE);
    this.#own = own;
    this.#holder = holder;
    this.#socket = socket;
    this.#owner = owner;
    this.previous = previous;
  }

  /**
   * @param directory exists
   * @throws {StoreLockedError} a live process has it, is taking it over from a dead one, or may have it elsewhere
   * @throws the system's error where it cannot be written to; nothing is left behind
   */
  static async acquire(directory: string, options: LockOptions = {}): Promise<DirectoryLock> {
    const system = { ...NODE_LOCK_FILE_SYSTEM, listen: LockSocket.listen, ...options.system };
    const { onConnection = (socket) => socket.destroy(), onNotice = () => {} } = options;
    const path = join(directory, LOCK_FILE);
    const id = randomUUID();
    const own = `${path}.${id}`;
    const owner = await ownerForFilesIn(directory);
    // It listens before the lock appears: nobody may find a lock whose process does not answer.
    const socket = await system.listen(directory, socketNameOf(id), owner, onConnection);
    let isTaken = false;
    try {
      const holder = await describeSelf(system.machine, id, socket !== null);
      await writeNewFile(own, encodeHolder(holder), owner);
      const contender = new LockContender(directory, own, encodeHolder(holder), owner, system);
      await contender.take(path);
      isTaken = true;
      // Somebody whose lock was taken away, and who has not noticed yet.
      if (await socketAnswers(directory, LOCK_SOCKET)) throw new StoreLockedError(directory, null);
      await socket?.publish();
      if (socket === null) {
        onNotice(`${directory}: no sockets can be made here, so the lock does not hold between containers`);
      }
      const lock = new DirectoryLock(directory, own, holder, socket, owner, contender.previous);
      await removeFile(own);
      if (contender.previous?.hasJournal === true) await lock.#writeNote();
      return lock;
    } catch (error) {
      if (isTaken) await removeFile(path);
      await socket?.close();
      throw error;
    } finally {
      await removeFile(own);
    }
  }

  /**
   * Acquires the lock for somebody who only reads.
   *
   * @returns null where the file system is read-only: no lock can be made there, and none is needed
   * @throws what `acquire` throws; {StoreLockedError} too where a process has a directory that is read-only here
   */
  static async acquireToRead(directory: string): Promise<DirectoryLock | null> {
    try {
      return await DirectoryLock.acquire(directory);
    } catch (error) {
      if (!isErrorCode(error, 'EROFS')) throw error;
    }
    await refuseWhereHeld(directory, join(directory, LOCK_FILE));
    return null;
  }

  /** Whether a check found that somebody else has the directory. It is then for good. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Has the lock say that there is a journal: should it be empty at the next start, something was lost. */
  async noteJournal(): Promise<void> {
    this.#isJournalThere = true;
    if (!this.#holder.hasJournal && (await this.verify())) await this.#writeNote();
  }

  /**
   * Looks whether the directory is still this process's.
   *
   * @throws the system's error where that cannot be told
   */
  async verify(): Promise<boolean> {
    if (!this.#isLost && !(await this.#isOurs())) this.#isLost = true;
    return !this.#isLost;
  }

  /** Verifies every now and then, and calls back once where the directory is lost. */
  watch(onLost: () => void, intervalMs = WATCH_INTERVAL_MS): void {
    this.#watch ??= setInterval(() => {
      this.verify().then(
        (isOurs) => {
          if (isOurs || this.#watch === null) return;
          this.#stopWatching();
          onLost();
        },
        // It cannot be told now (a network file system that is away, say); the next look may.
        () => {},
      );
    }, intervalMs).unref();
  }

  /**
   * Gives the directory up. Removes nothing that is somebody else's, and leaves the text where it alone tells of a
   * journal that nobody has found.
   */
  async release(): Promise<void> {
    this.#stopWatching();
    // In this order whoever comes meanwhile finds somebody who answers, and leaves all as it is.
    const isNoteOpen = this.#holder.hasJournal && !this.#isJournalThere;
    if (!isNoteOpen && (await readIfThere(this.#path)) === encodeHolder(this.#holder)) await removeFile(this.#path);
    await this.#socket?.close();
  }

  async #writeNote(): Promise<void> {
    const holder = { ...this.#holder, hasJournal: true };
    try {
      await writeNewFile(this.#own, encodeHolder(holder), this.#owner);
      await rename(this.#own, this.#path);
      this.#holder = holder;
    } finally {
      await removeFile(this.#own);
    }
  }

  #stopWatching(): void {
    clearInterval(this.#watch ?? undefined);
    this.#watch = null;
  }

  async #isOurs(): Promise<boolean> {
    if (this.#socket?.isInPlace() === false) return false;
    const text = await readIfThere(this.#path);
    if (text === encodeHolder(this.#holder)) return true;
    if (text !== null || this.#socket === null) return false;
    // Version 1, in another container, takes a lock over by its pid, finds a newer journal, and removes the lock.
    try {
      await writeNewFile(this.#path, encodeHolder(this.#holder), this.#owner);
      return true;
    } catch (error) {
      if (isErrorCode(error, 'EEXIST')) return false;
      throw error;
    }
  }
}
