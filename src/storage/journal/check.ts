import { readdir } from 'node:fs/promises';
import { StoreLockedError } from '../store-errors.ts';
import { Batch } from '../memory/batch.ts';
import { Collections } from '../memory/collections.ts';
import { checkDirectory, withDirectoryErrors } from './data-directory.ts';
import { JOURNAL_VERSION } from './journal-line.ts';
import { JOURNAL_FILE, loadJournal, NEW_JOURNAL_FILE, TORN_FILE_PREFIX } from './journal-recovery.ts';
import type { JournalContent } from './journal-recovery.ts';
import { LOCK_SOCKET } from './lock-socket.ts';
import { DirectoryLock, LOCK_FILE } from './lock.ts';
import { nodeFileSystem } from './node-file-system.ts';
import type { Identified, Repository, Schema, Store, Transaction } from '../store.ts';
import { indexKey } from '../key.ts';

export interface CheckReport {
  /** A sentence for each file, and for what is in the journal. */
  readonly lines: readonly string[];
  /** False where the journal's last line is not whole, or two records share what only one may have. */
  readonly isWhole: boolean;
}

/**
 * A data directory that is only looked at: declare its collections, then `check`. Nothing is changed.
 */
export class StoreCheck implements Pick<Store, 'collection' | 'transaction'> {
  readonly #directory: string;
  /** Whether a server writes there meanwhile. */
  #isInUse = false;
  readonly #collections = new Collections({
    gathering: () => new Batch(),
    commit: () => Promise.reject(new TypeError('a check writes nothing')),
  });
  readonly #findDoubles: (() => Promise<string[]>)[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    const repository = this.#collections.declare(schema);
    this.#findDoubles.push(() => doublesIn(schema, repository));
    return repository;
  }

  /** Rejects whatever changes something. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#collections.transaction(work);
  }

  /**
   * Reads every file of the directory.
   *
   * @throws {DamagedFileError} the journal is damaged
   * @throws {NewerFormatError} a newer version of this server wrote it
   * @throws {DataDirectoryError} a file cannot be read, there is no such directory, or it is not safe
   */
  check(): Promise<CheckReport> {
    return withDirectoryErrors(this.#directory, () => this.#check());
  }

  async #check(): Promise<CheckReport> {
    const lines: string[] = [];
    const names = (await readdir(this.#directory)).sort();
    const tell = (line: string): number => lines.push(line);
    await checkDirectory(this.#directory, tell);
    const lock = await this.#lockUnlessInUse();
    try {
      const previous = lock?.previous ?? null;
      const content = await loadJournal(nodeFileSystem, this.#directory, this.#collections, previous, tell);
      const doubles = content === null ? [] : await this.#doubles();
      for (const name of names) {
        if (name === LOCK_FILE || name === LOCK_SOCKET) continue;
        if (name === JOURNAL_FILE && content !== null) lines.push(...this.#describe(content), ...doubles);
        else if (name === NEW_JOURNAL_FILE && this.#isInUse) lines.push(`${name}: a compaction under way`);
        else lines.push(`${name}: ${purposeOf(name)}`);
      }
      if (content === null) lines.push(`${JOURNAL_FILE}: not there; nothing was stored yet`);
      else if (content.lineCount > 0) await lock?.noteJournal();
      return { lines, isWhole: (this.#isInUse || content === null || content.torn === null) && doubles.length === 0 };
    } finally {
      await lock?.release();
    }
  }

  /** A journal may be read while it grows: what was acknowledged is never changed, and a compaction makes a new file. */
  async #lockUnlessInUse(): Promise<DirectoryLock | null> {
    try {
      return await DirectoryLock.acquireToRead(this.#directory);
    } catch (error) {
      if (!(error instanceof StoreLockedError)) throw error;
      this.#isInUse = true;
      return null;
    }
  }

  #describe({ lineCount, wholeBytes, entryCount, version, torn }: JournalContent): string[] {
    const lines = [`${JOURNAL_FILE}: ${lineCount} lines, ${wholeBytes} bytes, ${entryCount} entries, all whole`];
    if (version < JOURNAL_VERSION) lines.push(`  format ${version}: the next start rewrites it in format ${JOURNAL_VERSION}`);
    for (const collection of this.#collections.all()) lines.push(`  ${collection.name}: ${collection.size}`);
    if (torn !== null && this.#isInUse) {
      lines.push(`${JOURNAL_FILE}: ${torn.byteLength} bytes more, which were just being written`);
    } else if (torn !== null) {
      lines.push(
        `${JOURNAL_FILE}: its end, ${torn.byteLength} bytes from line ${torn.line} (byte ${torn.byteOffset}) on, ` +
          'is not whole: most likely a write that was cut short and never acknowledged. ' +
          'The next start sets it aside in a file of its own',
      );
    }
    return lines;
  }

  async #doubles(): Promise<string[]> {
    return (await Promise.all(this.#findDoubles.map((find) => find()))).flat();
  }
}

/** Says of which records a value is that only one may have. */
async function doublesIn<M extends Identified, O extends Identified>(schema: Schema<M, O>, repository: Repository<M, O>): Promise<string[]> {
  const lines: string[] = [];
  const models = await repository.all();
  for (const index of schema.unique) {
    const idsByValue = new Map<string, string[]>();
    for (const model of models) {
      const value = indexKey(index, model);
      if (value === null) continue;
      const ids = idsByValue.get(value);
      if (ids === undefined) idsByValue.set(value, [model.id]);
      else ids.push(model.id);
    }
    for (const [value, ids] of idsByValue) {
      if (ids.length === 1) continue;
      const shown = `${index.field} ${JSON.stringify(value)}`;
      lines.push(`${JOURNAL_FILE}: ${ids.length} of ${schema.collection} have the ${shown}: ${ids.join(', ')}`);
    }
  }
  return lines;
}

function purposeOf(name: string): string {
  if (name.startsWith(TORN_FILE_PREFIX)) return 'an end of the journal that was set aside; not in use';
  if (name === NEW_JOURNAL_FILE) return 'a compaction that did not come to its end; the next start removes it';
  if (name.startsWith(`${LOCK_FILE}.`)) return 'left by a process that ended while it took the lock; may be removed';
  return 'not a file of this server';
}
