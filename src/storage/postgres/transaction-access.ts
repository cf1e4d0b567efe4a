import { statement } from './connection.ts';
import type { Access } from './postgres-collection.ts';
import type { Run } from './write-transaction.ts';

const SAVEPOINT = statement('savepoint change');
const RELEASE = statement('release savepoint change');
const UNDO = statement('rollback to savepoint change');

/**
 * Reaches the database from within a transaction, a step after the other. A change that fails is undone by itself, so
 * that who expects it (an email that is taken) can go on.
 */
export class TransactionAccess implements Access {
  readonly isTransaction = true;
  readonly #run: Run;
  #last: Promise<unknown> = Promise.resolve();

  constructor(run: Run) {
    this.#run = run;
  }

  readonly read: Run = (select, values) => this.#next(() => this.#run(select, values));

  write<T>(work: (run: Run) => Promise<T>): Promise<T> {
    return this.#next(async () => {
      await this.#run(SAVEPOINT, []);
      try {
        const result = await work(this.#run);
        await this.#run(RELEASE, []);
        return result;
      } catch (error) {
        await this.#run(UNDO, []);
        throw error;
      }
    });
  }

  /** Resolves once all that was asked for is done, or has failed. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #next<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step);
    // Only for the order: whoever asked has the result.
    this.#last = result.catch(() => {});
    return result;
  }
}
