import type { Identified, Repository, Schema, Transaction } from '../store.ts';
import type { Batch } from './batch.ts';
import { Collection } from './collection.ts';
import { LiveRepository } from './live-repository.ts';
import type { Writer } from './live-repository.ts';
import type { StoredCollection } from './stored-collection.ts';
import { Transactions } from './transactions.ts';
import type { Committer } from './transactions.ts';

function isOfSchema<M extends Identified, O extends Identified>(
  collection: StoredCollection | undefined,
  schema: Schema<M, O>,
): collection is Collection<M, O> {
  return collection?.schema === schema;
}

/** The collections that a store was declared to have, by name, in the order of declaration. */
export class Collections {
  readonly #byName = new Map<string, StoredCollection>();
  readonly #writer: Writer;
  readonly #transactions: Transactions;

  constructor(committer: Committer) {
    const transactions = new Transactions(committer, (schema) => this.#find(schema));
    this.#transactions = transactions;
    this.#writer = {
      get batch(): Batch {
        return committer.gathering();
      },
      get turn(): Promise<void> | null {
        return transactions.turn;
      },
      commit: () => committer.commit(),
    };
  }

  /** As `Store.collection`. */
  declare<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    if (this.#byName.has(schema.collection)) throw new TypeError(`${schema.collection} is declared twice`);
    const ownerSchema = schema.belongsTo?.owner ?? null;
    if (ownerSchema?.belongsTo !== undefined) {
      throw new TypeError(`${schema.collection} belongs to ${ownerSchema.collection}, which belongs to something itself`);
    }
    const owner = ownerSchema === null ? null : this.#find(ownerSchema);
    const collection = new Collection(schema, this.#byName.size, owner);
    this.#byName.set(schema.collection, collection);
    return new LiveRepository(collection, this.#writer);
  }

  /** As `Store.transaction`. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#transactions.run(work);
  }

  /** A batch could not be written, nor what was staged on top of it: nor then may the transaction that runs. */
  failTransaction(error: Error): void {
    this.#transactions.fail(error);
  }

  get(name: string): StoredCollection | undefined {
    return this.#byName.get(name);
  }

  all(): Iterable<StoredCollection> {
    return this.#byName.values();
  }

  /** How many models there are in all. */
  get modelCount(): number {
    let count = 0;
    for (const collection of this.all()) count += collection.size;
    return count;
  }

  /** Whether what was read from the file holds values that may not stay on the disk. */
  get hasLoadedSecretsToErase(): boolean {
    return [...this.all()].some((collection) => collection.hasLoadedSecretsToErase);
  }

  /** All has been read from the file. */
  finishLoading(): void {
    for (const collection of this.all()) collection.finishLoading();
  }

  #find<M extends Identified, O extends Identified>(schema: Schema<M, O>): Collection<M, O> {
    const collection = this.#byName.get(schema.collection);
    if (!isOfSchema(collection, schema)) throw new TypeError(`${schema.collection} is not declared yet`);
    return collection;
  }
}
