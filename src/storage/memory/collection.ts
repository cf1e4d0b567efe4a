import { DuplicateValueError } from '../../errors.ts';
import { PendingChanges } from './batch.ts';
import type { Batch } from './batch.ts';
import type { Criteria, Identified, Index, Repository, Schema, StoredRecord } from '../store.ts';
import { indexKey, Table } from './table.ts';

/** How a store makes changes durable. */
export interface Committer {
  /** The batch that is being gathered. */
  gathering(): Batch;
  /** Resolves once the batch being gathered is durable and applied. */
  commit(): Promise<void>;
}

/** How many removals go into one commit: a few milliseconds' work. */
const REMOVALS_PER_COMMIT = 1_000;

/** A collection whose models own others: what `belongsTo` names. */
export interface Owner {
  /** Has this called for each model that is removed, so that what it owns goes in the same commit. */
  onRemoval(stageRemovalOfOwned: (ownerId: string) => void): void;
  /** This collection's own copy of an id. */
  shareId(id: string): string;
}

/** What a store sees of a collection, whatever its model. */
export interface StoredCollection {
  readonly name: string;
  readonly size: number;
  /** Takes what was read from a file: false where one of the records is not a model of this collection. */
  load(put: readonly unknown[], remove: readonly string[]): boolean;
  /** Every model as it is written, oldest first; holds while the collection changes. */
  records(): Iterable<StoredRecord>;
}

/**
 * A repository over a table in memory. Readers see what is durable, at once; writers build on what will
 * be, once the batches under way are.
 */
export class Collection<M extends Identified> implements Repository<M>, Owner, StoredCollection {
  readonly #schema: Schema<M>;
  readonly #table: Table<M>;
  readonly #committer: Committer;
  readonly #owner: Owner | null;
  readonly #indexes: ReadonlyMap<string, Index<M>>;
  /** Batches not yet durable that touch this collection, oldest first. */
  #pending: PendingChanges<M>[] = [];
  readonly #stageRemovalOfOwned: ((ownerId: string) => void)[] = [];

  /**
   * @param owner the collection that the schema's `belongsTo` names, or null where it names none
   */
  constructor(schema: Schema<M>, committer: Committer, owner: Owner | null) {
    this.#schema = schema;
    this.#table = new Table(schema);
    this.#committer = committer;
    this.#owner = owner;
    this.#indexes = new Map([...schema.unique, ...schema.indexed].map((index) => [index.field, index]));
    if (schema.belongsTo !== undefined) {
      const index = this.#indexOf(schema.belongsTo.field);
      owner?.onRemoval((ownerId) => this.#removeOwned(index, ownerId));
    }
  }

  get name(): string {
    return this.#schema.collection;
  }

  get size(): number {
    return this.#table.size;
  }

  onRemoval(stageRemovalOfOwned: (ownerId: string) => void): void {
    this.#stageRemovalOfOwned.push(stageRemovalOfOwned);
  }

  shareId(id: string): string {
    return this.#table.get(id)?.id ?? id;
  }

  load(put: readonly unknown[], remove: readonly string[]): boolean {
    for (const id of remove) this.#table.remove(id);
    const shareOwnerId = (id: string): string => this.#owner?.shareId(id) ?? id;
    for (const record of put) {
      const model = this.#schema.decode(record, shareOwnerId);
      if (model === null) return false;
      this.#table.put(model);
    }
    return true;
  }

  *records(): Generator<StoredRecord> {
    for (const model of this.#table.entries()) yield this.#schema.encode(model);
  }

  all(): M[] {
    return [...this.#table.entries()];
  }

  get(id: string): M | null {
    return this.#table.get(id);
  }

  search(criteria: Criteria): M[] {
    let found: M[] | null = null;
    for (const [field, value] of Object.entries(criteria)) {
      const index = this.#indexOf(field);
      const key = index.fold === undefined ? value : index.fold(value);
      found =
        found === null
          ? this.#table.modelsOf(index, key)
          : found.filter((model) => indexKey(index, model) === key);
    }
    if (found === null) throw new TypeError('search needs at least one field; all() gives every model');
    return found;
  }

  count(): number {
    return this.#table.size;
  }

  async save(model: M): Promise<M> {
    this.#stage(model.id, model);
    await this.#committer.commit();
    return model;
  }

  async update(id: string, change: (current: M) => M | null): Promise<M | null> {
    const current = this.#latest(id);
    const next = current === null ? null : change(current);
    if (next === null) return null;
    if (next.id !== id) throw new TypeError('update must keep the id');
    return this.save(next);
  }

  async remove(id: string): Promise<M | null> {
    const current = this.#latest(id);
    if (current === null) return null;
    this.#stage(id, null);
    await this.#committer.commit();
    return current;
  }

  async removeOutside(createdBefore: number, createdAfter: number): Promise<number> {
    let removed = 0;
    for (;;) {
      let staged = 0;
      for (const model of this.#table.entries()) {
        const { createdAt } = model;
        const isBetween = createdAt >= createdBefore && createdAt <= createdAfter;
        if (isBetween || staged === REMOVALS_PER_COMMIT) break;
        if (this.#latest(model.id) === null) continue;
        this.#stage(model.id, null);
        staged += 1;
      }
      if (staged === 0) return removed;
      await this.#committer.commit();
      removed += staged;
    }
  }

  /** Adds to the batch being gathered the removal of all that belongs to an owner. */
  #removeOwned(index: Index<M>, ownerId: string): void {
    const ids = new Set(this.#table.idsOf(index, ownerId));
    for (const changes of this.#pending) {
      for (const [id, model] of changes.models()) {
        if (model !== null && index.valueOf(model) === ownerId) ids.add(id);
      }
    }
    for (const id of ids) {
      const model = this.#latest(id);
      // It may have gone to another owner since.
      if (model !== null && index.valueOf(model) === ownerId) this.#stage(id, null);
    }
  }

  #indexOf(field: string): Index<M> {
    const index = this.#indexes.get(field);
    if (index === undefined) throw new TypeError(`${this.#schema.collection} has no index on ${field}`);
    return index;
  }

  /** The model as it will be once all batches under way are durable. */
  #latest(id: string): M | null {
    for (const changes of this.#pending.toReversed()) {
      const model = changes.get(id);
      if (model !== undefined) return model;
    }
    return this.#table.get(id);
  }

  #latestHolderOf(index: Index<M>, key: string): string | null {
    for (const changes of this.#pending.toReversed()) {
      const holder = changes.holderOf(index, key);
      if (holder !== undefined) return holder;
    }
    return this.#table.holderOf(index, key);
  }

  #stage(id: string, next: M | null): void {
    const previous = this.#latest(id);
    if (next === null && previous === null) return;
    for (const index of next === null ? [] : this.#schema.unique) {
      const key = next === null ? null : indexKey(index, next);
      const holder = key === null ? null : this.#latestHolderOf(index, key);
      if (holder !== null && holder !== id) throw new DuplicateValueError(this.#schema.collection, index.field);
    }
    this.#changesOf(this.#committer.gathering()).set(id, previous, next);
    if (next === null) {
      for (const stageRemovalOfOwned of this.#stageRemovalOfOwned) stageRemovalOfOwned(id);
    }
  }

  #changesOf(batch: Batch): PendingChanges<M> {
    const newest = this.#pending.at(-1);
    if (newest?.batch === batch) return newest;
    const changes = new PendingChanges<M>(batch, this.#table, this.#schema, (left) => {
      this.#pending = this.#pending.filter((other) => other !== left);
    });
    this.#pending.push(changes);
    return changes;
  }
}
