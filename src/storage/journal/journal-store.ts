import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf, StoreUnavailableError } from '../../errors.ts';
import { StoreLostError } from '../store-errors.ts';
import { Batch } from '../memory/batch.ts';
import { Collections } from '../memory/collections.ts';
import { Compaction } from './compaction.ts';
import type { CompactionOptions } from './compaction.ts';
import { checkDirectory, makeDirectory, withDirectoryErrors } from './data-directory.ts';
import { Erasure, startTimer } from './erasure.ts';
import type { StartTimer } from './erasure.ts';
import type { FileSystem } from './file-system.ts';
import type { JournalFile } from './journal-file.ts';
import { commitOf, encodeLine, JOURNAL_VERSION } from './journal-line.ts';
import { JOURNAL_FILE, loadJournal, NEW_JOURNAL_FILE, openJournal } from './journal-recovery.ts';
import { DirectoryLock } from './lock.ts';
import { createFileSystem } from './node-file-system.ts';
import { upgradeJournal } from './upgrade.ts';
import type { StoreObserver, StoreState } from '../store-observer.ts';
import type { Identified, Repository, Schema, Store, Transaction } from '../store.ts';

/** Entries, of about 300 bytes each: a smaller journal is not worth compacting. */
const COMPACTION_FLOOR = 10_000;

export interface JournalStoreOptions {
  /** Where the journal is kept. */
  readonly directory: string;
  /**
   * - `write`: makes the directory where it is missing;
   * - `change`: writes, and there must be a directory already;
   * - `read`: writes nothing but the lock, and not even that where the file system is read-only.
   */
  readonly access?: 'write' | 'change' | 'read';
  /** Is told, in a sentence, what an operator should know: a torn end, a write that failed. */
  readonly onNotice?: (notice: string) => void;
  /** Compaction starts once the journal holds twice the live records, and this many entries more. */
  readonly compactionFloor?: number;
  readonly fileSystem?: FileSystem;
  /** For the compaction that takes replaced and removed secrets off the disk. */
  readonly startTimer?: StartTimer;
  /** Is called once where the directory turns out to be somebody else's: nothing is written from then on. */
  readonly onLost?: (error: StoreLostError) => void;
  /** How often that is looked at, in milliseconds. */
  readonly lockWatchIntervalMs?: number;
  /** Is given what connects to the directory's socket, `lock.sock`. Some only look whether anybody answers. */
  readonly onConnection?: (socket: Socket) => void;
  /** null: nobody measures. */
  readonly observer?: StoreObserver | null;
}

/** A batch, and the promise of its end. */
class PendingBatch {
  readonly batch = new Batch();
  readonly done: Promise<void>;
  resolve: () => void = () => {};
  reject: (error: Error) => void = () => {};

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever staged a change waits for it; a batch that nobody added to has nobody to tell.
    this.done.catch(() => {});
  }
}

interface PreparedCompaction {
  readonly compaction: Compaction;
  readonly entryCountAtStart: number;
  readonly wasErasureDue: boolean;
  /** It was put in place, or given up. */
  readonly onDone: () => void;
}

/**
 * A store in one journal of JSON lines. Everything live is in memory. A write is one line at the end of the
 * file, answered once it is on the disk, and seen by readers only then; writes that arrive while a line is
 * being synced go into the next line together (group commit).
 *
 * Longer than 200 lines: one state machine. Writing, compacting and closing share the journal, its count of entries and
 * the promise of what is being written, and that nobody writes during a swap is to be seen in one place.
 */
