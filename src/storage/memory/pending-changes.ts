import type { Identified, Index, StoredRecord } from '../store.ts';
import { indexKey } from '../key.ts';
import type { Batch, EncodedChanges, Part } from './batch.ts';
import type { Table } from './table.ts';
import { TakenOwners } from './taken-owners.ts';
import type { TakenOwner } from './taken-owners.ts';

/** What the changes of a batch must know of their collection. */
export interface ChangedCollection<M extends Identified> {
  readonly name: string;
  readonly rank: number;
  readonly unique: readonly Index<M>[];
  /** The index on the owner's id, or null. */
  readonly ownerIndex: Index<M> | null;
  readonly table: Table<M>;
  /** What holds its changes that are not durable yet. */
  readonly latest: {
    changesIn(batch: Batch): PendingChanges<M> | null;
    forget(changes: PendingChanges<M>): void;
  };
  encode(model: M): StoredRecord;
  /** Whether the model has values that may not stay on the disk once `next` has replaced it (null: removed it). */
  hasSecretsToErase(model: M, next: M | null): boolean;
  /** Frees the memory of what was removed, bit by bit. */
  freeRemoved(): void;
}

/**
 * The changes of one collection that are not durable yet: what the next writer must take into account,
 * and no reader may see.
 *
 * What is removed by owner comes first, then what is removed by id, then what is put: so that an id, or an owner, that
 * is removed and saved again in one batch is new, and has lost what belonged to it.
 */
export class PendingChanges<M extends Identified> implements Part {
  #batch: Batch;
  #hasSecretsToErase = false;
  readonly #collection: ChangedCollection<M>;
  readonly #owners = new TakenOwners();
  /** The ids removed by id, saved again or not. */
  readonly #removed = new Set<string>();
  /** id → the new model, or null: removed. */
  readonly #models = new Map<string, M | null>();
  /** The ids that were nobody's when they were saved: they come last. Others keep the place of what they replace. */
  readonly #added = new Set<string>();
  /** unique index → value → the id that has it now, or null: given up. */
  readonly #claims = new Map<Index<M>, Map<string, string | null>>();

  constructor(batch: Batch, collection: ChangedCollection<M>) {
    this.#batch = batch;
    this.#collection = collection;
    for (const index of collection.unique) this.#claims.set(index, new Map());
    batch.add(this);
  }

  get batch(): Batch {
    return this.#batch;
  }

  get rank(): number {
    return this.#collection.rank;
  }

  get changeCount(): number {
    let count = this.#removed.size + this.#owners.removals().length;
    for (const model of this.#models.values()) count += model === null ? 0 : 1;
    return count;
  }

  get hasSecretsToErase(): boolean {
    return this.#hasSecretsToErase;
  }

  /** The model as this batch leaves it: null where it removes it, undefined where it does not name it. */
  get(id: string): M | null | undefined {
    return this.#models.get(id);
  }

  /** Whether this batch removes a model that an earlier one left, by its owner. */
  takes(model: M): boolean {
    return this.#owners.size > 0 && this.#owners.take(this.#ownerIdOf(model), model.id);
  }

  /** What of an owner's models, left by earlier batches, this one removes. */
  takenOf(ownerId: string): TakenOwner | undefined {
    return this.#owners.of(ownerId);
  }

  /** Whether the model with this id is new in this batch, though an earlier one may have had it. */
  adds(id: string): boolean {
    return this.#added.has(id);
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
    if (previous !== null && this.#collection.hasSecretsToErase(previous, next)) this.#hasSecretsToErase = true;
    if (next === null) this.#removed.add(id);
    if (previous === null) this.#add(id);
    this.#models.set(id, next);
  }

  /** Removes the models of an owner that are in this batch, and marks those of earlier ones as removed. */
  takeOwner(ownerId: string, exceptId: string | null, isImplied: boolean): void {
    for (const [id, model] of this.#models) {
      if (model !== null && id !== exceptId && this.#ownerIdOf(model) === ownerId) this.set(id, model, null);
    }
    this.#owners.mark(ownerId, exceptId, isImplied);
  }

  /** What is saved again after its removal goes to the end. */
  #add(id: string): void {
    this.#models.delete(id);
    this.#added.add(id);
  }

  #ownerIdOf(model: M): string | null {
    const { ownerIndex } = this.#collection;
    return ownerIndex === null ? null : indexKey(ownerIndex, model);
  }

  encode(): EncodedChanges {
    const put: StoredRecord[] = [];
    for (const model of this.#models.values()) {
      if (model !== null) put.push(this.#collection.encode(model));
    }
    return { collection: this.#collection.name, put, remove: [...this.#removed], removeOwned: this.#owners.removals() };
  }

  apply(): void {
    const { table } = this.#collection;
    // Whoever's it was and is: what this batch replaces keeps its place.
    const replaced = this.#owners.size === 0 ? [] : [...this.#models.keys()].filter((id) => !this.#added.has(id));
    for (const [ownerId, { exceptId }] of this.#owners) {
      table.removeOwned(ownerId, exceptId === null ? replaced : [exceptId, ...replaced]);
    }
    for (const id of this.#removed) table.remove(id);
    for (const model of this.#models.values()) {
      if (model !== null) table.put(model);
    }
    if (this.#owners.size > 0) this.#collection.freeRemoved();
  }

  leave(): void {
    this.#collection.latest.forget(this);
  }

  moveTo(batch: Batch): void {
    const earlier = this.#collection.latest.changesIn(batch);
    if (earlier === null) {
      this.#batch = batch;
      batch.add(this);
    } else {
      earlier.#append(this);
      this.leave();
    }
  }

  /** Takes over what was changed after it. */
  #append(later: PendingChanges<M>): void {
    for (const [id, model] of this.#models) {
      // What it replaces was no longer the owner's by then, or was removed by its id.
      const isReplaced = later.#models.has(id) && !later.#added.has(id);
      if (model !== null && !isReplaced && later.takes(model)) this.set(id, model, null);
    }
    for (const [ownerId, { exceptId, isImplied }] of later.#owners) this.#owners.mark(ownerId, exceptId, isImplied);
    for (const id of later.#removed) this.#removed.add(id);
    for (const [id, model] of later.#models) {
      if (later.#added.has(id)) this.#add(id);
      this.#models.set(id, model);
    }
    for (const [index, claims] of later.#claims) {
      for (const [key, holder] of claims) this.#claims.get(index)?.set(key, holder);
    }
    this.#hasSecretsToErase ||= later.#hasSecretsToErase;
  }
}
