import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { messageOf, StoreUnavailableError } from '../../errors.ts';
import { Batch } from '../memory/batch.ts';
import { Collections } from '../memory/collections.ts';
import { Compaction } from './compaction.ts';
import { Erasure, startTimer } from './erasure.ts';
import type { StartTimer } from './erasure.ts';
import { nodeFileSystem } from './file-system.ts';
import type { FileSystem } from './file-system.ts';
import type { JournalFile } from './journal-file.ts';
import { commitOf, encodeLine } from './journal-line.ts';
import { JOURNAL_FILE, NEW_JOURNAL_FILE, openJournal } from './journal-recovery.ts';
import { DirectoryLock } from './lock.ts';
import type { Identified, Repository, Schema, Store, Transaction } from '../store.ts';

const DIRECTORY_MODE = 0o700;

/** Entries, of about 300 bytes each: a smaller journal is not worth compacting. */
const COMPACTION_FLOOR = 10_000;

export interface JournalStoreOptions {
  /** Where the journal is kept; made where it is missing. */
  readonly directory: string;
  /** Is told, in a sentence, what an operator should know: a torn end, a write that failed. */
  readonly onNotice?: (notice: string) => void;
  /** Compaction starts once the journal holds twice the live records, and this many entries more. */
  readonly compactionFloor?: number;
  readonly fileSystem?: FileSystem;
  /** For the compaction that takes replaced and removed secrets off the disk. */
  readonly startTimer?: StartTimer;
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
 */
export class JournalStore implements Store {
  readonly #directory: string;
  readonly #path: string;
  readonly #newPath: string;
  readonly #fileSystem: FileSystem;
  readonly #onNotice: (notice: string) => void;
  readonly #compactionFloor: number;
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
    this.#fileSystem = options.fileSystem ?? nodeFileSystem;
    this.#onNotice = options.onNotice ?? (() => {});
    this.#compactionFloor = options.compactionFloor ?? COMPACTION_FLOOR;
    this.#erasure = new Erasure(options.startTimer ?? startTimer, () => this.#erase());
  }

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    return this.#collections.declare(schema);
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#collections.transaction(work);
  }

  async open(): Promise<void> {
    const made = await mkdir(this.#directory, { recursive: true, mode: DIRECTORY_MODE });
    if (made !== undefined) await this.#syncDirectoriesUpTo(made);
    const lock = await DirectoryLock.acquire(this.#directory);
    try {
      const opened = await openJournal(this.#fileSystem, this.#directory, this.#collections, this.#onNotice);
      this.#journal = opened.journal;
      this.#entryCount = opened.entryCount;
      this.#collections.finishLoading();
    } catch (error) {
      await lock.release();
      throw error;
    }
    this.#lock = lock;
    if (this.#collections.hasLoadedSecretsToErase) this.#erasure.note();
    if (this.#holdsLittleButDead()) this.#startCompaction();
    else this.#compactWhereDue();
  }

  async close(): Promise<void> {
    this.#erasure.stop();
    // What a command deletes is to be gone when the command ends. A large journal is left to the next start.
    if (this.#erasure.isDue && this.#collections.modelCount <= this.#compactionFloor) {
      await this.#writing;
      if (this.#compacting === null) this.#startCompaction();
      await this.#compacting;
    }
    this.#erasure.stop();
    this.#closing.abort();
    await this.#compacting;
    await this.#writing;
    await this.#journal?.close();
    this.#journal = null;
    await this.#lock?.release();
    this.#lock = null;
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
    if (this.#journal === null) throw new Error('the store is not open');
    const line = encodeLine(commitOf(batch.encode()));
    if (this.#directoryInDoubt) await this.#syncDirectory();
    await this.#journal.append(line);
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
      const compaction = await Compaction.prepare({
        fileSystem: this.#fileSystem,
        collections: this.#collections,
        old: this.#journal,
        path: this.#newPath,
        signal: this.#closing.signal,
      });
      // Not until the writer rests: under steady writes it never does, and no further compaction would begin.
      await new Promise<void>((onDone) => {
        this.#prepared = { compaction, entryCountAtStart, wasErasureDue, onDone };
        this.#startWriting();
      });
    } catch (error) {
      await this.#giveCompactionUp(error, wasErasureDue);
    }
  }

  async #putCompactionInPlace(): Promise<void> {
    const prepared = this.#prepared;
    const old = this.#journal;
    if (prepared === null) return;
    this.#prepared = null;
    try {
      if (old === null) throw new TypeError('the journal is closed');
      this.#journal = await prepared.compaction.swap(this.#path, this.#newPath);
      this.#entryCount = prepared.compaction.recordCount + (this.#entryCount - prepared.entryCountAtStart);
      this.#directoryInDoubt = true;
      await this.#syncDirectory().catch(() => {});
      await old.close().catch(() => {});
    } catch (error) {
      await prepared.compaction.abandon();
      await this.#giveCompactionUp(error, prepared.wasErasureDue);
    } finally {
      prepared.onDone();
    }
  }

  /** Has the directories that were made just now named on the disk, each in its parent. */
  async #syncDirectoriesUpTo(made: string): Promise<void> {
    const outermost = resolve(made);
    for (let path = resolve(this.#directory); path.length >= outermost.length; path = dirname(path)) {
      await this.#fileSystem.syncDirectoryOf(path);
    }
  }

  async #syncDirectory(): Promise<void> {
    await this.#fileSystem.syncDirectoryOf(this.#path);
    this.#directoryInDoubt = false;
  }

  /** The old journal goes on; the next try is once it has grown some more. */
  async #giveCompactionUp(cause: unknown, wasErasureDue: boolean): Promise<void> {
    await this.#fileSystem.remove(this.#newPath).catch(() => {});
    if (this.#closing.signal.aborted) return;
    if (wasErasureDue) this.#erasure.note();
    this.#retryCompactionAt = this.#entryCount + this.#compactionFloor;
    this.#onNotice(`${this.#path}: compaction was put off: ${messageOf(cause)}`);
  }
}
