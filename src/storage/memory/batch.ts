import type { Identified, Index, StoredRecord } from '../store.ts';
import { indexKey } from './table.ts';
import type { Table } from './table.ts';

/** What one collection adds to a commit, as it is written. */
export interface EncodedChanges {
  readonly collection: string;
  readonly put: readonly StoredRecord[];
  readonly remove: readonly string[];
}

/** One collection's part of a batch. */
interface Part {
  readonly changeCount: number;
  encode(): EncodedChanges;
  /** The batch is durable: its changes are part of the collection. */
  apply(): void;
  /** The batch is over, applied or not. */
  leave(): void;
}

/** Changes that become durable together, or not at all. */
export class Batch {
  readonly #parts: Part[] = [];

  add(part: Part): void {
    this.#parts.push(part);
  }

  get changeCount(): number {
    return this.#parts.reduce((count, part) => count + part.changeCount, 0);
  }

  encode(): EncodedChanges[] {
    return this.#parts.map((part) => part.encode());
  }

  /** Makes every change visible to readers. */
  apply(): void {
    for (const part of this.#parts) part.apply();
    this.discard();
  }

  /** Forgets every change. */
  discard(): void {
    for (const part of this.#parts) part.leave();
  }
}

/**
 * The changes of one collection that are not durable yet: what the next writer must take into account,
 * and no reader may see.
 */
export class PendingChanges<M extends Identified> implements Part {
  readonly batch: Batch;
  readonly #table: Table<M>;
  readonly #collection: string;
  readonly #encodeModel: (model: M) => StoredRecord;
  readonly #onLeave: (changes: PendingChanges<M>) => void;
  /** id → the new model, or null: removed. */
  readonly #models = new Map<string, M | null>();
  /** unique index → value → the id that has it now, or null: given up. */
  readonly #claims = new Map<Index<M>, Map<string, string | null>>();

  constructor(
    batch: Batch,
    table: Table<M>,
    schema: {
      readonly collection: string;
      readonly unique: readonly Index<M>[];
      encode(model: M): StoredRecord;
    },
    onLeave: (changes: PendingChanges<M>) => void,
  ) {
    this.batch = batch;
    this.#table = table;
    this.#collection = schema.collection;
    this.#encodeModel = (model) => schema.encode(model);
    this.#onLeave = onLeave;
    for (const index of schema.unique) this.#claims.set(index, new Map());
    batch.add(this);
  }

  get changeCount(): number {
    return this.#models.size;
  }

  /** The model as this batch leaves it: null where it removes it, undefined where it does not touch it. */
  get(id: string): M | null | undefined {
    return this.#models.get(id);
  }

  /** Who has a unique value after this batch: null for nobody, undefined where it does not touch it. */
  holderOf(index: Index<M>, key: string): string | null | undefined {
    return this.#claims.get(index)?.get(key);
  }

  models(): Iterable<[string, M | null]> {
    return this.#models;
  }

  /**
   * @param id of the model
   * @param previous the model as it was before this change, or null
   * @param next the new model, or null to remove it
   */
  set(id: string, previous: M | null, next: M | null): void {
    for (const [index, claims] of this.#claims) {
      const givenUp = previous === null ? null : indexKey(index, previous);
      if (givenUp !== null) claims.set(givenUp, null);
      const taken = next === null ? null : indexKey(index, next);
      if (taken !== null) claims.set(taken, id);
    }
    this.#models.set(id, next);
  }

  encode(): EncodedChanges {
    const put: StoredRecord[] = [];
    const remove: string[] = [];
    for (const [id, model] of this.#models) {
      if (model === null) remove.push(id);
      else put.push(this.#encodeModel(model));
    }
    return { collection: this.#collection, put, remove };
  }

  apply(): void {
    for (const [id, model] of this.#models) {
      if (model === null) this.#table.remove(id);
    }
    for (const model of this.#models.values()) {
      if (model !== null) this.#table.put(model);
    }
  }

  leave(): void {
    this.#onLeave(this);
  }
}
