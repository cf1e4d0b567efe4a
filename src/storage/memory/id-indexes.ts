import type { Index } from '../store.ts';
import { indexKey } from '../key.ts';
import { ShardedMap } from './sharded-map.ts';

/** One id, or a Set of several: most index values have one model, and a Set costs 200 bytes. */
type IdBucket = string | Set<string>;

/** The ids of models by the values of indexes. */
export class IdIndexes<M extends { readonly id: string }> {
  readonly #unique: ReadonlyMap<Index<M>, ShardedMap<string>>;
  readonly #indexed: ReadonlyMap<Index<M>, ShardedMap<IdBucket>>;

  constructor(unique: readonly Index<M>[], indexed: readonly Index<M>[]) {
    this.#unique = new Map(unique.map((index) => [index, new ShardedMap<string>()]));
    this.#indexed = new Map(indexed.map((index) => [index, new ShardedMap<IdBucket>()]));
  }

  /** The id that has `key` in a unique index, or null. */
  holderOf(index: Index<M>, key: string): string | null {
    return this.#unique.get(index)?.get(key) ?? null;
  }

  /** The ids under `key` in an index, unique or not. */
  idsOf(index: Index<M>, key: string): Iterable<string> {
    const bucket = this.#unique.get(index)?.get(key) ?? this.#indexed.get(index)?.get(key);
    return typeof bucket === 'string' ? [bucket] : (bucket ?? []);
  }

  /** Notes a model's values. */
  add(model: M): void {
    for (const [index, ids] of this.#unique) {
      const key = indexKey(index, model);
      if (key !== null) ids.set(key, model.id);
    }
    for (const [index, buckets] of this.#indexed) {
      const key = indexKey(index, model);
      if (key === null) continue;
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, model.id);
      else if (typeof bucket === 'string') buckets.set(key, new Set([bucket, model.id]));
      else bucket.add(model.id);
    }
  }

  /** Forgets a model's values. */
  remove(model: M): void {
    for (const [index, ids] of this.#unique) {
      const key = indexKey(index, model);
      // Only its own: the value may be the next holder's already.
      if (key !== null && ids.get(key) === model.id) ids.delete(key);
    }
    for (const [index, buckets] of this.#indexed) {
      const key = indexKey(index, model);
      if (key === null) continue;
      const bucket = buckets.get(key);
      if (typeof bucket === 'object') {
        bucket.delete(model.id);
        if (bucket.size === 0) buckets.delete(key);
      } else if (bucket === model.id) {
        buckets.delete(key);
      }
    }
  }
}
