import type { Awaitable } from '../http/awaitable.ts';

/**
 * The store contract: what the models ask of a database, and nothing of how it keeps it. Two stores
 * fulfil it, `memory-store.ts` and `journal-store.ts`; `test/contracts/store.ts` holds both to it.
 */

/** What every stored model has. Models are immutable: a change makes a new one. */
export interface Identified {
  /** Primary key. */
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
  /** The field's value; a model that has none (null) is not in the index. */
  readonly valueOf: (model: M) => string | null;
  /** Makes values that count as equal the same string (say, without regard to case). */
  readonly fold?: (value: string) => string;
}

/** What to search for: names of indexed fields and the value each must have. */
export type Criteria = { readonly [field: string]: string };

/** What a store must know of a model. */
export interface Schema<M extends Identified> {
  /** The collection's name, in the file and in error messages. */
  readonly collection: string;
  /** No two models share a value of these. */
  readonly unique: readonly Index<M>[];
  /** `search` by these costs the same with ten models and with a million. */
  readonly indexed: readonly Index<M>[];
  /** A foreign key with ON DELETE CASCADE: removing the owner removes the model in the same commit. */
  readonly belongsTo?: { readonly field: string; readonly collection: string };
  encode(model: M): StoredRecord;
  /**
   * @param record what was read
   * @param shareOwnerId gives the owner's own copy of its id, so that a million sessions share one string
   * @returns the model, or null where the record is not one
   */
  decode(record: unknown, shareOwnerId: (id: string) => string): M | null;
}

/** The tutorial's `all`, `get`, `search`, `count`, `save`, `remove`, and `update`, on one model's collection. */
export interface Repository<M extends Identified> {
  /** Every model, oldest first. */
  all(): Awaitable<M[]>;
  /** The model with this id, or null. */
  get(id: string): Awaitable<M | null>;
  /**
   * The models that have all these values, in no order that a caller may count on.
   *
   * @param criteria at least one field, each of them indexed
   * @throws {TypeError} where a field has no index: a search that would read everything is a bug
   */
  search(criteria: Criteria): Awaitable<M[]>;
  count(): Awaitable<number>;
  /**
   * Stores a model, new or in place of the one with its id. Resolves once it is durable.
   *
   * @throws {DuplicateValueError} another model has its value of a unique field
   * @throws {StoreUnavailableError} it could not be written; nothing changed
   */
  save(model: M): Promise<M>;
  /**
   * Changes the model with this id as it stands after every earlier write, so that two changes at once
   * never undo each other (the tutorial's read, modify, `save` does).
   *
   * @param change gives the new model, or null to leave the old one; called once, must not wait
   * @returns the new model; null where there is none with this id, or `change` gave null
   * @throws what `save` throws
   */
  update(id: string, change: (current: M) => M | null): Promise<M | null>;
  /**
   * Removes the model with this id and all that belongs to it, in one commit.
   *
   * @returns the model removed, or null where there is none
   * @throws {StoreUnavailableError} it could not be written; nothing changed
   */
  remove(id: string): Promise<M | null>;
  /**
   * Removes models that were made before one time or after another, in the order in which they were made, up to
   * the first that was made in between. Costs what it removes.
   *
   * @param createdBefore milliseconds since the epoch
   * @param createdAfter milliseconds since the epoch
   * @returns how many were removed
   * @throws {StoreUnavailableError} it could not be written; those not yet removed remain
   */
  removeOutside(createdBefore: number, createdAfter: number): Promise<number>;
}

/** A database. Collections are declared first, then it is opened, then their repositories may be used. */
export interface Store {
  /**
   * Declares a collection; before `open`.
   *
   * @returns its repository, of use once the store is open
   */
  collection<M extends Identified>(schema: Schema<M>): Repository<M>;
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