export class JournalStore implements Store {
  readonly #directory: string;
  readonly #path: string;
  readonly #newPath: string;
  readonly #fileSystem: FileSystem;
  readonly #onNotice: (notice: string) => void;
  readonly #compactionFloor: number;
  readonly #options: JournalStoreOptions;
  readonly #collections = new Collections({
    gathering: () => this.#gathering.batch,
    commit: () => this.#commit(),
  });
  readonly #closing = new AbortController();
  readonly #erasure: Erasure;

  #lock: DirectoryLock | null = null;
  #journal: JournalFile | null = null;
  /** Puts and removals in the journal, live or not. */
  #entryCount = 0;
  #gathering = new PendingBatch();
  #writing: Promise<void> | null = null;
  #compacting: Promise<void> | null = null;
  /** A compaction that waits for the writer to put it in place. */
  #prepared: PreparedCompaction | null = null;
  /** No compaction below this many entries, after one that failed. */
  #retryCompactionAt = 0;
  /** The journal was renamed, and the directory that says so is not on the disk yet. */
  #directoryInDoubt = false;

  constructor(options: JournalStoreOptions) {
    this.#directory = options.directory;
    this.#path = join(options.directory, JOURNAL_FILE);
    this.#newPath = join(options.directory, NEW_JOURNAL_FILE);
    this.#options = options;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#fileSystem = options.fileSystem ?? createFileSystem(this.#onNotice);
    this.#compactionFloor = options.compactionFloor ?? COMPACTION_FLOOR;
    this.#erasure = new Erasure(options.startTimer ?? startTimer, () => this.#erase());
  }

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    return this.#collections.declare(schema);
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#collections.transaction(work);
  }

  get state(): StoreState {
    const isUp = this.#journal !== null && this.#lock?.isLost !== true;
    return { isUp, journalBytes: this.#journal?.length ?? null };
  }

  open(): Promise<void> {
    const isReading = this.#options.access === 'read';
    return withDirectoryErrors(this.#directory, () => (isReading ? this.#openToRead() : this.#openToWrite()));
  }

  async #openToWrite(): Promise<void> {
    if (this.#options.access !== 'change') await makeDirectory(this.#directory, this.#fileSystem);
    await checkDirectory(this.#directory, this.#onNotice);
    const { onConnection } = this.#options;
    const lock = await DirectoryLock.acquire(this.#directory, {
      onNotice: this.#onNotice,
      ...(onConnection !== undefined && { onConnection }),
    });
    this.#lock = lock;
    try {
      const { journal, entryCount, version } = await openJournal(
        this.#fileSystem, this.#directory, this.#collections, this.#onNotice, lock.previous,
      );
      this.#journal = journal;
      this.#entryCount = entryCount;
      if (version < JOURNAL_VERSION) await this.#upgrade(journal, version);
      await lock.noteJournal();
    } catch (error) {
      // Why it could not be opened matters more.
      await this.close().catch(() => {});
      throw error;
    }
    if (this.#collections.hasLoadedSecretsToErase) this.#erasure.note();
    const { onLost, lockWatchIntervalMs } = this.#options;
    lock.watch(() => onLost?.(new StoreLostError(this.#directory)), lockWatchIntervalMs);
    if (this.#holdsLittleButDead()) this.#startCompaction();
    else this.#compactWhereDue();
  }

  async #openToRead(): Promise<void> {
    await checkDirectory(this.#directory, this.#onNotice);
    this.#lock = await DirectoryLock.acquireToRead(this.#directory);
    try {
      const previous = this.#lock?.previous ?? null;
      await loadJournal(this.#fileSystem, this.#directory, this.#collections, previous, this.#onNotice);
    } catch (error) {
      // The same.
      await this.close().catch(() => {});
      throw error;
    }
  }

  async #upgrade(old: JournalFile, version: number): Promise<void> {
    const { journal, entryCount } = await upgradeJournal(this.#compactionOf(old), this.#path);
    this.#journal = journal;
    this.#entryCount = entryCount;
    await this.#syncDirectory();
    this.#onNotice(
      `${this.#path}: rewritten from format ${version} to format ${JOURNAL_VERSION}; the server of before refuses it now`,
    );
  }

  async close(): Promise<void> {
    this.#erasure.stop();
    // What a command deletes is to be gone when the command ends. A large journal is left to the next start.
    if (this.#erasure.isDue && this.#collections.modelCount <= this.#compactionFloor) {
      await this.#writing;
      // One that is under way may have begun before the removal.
      await this.#compacting;
      if (this.#erasure.isDue) this.#startCompaction();
      await this.#compacting;
    }
    this.#erasure.stop();
    this.#closing.abort();
    await this.#compacting;
    await this.#writing;
    try {
      await this.#journal?.close();
    } finally {
      this.#journal = null;
      await this.#lock?.release();
      this.#lock = null;
    }
  }

  #commit(): Promise<void> {
    const { done } = this.#gathering;
    this.#startWriting();
    return done;
  }

  #startWriting(): void {
    this.#writing ??= this.#write();
  }

  /** Writes batch after batch until nothing waits. */
  async #write(): Promise<void> {
    try {
      // All that this turn of the event loop stages goes into one line.
      await nextTurn();
      while (this.#prepared !== null || this.#gathering.batch.changeCount > 0) {
        await this.#putCompactionInPlace();
        if (this.#gathering.batch.changeCount > 0) await this.#writeBatch();
      }
    } finally {
      // In the same step as the last look at what waits, or a change staged in between would wait for ever.
      this.#writing = null;
    }
  }

  async #writeBatch(): Promise<void> {
    const pending = this.#gathering;
    this.#gathering = new PendingBatch();
    try {
      await this.#append(pending.batch);
    } catch (error) {
      this.#discard(pending, error);
      return;
    }
    this.#entryCount += pending.batch.changeCount;
    pending.batch.apply();
    if (pending.batch.hasSecretsToErase) this.#erasure.note();
    pending.resolve();
    this.#compactWhereDue();
  }

  async #append(batch: Batch): Promise<void> {
    if (this.#journal === null) throw new Error('the store is not open for writing');
    if (this.#lock?.isLost === true) throw new StoreLostError(this.#directory);
    const line = encodeLine(commitOf(batch.encode()));
    if (this.#directoryInDoubt) await this.#syncDirectory();
    const startedAt = performance.now();
    await this.#journal.append(line);
    this.#options.observer?.synced((performance.now() - startedAt) / 1000);
  }

  /** A batch could not be written: nor then may the one that was staged on top of it. */
  #discard(failed: PendingBatch, cause: unknown): void {
    const next = this.#gathering;
    this.#gathering = new PendingBatch();
    const error = new StoreUnavailableError(cause);
    for (const pending of [failed, next]) {
      pending.batch.discard();
      pending.reject(error);
    }
    this.#collections.failTransaction(error);
    this.#options.observer?.failed('write');
    this.#onNotice(`${this.#path}: ${error.message}`);
  }

  #compactWhereDue(): void {
    const isDue =
      this.#entryCount > 2 * this.#collections.modelCount + this.#compactionFloor &&
      this.#entryCount >= this.#retryCompactionAt;
    if (isDue && this.#compacting === null && !this.#closing.signal.aborted) this.#startCompaction();
  }

  /**
   * Whether the journal is small and something in it was replaced or removed: a start cleans that away, or a
   * deleted user and the weak hash of an imported one would stay on the disk of a small site for ever.
   */
  #holdsLittleButDead(): boolean {
    return this.#entryCount > this.#collections.modelCount && this.#entryCount <= this.#compactionFloor;
  }

  /** Compacts for the sake of what must leave the disk; after the compaction that is under way, where there is one. */
  #erase(): void {
    if (this.#closing.signal.aborted) return;
    if (this.#compacting === null) this.#startCompaction();
    else this.#erasure.note();
  }

  #startCompaction(): void {
    this.#compacting = this.#compact().finally(() => {
      this.#compacting = null;
    });
  }

  async #compact(): Promise<void> {
    if (this.#journal === null) return;
    const entryCountAtStart = this.#entryCount;
    const wasErasureDue = this.#erasure.begin();
    try {
      const compaction = await Compaction.prepare(this.#compactionOf(this.#journal));
      // Not until the writer rests: under steady writes it never does, and no further compaction would begin.
      await new Promise<void>((onDone) => {
        this.#prepared = { compaction, entryCountAtStart, wasErasureDue, onDone };
        this.#startWriting();
      });
    } catch (error) {
      this.#putCompactionOff(error, wasErasureDue);
    }
  }

  #compactionOf(old: JournalFile): CompactionOptions {
    return {
      fileSystem: this.#fileSystem,
      collections: this.#collections,
      old,
      path: this.#newPath,
      signal: this.#closing.signal,
      assertOurs: async () => {
        if ((await this.#lock?.verify()) === false) throw new StoreLostError(this.#directory);
      },
    };
  }

  async #putCompactionInPlace(): Promise<void> {
    const prepared = this.#prepared;
    const old = this.#journal;
    if (prepared === null) return;
    this.#prepared = null;
    try {
      if (old === null) throw new TypeError('the journal is closed');
      this.#journal = await prepared.compaction.swap(this.#path);
      this.#entryCount = prepared.compaction.recordCount + (this.#entryCount - prepared.entryCountAtStart);
      this.#directoryInDoubt = true;
      // Still in doubt where it fails: the next append syncs first, and fails where that does.
      await this.#syncDirectory().catch(() => {});
      // Nobody reads it any more; all it held is in the new one.
      await old.close().catch(() => {});
    } catch (error) {
      await prepared.compaction.abandon();
      this.#putCompactionOff(error, prepared.wasErasureDue);
    } finally {
      prepared.onDone();
    }
  }

  async #syncDirectory(): Promise<void> {
    await this.#fileSystem.syncDirectoryOf(this.#path);
    this.#directoryInDoubt = false;
  }

  /** The old journal goes on; the next try is once it has grown some more. */
  #putCompactionOff(cause: unknown, wasErasureDue: boolean): void {
    if (this.#closing.signal.aborted) return;
    if (wasErasureDue) this.#erasure.note();
    this.#retryCompactionAt = this.#entryCount + this.#compactionFloor;
    this.#options.observer?.failed('compaction');
    this.#onNotice(`${this.#path}: compaction was put off: ${messageOf(cause)}`);
  }
}
