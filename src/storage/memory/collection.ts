import { DuplicateValueError, MissingOwnerError } from '../../errors.ts';
import type { Criteria, Identified, Index, Schema, StoredRecord } from '../store.ts';
import type { Batch, OwnedRemoval } from './batch.ts';
import { PendingChanges } from './pending-changes.ts';
import type { ChangedCollection } from './pending-changes.ts';
import { indexKey } from './id-indexes.ts';
import { Table } from './table.ts';

/** How many removed models have their memory freed between two turns of the event loop: about 1 ms. */
const FREED_PER_TURN = 1_000;

/** What one line of a file says about a collection. */
export interface StoredChanges {
  readonly remove: readonly string[];
  readonly removeOwned: readonly OwnedRemoval[];
  readonly put: readonly unknown[];
}

/** A collection whose models belong to those of another one, as that one sees it. */
export interface OwnedCollection {
  /** Adds the removal of all that an owner has to the batch in which the owner is removed. */
  stageCascade(batch: Batch, ownerId: string): void;
  /** Removes all that an owner has, at once. */
  dropOwned(ownerId: string, exceptId: string | null): void;
}

/** What a store sees of a collection, whatever its model. */
export interface StoredCollection {
  readonly name: string;
  readonly size: number;
  readonly schema: object;
  /** Takes what was read from a file: false where one of the records is not a model of this collection. */
  load(changes: StoredChanges): boolean;
  /** Whether what was read replaced or removed values that may not stay on the disk. */
  readonly hasLoadedSecretsToErase: boolean;
  /** All has been read. Drops what belongs to nobody: an earlier version wrote such records. */
  finishLoading(): void;
  /** Every model as it is written, oldest first; holds while the collection changes. */
  records(): Iterable<StoredRecord>;
}

/**
 * A collection in memory: the table of what is durable, and the batches under way that will change it. Readers look at
 * the table; writers build on `latest…`, what will be once those batches are durable.
 */
