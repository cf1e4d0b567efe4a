import type { Identified, Index, Schema } from '../store.ts';
import { ShardedMap } from './sharded-map.ts';

/** A model's place in the order in which models were made; `model` is null once it is removed. */
interface Entry<M> {
  model: M | null;
  previous: Entry<M> | null;
  next: Entry<M> | null;
}

/** One id, or several: most index values have one model, and a Set costs 200 bytes. */
type Bucket = string | Set<string>;

/** The value under which an index finds a model; null where the model has none. */
export function indexKey<M>(index: Index<M>, model: M): string | null {
  const value = index.valueOf(model);
  return value === null || index.fold === undefined ? value : index.fold(value);
}

/**
 * What a collection holds for certain (durable, where the store is), in memory: by id, by index, and in
 * the order in which it was made. Every operation but `entries` costs the same at any size.
 */
export class Table<M extends Identified> {
  readonly #entries = new ShardedMap<Entry<M>>();
  readonly #unique: ReadonlyMap<Index<M>, ShardedMap<string>>;
  readonly #indexed: ReadonlyMap<Index<M>, ShardedMap<Bucket>>;
  #first: Entry<M> | null = null;
  #last: Entry<M> | null = null;
  #size = 0;

  constructor(schema: Schema<M>) {
    this.#unique = new Map(schema.unique.map((index) => [index, new ShardedMap<string>()]));
    this.#indexed = new Map(schema.indexed.map((index) => [index, new ShardedMap<Bucket>()]));
  }

  get size(): number {
    return this.#size;
  }

  get(id: string): M | null {
    return this.#entries.get(id)?.model ?? null;
  }

  /** The id of the model that has `key` in a unique index, or null. */
  holderOf(index: Index<M>, key: string): string | null {
    return this.#unique.get(index)?.get(key) ?? null;
  }

  /** The ids of the models under `key` in an index, unique or not. */
  idsOf(index: Index<M>, key: string): string[] {
    const bucket = this.#unique.get(index)?.get(key) ?? this.#indexed.get(index)?.get(key);
    if (bucket === undefined) return [];
    return typeof bucket === 'string' ? [bucket] : [...bucket];
  }

  /** The models under `key` in an index, unique or not. */
  modelsOf(index: Index<M>, key: string): M[] {
    const models: M[] = [];
    for (const id of this.idsOf(index, key)) {
      const model = this.get(id);
      if (model !== null) models.push(model);
    }
    return models;
  }

  /**
   * The entries from the oldest on. Holds while the table changes: an entry that is removed meanwhile is
   * passed over, or has been seen; one that is added may or may not be seen.
   */
  *entries(): Generator<M> {
    for (let entry = this.#first; entry !== null; entry = entry.next) {
      if (entry.model !== null) yield entry.model;
    }
  }

  /** Adds a model, or puts it in the place of the one with its id. */
  put(model: M): void {
    const entry = this.#entries.get(model.id);
    if (entry === undefined) {
      this.#append(model);
      this.#addToIndexes(model);
    } else if (entry.model !== null) {
      this.#removeFromIndexes(entry.model);
      entry.model = model;
      this.#addToIndexes(model);
    }
  }

  /** Removes the model with this id, where there is one. */
  remove(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.model === null) return;
    this.#removeFromIndexes(entry.model);
    this.#entries.delete(id);
    this.#size -= 1;
    if (entry.previous === null) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    // `next` stays, so that an iteration that stands here finds its way on.
    entry.model = null;
  }

  #append(model: M): void {
    const entry: Entry<M> = { model, previous: this.#last, next: null };
    if (this.#last === null) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.#entries.set(model.id, entry);
    this.#size += 1;
  }

  #addToIndexes(model: M): void {
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

  #removeFromIndexes(model: M): void {
    for (const [index, ids] of this.#unique) {
      const key = indexKey(index, model);
      // Only its own: a journal that is read again may have given the value to the next holder already.
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
