import type { Awaitable } from '../http/awaitable.ts';

/**
 * The store contract: what the models ask of a database, and nothing of how it keeps it. `memory/`, `journal/`
 * and `postgres/` fulfil it; `test/contracts/store.ts` holds every store to it.
 */

/** What every stored model has. Models are immutable: a change makes a new one. */
export interface Identified {
  /** Primary key: a key, as `isKey` says. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export type StoredValue = string | number | boolean | null | readonly StoredValue[] | StoredRecord;

/** A model as it is written: a JSON object with the field names of the file. */
export type StoredRecord = { readonly [field: string]: StoredValue };

/** An index on one field. */
export interface Index<M> {
  readonly field: string;
  /** The field's value, a key; a model that has none (null) is not in the index. */
  readonly valueOf: (model: M) => string | null;
  /** Makes values that count as equal the same string (say, without regard to case). */
  readonly fold?: (value: string) => string;
}

/** What to search for: names of indexed fields and the value each must have. */
export type Criteria = { readonly [field: string]: string };

/** What a store must know of a model. `O` is the model that owns it; `never` where nothing does. */
export interface Schema<M extends Identified, O extends Identified = never> {
  /** The collection's name, in the file and in error messages. */
  readonly collection: string;
  /** No two models share a value of these. */
  readonly unique: readonly Index<M>[];
  /** `search` by these costs the same with ten models and with a million. */
  readonly indexed: readonly Index<M>[];
  /**
   * A foreign key with ON DELETE CASCADE: the owner must exist, and removing it removes the model in the same commit.
   * `field` is one of `indexed`. An owner belongs to nothing itself.
   *
   * `owner` null: the owner is in another store. Nobody looks whether it exists, and whoever removes it calls
   * `removeOwned`.
   */
  readonly belongsTo?: { readonly field: string; readonly owner: Schema<O> | null };
  /**
   * When the model ends, in milliseconds since the epoch; null: never. A change may move the end, either way.
   * Absent: models of this collection never end by themselves.
   */
  readonly expiresAt?: (model: M) => number | null;
  /**
   * The values of a model that must not stay on the disk once they are replaced, or the model is removed.
   * Absent: there are none.
   */
  readonly secretsOf?: (model: M) => readonly (string | null)[];
  encode(model: M): StoredRecord;
  /**
   * @param record what was read
   * @param shareOwnerId gives the owner's own copy of its id, so that a million sessions share one string
   * @returns the model, or null where the record is not one
   */
  decode(record: unknown, shareOwnerId: (id: string) => string): M | null;
}

/** A model, and the one that it belongs to. */
export interface Owned<M, O> {
  readonly model: M;
  readonly owner: O;
}

/** The tutorial's `all`, `get`, `search`, `count`, `save`, `remove`, and what else a server needs of one collection. */
export interface Repository<M extends Identified, O extends Identified = never> {
  /** Every model, in the order in which their ids were first saved. Where there may be many, use `page`. */
  all(): Awaitable<M[]>;
  /**
   * Some models, in the order of `all`.
   *
   * @param after the id of the model before the first one wanted; null: from the first
   * @param limit how many at most, from 1
   * @returns the models; null where there is no model with the id `after`
   */
  page(after: string | null, limit: number): Awaitable<M[] | null>;
  /** The model with this id, or null, also where the id is no key. */
  get(id: string): Awaitable<M | null>;
  /**
   * The model with this id and its owner, in one read.
   *
   * @returns null where either is missing
   * @throws {TypeError} the schema names no owner in this store
   */
  getWithOwner(id: string): Awaitable<Owned<M, O> | null>;
  /**
   * The models that have all these values, in no particular order.
   *
   * @param criteria at least one field, each of them indexed; a value that is no key finds nothing
   * @throws {TypeError} where a field has no index: a search that would read everything is a bug
   */
  search(criteria: Criteria): Awaitable<M[]>;
  count(): Awaitable<number>;
  /**
   * Stores a model, new or in place of the one with its id. Resolves once it is durable.
   *
   * @throws {DuplicateValueError} another model has its value of a unique field
   * @throws {MissingOwnerError} the model that it belongs to does not exist
   * @throws {StoreUnavailableError} it could not be written; nothing changed
   */
  save(model: M): Promise<M>;
  /**
   * Changes the model with this id as it stands after every earlier write, so that two changes at once
   * never undo each other (the tutorial's read, modify, `save` does).
   *
   * @param change gives the new model, or the one it was given to leave that as it is; called once, must not wait
   * @returns the model as it is afterwards; null where there is none with this id
   * @throws what `save` and `change` throw
   */
  update(id: string, change: (current: M) => M): Promise<M | null>;
  /**
   * Changes many models, each as `update` does, in few commits.
   *
   * @param ids each once; those that no model has are passed over
   * @param change as for `update`; leaves unique values and the owner as they are
   * @returns the models as they are afterwards, in no particular order
   * @throws what `save` and `change` throw; some may have changed
   */
  updateAll(ids: readonly string[], change: (current: M) => M): Promise<M[]>;
  /**
   * Removes the model with this id and all that belongs to it, in one commit.
   *
   * @returns the model removed, or null where there is none
   * @throws {StoreUnavailableError} it could not be written; nothing changed
   */
  remove(id: string): Promise<M | null>;
  /**
   * Removes every model of an owner, in one commit.
   *
   * @param exceptId of a model to leave; null: none
   * @returns how many were removed
   * @throws {TypeError} the schema has no `belongsTo`
   * @throws {StoreUnavailableError} it could not be written; nothing changed
   */
  removeOwned(ownerId: string, exceptId: string | null): Promise<number>;
  /**
   * Removes the models whose end is at or before a time, in commits of a bounded size. Costs what it removes: a model
   * whose end has moved is looked at once more for each time that its former end has passed.
   *
   * @param now milliseconds since the epoch
   * @returns how many were removed
   * @throws {StoreUnavailableError} it could not be written; those not yet removed remain
   */
  removeExpired(now: number): Promise<number>;
}

/** The collections of a store, as a transaction sees and changes them. */
export interface Transaction {
  /** The repository of a collection that was declared, within this transaction. Of no use once the transaction is over. */
  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O>;
}

/** A database. Collections are declared first, then it is opened, then their repositories may be used. */
export interface Store {
  /**
   * Declares a collection; before `open`, and after the collection that it belongs to.
   *
   * @returns its repository, of use once the store is open
   * @throws {TypeError} it is declared already, or its owner is not, or its owner belongs to something itself
   */
  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O>;
  /**
   * Makes several changes in one commit: all of them, or none.
   *
   * Transactions run one at a time. Each sees the store as every earlier write left it, durable or not, and its own
   * changes; until it ends, nobody else changes what it has read. Others see its changes once it is durable.
   *
   * @param work reads and changes through the transaction alone, and waits for nothing else; what it throws undoes all
   * @returns what `work` gives, once everything is durable
   * @throws what `work` and `Repository.save` throw; nothing changed
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * Makes the store ready: what was stored before is there again.
   *
   * @throws {StoreLockedError} another process has it open
   * @throws {DamagedFileError} what was stored cannot be read
   */
  open(): Promise<void>;
  /** Ends what is under way and gives up what the store holds. Nothing may be written afterwards. */
  close(): Promise<void>;
}
