import { DuplicateValueError, MissingOwnerError } from '../../errors.ts';
import type { Criteria, Identified, Index, Schema, StoredRecord } from '../store.ts';
import { indexKey } from '../key.ts';
import type { Batch } from './batch.ts';
import { CollectionLoader } from './collection-loader.ts';
import type { LoadedCollection } from './collection-loader.ts';
import { LatestModels } from './latest-models.ts';
import type { ChangedCollection } from './pending-changes.ts';
import type { OwnedCollection, StoredChanges, StoredCollection } from './stored-collection.ts';
import { Table } from './table.ts';

/** How many removed models have their memory freed between two turns of the event loop: about 1 ms. */
const FREED_PER_TURN = 1_000;

/**
 * A collection in memory: the table of what is durable, and the batches under way that will change it. Readers look at
 * the table; writers build on `latest`, what will be once those batches are durable.
 */
export class Collection<M extends Identified, O extends Identified = never>
  implements StoredCollection, OwnedCollection, LoadedCollection<M, O>, ChangedCollection<M>
{
  readonly schema: Schema<M, O>;
  readonly rank: number;
  readonly table: Table<M>;
  readonly latest: LatestModels<M>;
  /** The collection that the models belong to; null: none in this store. */
  readonly owner: Collection<O> | null;
  readonly ownerIndex: Index<M> | null;
  readonly #indexes: ReadonlyMap<string, Index<M>>;
  readonly #owned: OwnedCollection[] = [];
  readonly #loader: CollectionLoader<M, O>;
  #isFreeing = false;

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
    this.latest = new LatestModels<M>(this);
    this.#loader = new CollectionLoader<M, O>(this, this.#owned);
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

  load(changes: StoredChanges): boolean {
    return this.#loader.load(changes);
  }

  get hasLoadedSecretsToErase(): boolean {
    return this.#loader.hasSecretsToErase;
  }

  finishLoading(): void {
    this.#loader.finish();
  }

  *records(): Generator<StoredRecord> {
    for (const model of this.table.entries()) yield this.schema.encode(model);
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
    if (ownerId !== null && this.owner !== null && this.owner.latest.get(ownerId) === null) {
      throw new MissingOwnerError(this.name);
    }
    for (const index of this.unique) {
      const key = indexKey(index, model);
      const holder = key === null ? null : this.latest.holderOf(index, key);
      if (holder !== null && holder !== model.id) throw new DuplicateValueError(this.name, index.field);
    }
    this.latest.changesTo(batch).set(model.id, this.latest.get(model.id), model);
  }

  /**
   * Adds the removal of a model, and of all that belongs to it.
   *
   * @returns the model, or null where there is none
   */
  stageRemoval(batch: Batch, id: string): M | null {
    const model = this.latest.get(id);
    if (model === null) return null;
    this.latest.changesTo(batch).set(id, model, null);
    for (const owned of this.#owned) owned.stageCascade(batch, id);
    return model;
  }

  /**
   * Adds the removal of an owner's models, but for one.
   *
   * @returns how many that removes
   */
  stageRemovalOfOwned(batch: Batch, ownerId: string, exceptId: string | null): number {
    const index = this.indexOnOwner();
    const excepted = exceptId === null ? null : this.latest.get(exceptId);
    const isExcepted = excepted !== null && indexKey(index, excepted) === ownerId;
    const count = this.latest.ownedCount(ownerId) - (isExcepted ? 1 : 0);
    if (count > 0) this.latest.changesTo(batch).takeOwner(ownerId, isExcepted ? exceptId : null, false);
    return count;
  }

  stageCascade(batch: Batch, ownerId: string): void {
    if (this.latest.ownedCount(ownerId) > 0) this.latest.changesTo(batch).takeOwner(ownerId, null, true);
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
      const model = count < limit ? this.latest.get(id) : null;
      const end = model === null ? null : (this.schema.expiresAt?.(model) ?? null);
      if (end === null || end > now) return;
      this.stageRemoval(batch, id);
      count += 1;
    };
    for (const model of this.table.endedBy(now)) {
      stage(model);
      if (count === limit) return count;
    }
    for (const model of this.latest.pendingModels()) stage(model);
    return count;
  }

  dropOwned(ownerId: string): void {
    this.table.removeOwned(ownerId, []);
  }

  hasSecretsToErase(model: M, next: M | null): boolean {
    const { secretsOf } = this.schema;
    if (secretsOf === undefined) return false;
    const kept = next === null ? [] : secretsOf(next);
    return secretsOf(model).some((secret) => secret !== null && !kept.includes(secret));
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
}
