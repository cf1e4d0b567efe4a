import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Batch } from '../memory/batch.ts';
import { Collections } from '../memory/collections.ts';
import { nodeFileSystem } from './file-system.ts';
import { JOURNAL_FILE, NEW_JOURNAL_FILE, readJournal, TORN_FILE_PREFIX } from './journal-recovery.ts';
import { DirectoryLock, LOCK_FILE } from './lock.ts';
import type { Identified, Repository, Schema, Store, Transaction } from '../store.ts';

export interface CheckReport {
  /** A sentence for each file, and for what is in the journal. */
  readonly lines: readonly string[];
  /** False where the journal's last line is not whole. */
  readonly isWhole: boolean;
}

/**
 * A data directory that is only looked at: declare its collections, then `check`. Nothing is changed.
 */
export class StoreCheck implements Pick<Store, 'collection' | 'transaction'> {
  readonly #directory: string;
  readonly #collections = new Collections({
    gathering: () => new Batch(),
    commit: () => Promise.reject(new TypeError('a check writes nothing')),
  });

  constructor(directory: string) {
    this.#directory = directory;
  }

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    return this.#collections.declare(schema);
  }

  /** Rejects whatever changes something. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#collections.transaction(work);
  }

  /**
   * Reads every file of the directory.
   *
   * @throws {DamagedFileError} the journal is damaged
   * @throws {StoreLockedError} a process has the directory
   * @throws the system's error where a file cannot be read, or there is no such directory
   */
  async check(): Promise<CheckReport> {
    const names = (await readdir(this.#directory)).sort();
    const lock = await DirectoryLock.acquire(this.#directory);
    try {
      const lines: string[] = [];
      let isWhole = true;
      for (const name of names) {
        if (name === LOCK_FILE) continue;
        if (name !== JOURNAL_FILE) {
          lines.push(`${name}: ${purposeOf(name)}`);
          continue;
        }
        const journal = await this.#checkJournal(join(this.#directory, name));
        lines.push(...journal.lines);
        isWhole = journal.isWhole;
      }
      if (!names.includes(JOURNAL_FILE)) lines.push(`${JOURNAL_FILE}: not there; nothing was stored yet`);
      return { lines, isWhole };
    } finally {
      await lock.release();
    }
  }

  async #checkJournal(path: string): Promise<CheckReport> {
    const file = await nodeFileSystem.openExisting(path);
    if (file === null) return { lines: [], isWhole: true };
    try {
      const { lineCount, wholeBytes, entryCount, torn } = await readJournal(file, path, this.#collections);
      const lines = [`${JOURNAL_FILE}: ${lineCount} lines, ${wholeBytes} bytes, ${entryCount} entries, all whole`];
      for (const collection of this.#collections.all()) lines.push(`  ${collection.name}: ${collection.size}`);
      if (torn !== null) {
        lines.push(
          `${JOURNAL_FILE}: its end, ${torn.byteLength} bytes from line ${torn.line} (byte ${torn.byteOffset}) on, ` +
            'is not whole: most likely a write that was cut short and never acknowledged. ' +
            'The next start sets it aside in a file of its own',
        );
      }
      return { lines, isWhole: torn === null };
    } finally {
      await file.close();
    }
  }
}

function purposeOf(name: string): string {
  if (name.startsWith(TORN_FILE_PREFIX)) return 'an end of the journal that was set aside; not in use';
  if (name === NEW_JOURNAL_FILE) return 'a compaction that did not come to its end; the next start removes it';
  if (name.startsWith(`${LOCK_FILE}.`)) return 'left by a process that ended while it took the lock; may be removed';
  return 'not a file of this server';
}