export class Collection<M extends Identified, O extends Identified = never>
  implements StoredCollection, OwnedCollection, ChangedCollection<M>
{
  readonly schema: Schema<M, O>;
  readonly rank: number;
  readonly table: Table<M>;
  /** The collection that the models belong to; null: none in this store. */
  readonly owner: Collection<O> | null;
  readonly ownerIndex: Index<M> | null;
  readonly #indexes: ReadonlyMap<string, Index<M>>;
  readonly #owned: OwnedCollection[] = [];
  /** Batches not yet durable that touch this collection, oldest first. */
  #pending: PendingChanges<M>[] = [];
  #isFreeing = false;
  #hasLoadedSecretsToErase = false;

  /**
   * @param rank its place in the order of declaration
   * @param owner the collection of `schema.belongsTo.owner`, or null
   */
  constructor(schema: Schema<M, O>, rank: number, owner: Collection<O> | null) {
    this.schema = schema;
    this.rank = rank;
    this.owner = owner;
    this.#indexes = new Map([...schema.unique, ...schema.indexed].map((index) => [index.field, index]));
    this.ownerIndex = schema.belongsTo === undefined ? null : this.indexOf(schema.belongsTo.field);
    this.table = new Table(schema, this.ownerIndex);
    if (owner !== null) owner.#owned.push(this);
  }

  get name(): string {
    return this.schema.collection;
  }

  get size(): number {
    return this.table.size;
  }

  get unique(): readonly Index<M>[] {
    return this.schema.unique;
  }

  encode(model: M): StoredRecord {
    return this.schema.encode(model);
  }

  /** @throws {TypeError} the field has none */
  indexOf(field: string): Index<M> {
    const index = this.#indexes.get(field);
    if (index === undefined) throw new TypeError(`${this.name} has no index on ${field}`);
    return index;
  }

  /** The index on the owner's id. @throws {TypeError} models belong to nobody */
  indexOnOwner(): Index<M> {
    if (this.ownerIndex === null) throw new TypeError(`${this.name} belongs to nothing`);
    return this.ownerIndex;
  }

  load({ remove, removeOwned, put }: StoredChanges): boolean {
    for (const id of remove) {
      const removed = this.table.get(id);
      if (removed !== null) this.#noteLoaded(removed, null);
      this.table.remove(id);
      this.#dropOwnedOf(id);
    }
    for (const { owner, except } of removeOwned) this.dropOwned(owner, except);
    const shareOwnerId = (id: string): string => this.owner?.table.get(id)?.id ?? id;
    // A look-up that a million sessions do without.
    const mayMatter = this.#owned.length > 0 || this.schema.secretsOf !== undefined;
    for (const record of put) {
      const model = this.schema.decode(record, shareOwnerId);
      if (model === null) return false;
      const replaced = mayMatter ? this.table.get(model.id) : null;
      // What there is already of a new owner is of an earlier one with this id.
      if (replaced === null) this.#dropOwnedOf(model.id);
      else this.#noteLoaded(replaced, model);
      this.table.put(model);
    }
    return true;
  }

  get hasLoadedSecretsToErase(): boolean {
    return this.#hasLoadedSecretsToErase;
  }

  finishLoading(): void {
    const { owner } = this;
    if (owner !== null) {
      const missing = [...this.table.ownerIds()].filter((id) => owner.table.get(id) === null);
      for (const id of missing) this.table.removeOwned(id, null);
    }
    this.table.freeRemoved(Number.POSITIVE_INFINITY);
  }

  *records(): Generator<StoredRecord> {
    for (const model of this.table.entries()) yield this.schema.encode(model);
  }

  /** The model as it will be once all batches under way are durable. */
  latest(id: string): M | null {
    return this.#after(this.#pending, id);
  }

  /** The model as it will be once these batches, the oldest ones, are durable. */
  #after(pending: readonly PendingChanges<M>[], id: string): M | null {
    let model = this.table.get(id);
    for (const changes of pending) {
      const staged = changes.get(id);
      if (staged !== undefined) model = staged;
      else if (model !== null && changes.takes(model)) model = null;
    }
    return model;
  }

  /** As `Table.entries`, of what will be. */
  *latestEntries(after: string | null = null): Generator<M> {
    if (this.#pending.length === 0) {
      yield* this.table.entries(after);
      return;
    }
    const added = this.#addedIds();
    let isBehind = after === null;
    if (after === null || !added.has(after)) {
      isBehind = true;
      for (const { id } of this.table.entries(after)) {
        const model = added.has(id) ? null : this.latest(id);
        if (model !== null) yield model;
      }
    }
    for (const id of added) {
      const model = isBehind ? this.latest(id) : null;
      if (model !== null) yield model;
      isBehind ||= id === after;
    }
  }

  /** The models that will have a value, in no particular order. */
  latestOf(index: Index<M>, key: string): M[] {
    const ids = new Set(this.table.modelsOf(index, key).map(({ id }) => id));
    for (const changes of this.#pending) {
      for (const [id] of changes.models()) ids.add(id);
    }
    const found: M[] = [];
    for (const id of ids) {
      const model = this.latest(id);
      if (model !== null && indexKey(index, model) === key) found.push(model);
    }
    return found;
  }

  /** @param modelsOf gives the models that have a value: of the table, or of what will be */
  search(criteria: Criteria, modelsOf: (index: Index<M>, key: string) => M[]): M[] {
    let found: M[] | null = null;
    for (const [field, value] of Object.entries(criteria)) {
      const index = this.indexOf(field);
      const key = index.fold === undefined ? value : index.fold(value);
      found = found === null ? modelsOf(index, key) : found.filter((model) => indexKey(index, model) === key);
    }
    if (found === null) throw new TypeError('search needs at least one field; all() gives every model');
    return found;
  }

  /**
   * Adds a model to a batch.
   *
   * @throws {DuplicateValueError} another model has its value of a unique field
   * @throws {MissingOwnerError} what it belongs to does not exist
   */
  stage(batch: Batch, model: M): void {
    const ownerId = this.ownerIndex === null ? null : indexKey(this.ownerIndex, model);
    if (ownerId !== null && this.owner !== null && this.owner.latest(ownerId) === null) {
      throw new MissingOwnerError(this.name);
    }
    for (const index of this.unique) {
      const key = indexKey(index, model);
      const holder = key === null ? null : this.#latestHolderOf(index, key);
      if (holder !== null && holder !== model.id) throw new DuplicateValueError(this.name, index.field);
    }
    this.#changesTo(batch).set(model.id, this.latest(model.id), model);
  }

  /**
   * Adds the removal of a model, and of all that belongs to it.
   *
   * @returns the model, or null where there is none
   */
  stageRemoval(batch: Batch, id: string): M | null {
    const model = this.latest(id);
    if (model === null) return null;
    this.#changesTo(batch).set(id, model, null);
    for (const owned of this.#owned) owned.stageCascade(batch, id);
    return model;
  }

  /**
   * Adds the removal of an owner's models, but for one.
   *
   * @returns how many that removes
   */
  stageRemovalOfOwned(batch: Batch, ownerId: string, exceptId: string | null): number {
    const excepted = exceptId === null ? null : this.latest(exceptId);
    const isExcepted = excepted !== null && indexKey(this.indexOnOwner(), excepted) === ownerId;
    const count = this.#latestCountOf(ownerId) - (isExcepted ? 1 : 0);
    if (count > 0) this.#changesTo(batch).takeOwner(ownerId, isExcepted ? exceptId : null, false);
    return count;
  }

  stageCascade(batch: Batch, ownerId: string): void {
    if (this.#latestCountOf(ownerId) > 0) this.#changesTo(batch).takeOwner(ownerId, null, true);
  }

  /**
   * Adds the removal of models whose end is at or before a time.
   *
   * @param limit of how many
   * @returns how many that removes
   */
  stageRemovalOfExpired(batch: Batch, now: number, limit: number): number {
    let count = 0;
    const stage = ({ id }: M): void => {
      const model = count < limit ? this.latest(id) : null;
      const end = model === null ? null : (this.schema.expiresAt?.(model) ?? null);
      if (end === null || end > now) return;
      this.stageRemoval(batch, id);
      count += 1;
    };
    for (const model of this.table.endedBy(now)) {
      stage(model);
      if (count === limit) return count;
    }
    const staged = this.#pending.flatMap((changes) => [...changes.models()]);
    for (const [, model] of staged) {
      if (model !== null) stage(model);
    }
    return count;
  }

  dropOwned(ownerId: string, exceptId: string | null): void {
    this.table.removeOwned(ownerId, exceptId);
  }

  hasSecretsToErase(model: M, next: M | null): boolean {
    const { secretsOf } = this.schema;
    if (secretsOf === undefined) return false;
    const kept = next === null ? [] : secretsOf(next);
    return secretsOf(model).some((secret) => secret !== null && !kept.includes(secret));
  }

  changesIn(batch: Batch): PendingChanges<M> | null {
    return this.#pending.findLast((changes) => changes.batch === batch) ?? null;
  }

  forget(changes: PendingChanges<M>): void {
    this.#pending = this.#pending.filter((other) => other !== changes);
  }

  freeRemoved(): void {
    if (this.#isFreeing) return;
    this.#isFreeing = true;
    const free = (): void => {
      this.#isFreeing = this.table.freeRemoved(FREED_PER_TURN);
      if (this.#isFreeing) setImmediate(free).unref();
    };
    free();
  }

  #dropOwnedOf(ownerId: string): void {
    for (const owned of this.#owned) owned.dropOwned(ownerId, null);
  }

  #noteLoaded(former: M, next: M | null): void {
    this.#hasLoadedSecretsToErase ||= this.hasSecretsToErase(former, next);
  }

  /** The ids that are not in the table, or not at their place in it, in order. */
  #addedIds(): Set<string> {
    const added = new Set<string>();
    for (const [place, changes] of this.#pending.entries()) {
      const earlier = this.#pending.slice(0, place);
      for (const [id, model] of changes.models()) {
        const former = this.#after(earlier, id);
        if (former !== null && !changes.isRemoved(id)) continue;
        added.delete(id);
        if (model !== null) added.add(id);
      }
    }
    return added;
  }

  #latestHolderOf(index: Index<M>, key: string): string | null {
    let holder = this.table.holderOf(index, key);
    for (const changes of this.#pending) {
      const claimant = changes.holderOf(index, key);
      if (claimant !== undefined) holder = claimant;
    }
    // It may have been removed with all that its owner has.
    return holder === null || this.latest(holder) === null ? null : holder;
  }

  /** How many models an owner will have; costs what is pending, whatever the table holds. */
  #latestCountOf(ownerId: string): number {
    const index = this.indexOnOwner();
    let count = this.table.ownedCount(ownerId);
    const ids = new Set<string>();
    for (const changes of this.#pending) {
      const taken = changes.takenOf(ownerId);
      // Of all those in the table one at most is left.
      if (taken !== undefined) count = 0;
      if (taken !== undefined && taken.exceptId !== null) ids.add(taken.exceptId);
      for (const [id] of changes.models()) ids.add(id);
    }
    const isTaken = this.#pending.some((changes) => changes.takenOf(ownerId) !== undefined);
    for (const id of ids) {
      const former = isTaken ? null : this.table.get(id);
      if (former !== null && indexKey(index, former) === ownerId) count -= 1;
      const model = this.latest(id);
      if (model !== null && indexKey(index, model) === ownerId) count += 1;
    }
    return count;
  }

  #changesTo(batch: Batch): PendingChanges<M> {
    const newest = this.#pending.at(-1);
    if (newest?.batch === batch) return newest;
    const changes = new PendingChanges<M>(batch, this);
    this.#pending.push(changes);
    return changes;
  }
}
