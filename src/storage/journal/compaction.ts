import type { Collections } from '../memory/collections.ts';
import type { FileSystem } from './file-system.ts';
import { createJournalFile } from './journal-file.ts';
import type { JournalFile } from './journal-file.ts';
import { encodeLine, JOURNAL_HEADER } from './journal-line.ts';
import type { StoredRecord } from '../store.ts';

/** How many records are encoded in one turn of the event loop: about 0.3 ms. */
const RECORDS_PER_LINE = 256;
const COPY_CHUNK_BYTES = 262_144;
/** A commit of nothing. */
const SNAPSHOT_END = encodeLine({ put: {} });

export interface CompactionOptions {
  readonly fileSystem: FileSystem;
  readonly collections: Collections;
  /** The journal in use, which goes on growing. */
  readonly old: JournalFile;
  /** Where the new journal is written. */
  readonly path: string;
  /** Aborts the compaction. */
  readonly signal: AbortSignal;
  /** Looks whether the directory is still this process's. @throws {StoreLostError} another one has it by now */
  readonly assertOurs: () => Promise<void>;
}

/**
 * Writes what is live into a new journal while the old one goes on growing, and puts it in the old one's
 * place.
 *
 * The snapshot is taken over many turns, so a record may be in it as it became meanwhile. That is harmless:
 * everything that was appended to the old journal since the start is copied behind the snapshot, and a line
 * says what a record is, not how it changed, so reading them in order ends at the same state.
 *
 *     1 snapshot → journal.jsonl.new     2 sync     3 copy most of what was appended since, sync
 *     4 writes wait: copy the last of it, sync, rename over journal.jsonl, sync the directory
 *
 * Until the rename the old journal is whole and the only one that counts; a crash leaves `.new` behind, which
 * the next start removes.
 */
export class Compaction {
  readonly #options: CompactionOptions;
  readonly #new: JournalFile;
  /** How many bytes of the old journal the new one covers. */
  #copiedBytes: number;
  #recordCount = 0;

  private constructor(options: CompactionOptions, created: JournalFile, startBytes: number) {
    this.#options = options;
    this.#new = created;
    this.#copiedBytes = startBytes;
  }

  /**
   * Steps 1 to 3, while others write to `old`. To be called when all that `old` holds is in the collections.
   *
   * @throws the error of the system, or the reason of the signal; nothing has changed but the file at `path`
   */
  static async prepare(options: CompactionOptions): Promise<Compaction> {
    const startBytes = options.old.length;
    await options.assertOurs();
    const created = await createJournalFile(options.fileSystem, options.path);
    const compaction = new Compaction(options, created, startBytes);
    try {
      await compaction.#snapshot();
      await compaction.#catchUp(COPY_CHUNK_BYTES);
    } catch (error) {
      await compaction.abandon();
      throw error;
    }
    return compaction;
  }

  /** Records in the new journal when its snapshot was taken. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /**
   * Step 4, but for the sync of the directory: nobody may write meanwhile.
   *
   * @param path of the old journal
   * @returns the journal that counts from now on
   * @throws {StoreLostError} another process has the directory by now
   * @throws the error of the system; the old journal still counts
   */
  async swap(path: string): Promise<JournalFile> {
    await this.#options.assertOurs();
    await this.#catchUp(0);
    await this.#options.fileSystem.rename(this.#options.path, path);
    return this.#new;
  }

  /** Gives the new journal up. */
  async abandon(): Promise<void> {
    const { assertOurs, fileSystem, path } = this.#options;
    // Nobody reads it, so it does not matter if it cannot be closed.
    await this.#new.close().catch(() => {});
    // By now it may be another process's that has the directory. Else the next compaction, or the next start, removes it.
    await assertOurs().then(() => fileSystem.remove(path)).catch(() => {});
  }

  async #snapshot(): Promise<void> {
    const { collections, signal } = this.#options;
    await this.#new.write(encodeLine(JOURNAL_HEADER));
    for (const collection of collections.all()) {
      let records: StoredRecord[] = [];
      const write = async (): Promise<void> => {
        signal.throwIfAborted();
        this.#recordCount += records.length;
        await this.#new.write(encodeLine({ put: { [collection.name]: records } }));
        records = [];
      };
      for (const record of collection.records()) {
        records.push(record);
        if (records.length === RECORDS_PER_LINE) await write();
      }
      if (records.length > 0) await write();
    }
    // A damaged last line is taken for a write that a crash cut short, and set aside. No record may be lost in that way.
    await this.#new.write(SNAPSHOT_END);
    await this.#new.sync();
  }

  /**
   * Copies what was appended to the old journal, and syncs.
   *
   * @param restBytes that may be left for later. While others write this must not be 0: each line copied may
   *   find another one appended, for ever
   */
  async #catchUp(restBytes: number): Promise<void> {
    const { old } = this.#options;
    const buffer = Buffer.allocUnsafe(COPY_CHUNK_BYTES);
    while (old.length - this.#copiedBytes > restBytes) {
      const wanted = Math.min(buffer.length, old.length - this.#copiedBytes);
      const length = await old.read(buffer.subarray(0, wanted), this.#copiedBytes);
      if (length < wanted) throw new Error('the journal is shorter than what was written to it');
      await this.#new.write(buffer.subarray(0, length));
      this.#copiedBytes += length;
    }
    await this.#new.sync();
  }
}
