import type { Identified, Index, Schema } from '../store.ts';
import { indexKey } from '../key.ts';
import { EndBuckets } from './end-buckets.ts';
import { isLive, newEntry } from './entry.ts';
import type { Entry } from './entry.ts';
import { IdIndexes } from './id-indexes.ts';
import { OwnedGroups } from './owned-groups.ts';
import { ShardedMap } from './sharded-map.ts';

/**
 * What a collection holds for certain (durable, where the store is), in memory: by id, by index, by owner, by end, and
 * in the order in which it was made. Every operation but `entries` costs the same at any size.
 */
export class Table<M extends Identified> {
  readonly #entries = new ShardedMap<Entry<M>>();
  readonly #indexes: IdIndexes<M>;
  /** The index on the owner's id, kept in `#groups`; null: models belong to nobody. */
  readonly #ownerIndex: Index<M> | null;
  readonly #groups = new OwnedGroups<M>();
  readonly #ends: EndBuckets<M> | null;
  #first: Entry<M> | null = null;
  #last: Entry<M> | null = null;
  #size = 0;

  /** @param ownerIndex the one of `schema.indexed` that `belongsTo` names, or null */
  constructor(schema: Pick<Schema<M>, 'unique' | 'indexed' | 'expiresAt'>, ownerIndex: Index<M> | null) {
    const indexed = schema.indexed.filter((index) => index !== ownerIndex);
    this.#indexes = new IdIndexes(schema.unique, indexed);
    this.#ownerIndex = ownerIndex;
    this.#ends = schema.expiresAt === undefined ? null : new EndBuckets(schema.expiresAt);
  }

  get size(): number {
    return this.#size;
  }

  get(id: string): M | null {
    return this.#entryOf(id)?.model ?? null;
  }

  /** The id of the model that has `key` in a unique index, or null. */
  holderOf(index: Index<M>, key: string): string | null {
    const id = this.#indexes.holderOf(index, key);
    return id === null || this.#entryOf(id) === null ? null : id;
  }

  /** The models under `key` in an index, unique or not. */
  modelsOf(index: Index<M>, key: string): M[] {
    if (index === this.#ownerIndex) return [...this.#groups.modelsOf(key)];
    const models: M[] = [];
    for (const id of this.#indexes.idsOf(index, key)) {
      const model = this.get(id);
      if (model !== null) models.push(model);
    }
    return models;
  }

  /** How many models an owner has. */
  ownedCount(ownerId: string): number {
    return this.#groups.sizeOf(ownerId);
  }

  /** The owners that have models here. */
  ownerIds(): Iterable<string> {
    return this.#groups.ownerIds();
  }

  /**
   * The models in order. Holds while the table changes: one that is removed meanwhile is passed over, or has been seen;
   * one that is added may or may not be seen.
   *
   * @param after id of the model before the first one; null: from the first on. There must be such a model
   */
  *entries(after: string | null = null): Generator<M> {
    const start = after === null ? this.#first : (this.#entryOf(after)?.next ?? null);
    for (let entry = start; entry !== null; entry = entry.next) {
      if (entry.model !== null && isLive(entry)) yield entry.model;
    }
  }

  /** The models whose end is at or before a time; nothing may change until they have been gone through. */
  *endedBy(now: number): Generator<M> {
    for (const model of this.#ends?.endedBy(now) ?? []) {
      // One of a removed group waits for its memory to be freed.
      if (this.get(model.id) === model) yield model;
    }
  }

  /** Adds a model, or puts it in the place of the one with its id. */
  put(model: M): void {
    let entry = this.#entries.get(model.id);
    if (entry !== undefined && !isLive(entry)) {
      this.#free(entry);
      entry = undefined;
    }
    if (entry === undefined) {
      entry = this.#append(model);
    } else if (entry.model !== null) {
      this.#indexes.remove(entry.model);
      entry.model = model;
    }
    this.#indexes.add(model);
    this.#ends?.note(entry);
    const ownerId = this.#ownerIndex === null ? null : indexKey(this.#ownerIndex, model);
    if (entry.group?.ownerId === ownerId) return;
    this.#groups.delete(entry);
    if (ownerId !== null) this.#groups.add(ownerId, entry);
  }

  /** Removes the model with this id, where there is one. */
  remove(id: string): void {
    const entry = this.#entryOf(id);
    if (entry === null) return;
    this.#size -= 1;
    this.#free(entry);
  }

  /**
   * Removes every model of an owner at once, for all that reads; `freeRemoved` then frees their memory.
   *
   * @param keptIds of models to leave, whoever's they are
   */
  removeOwned(ownerId: string, keptIds: readonly string[]): void {
    const kept: Entry<M>[] = [];
    for (const id of keptIds) {
      const entry = this.#entryOf(id);
      if (entry?.group?.ownerId !== ownerId) continue;
      this.#groups.delete(entry);
      kept.push(entry);
    }
    this.#size -= this.#groups.remove(ownerId);
    for (const entry of kept) this.#groups.add(ownerId, entry);
  }

  /**
   * Frees the memory of models that `removeOwned` took from readers.
   *
   * @param limit of how many
   * @returns whether there are more
   */
  freeRemoved(limit: number): boolean {
    for (let freed = 0; freed < limit; freed += 1) {
      const entry = this.#groups.firstRemoved();
      if (entry === null) return false;
      this.#free(entry);
    }
    return this.#groups.firstRemoved() !== null;
  }

  /** The entry with this id, where readers may see it. */
  #entryOf(id: string): Entry<M> | null {
    const entry = this.#entries.get(id);
    return entry !== undefined && isLive(entry) ? entry : null;
  }

  #append(model: M): Entry<M> {
    const entry = newEntry(model);
    entry.previous = this.#last;
    if (this.#last === null) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.#entries.set(model.id, entry);
    this.#size += 1;
    return entry;
  }

  /** Takes an entry out of everything. */
  #free(entry: Entry<M>): void {
    if (entry.model === null) return;
    this.#indexes.remove(entry.model);
    this.#groups.delete(entry);
    this.#ends?.delete(entry);
    this.#entries.delete(entry.model.id);
    if (entry.previous === null) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    // `next` is kept, so that an iteration that is at this entry can go on.
    entry.model = null;
  }
}
