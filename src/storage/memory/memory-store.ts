import { Batch } from './batch.ts';
import { Collections } from './collections.ts';
import type { Identified, Repository, Schema, Store, Transaction } from '../store.ts';

/** A store that keeps nothing beyond the process: for sessions in memory, the tutorial's scripts, and tests. */
export class MemoryStore implements Store {
  #batch = new Batch();
  readonly #collections = new Collections({
    gathering: () => this.#batch,
    commit: async () => {
      const batch = this.#batch;
      this.#batch = new Batch();
      batch.apply();
    },
  });

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    return this.#collections.declare(schema);
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#collections.transaction(work);
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}
}
