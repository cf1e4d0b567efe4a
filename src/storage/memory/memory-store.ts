import { Batch } from './batch.ts';
import { Collections } from './collections.ts';
import type { Identified, Repository, Schema, Store } from '../store.ts';

/** A store that keeps nothing beyond the process: for the tutorial's scripts, and for tests. */
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

  collection<M extends Identified>(schema: Schema<M>): Repository<M> {
    return this.#collections.declare(schema);
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {}
}
