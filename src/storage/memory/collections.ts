import { Collection } from './collection.ts';
import type { Committer, Owner, StoredCollection } from './collection.ts';
import type { Identified, Repository, Schema } from '../store.ts';

/** The collections that a store was declared to have, by name, in the order of declaration. */
export class Collections {
  readonly #byName = new Map<string, StoredCollection & Owner>();
  readonly #committer: Committer;

  constructor(committer: Committer) {
    this.#committer = committer;
  }

  /**
   * @param schema of a model; what it belongs to is declared already
   * @throws {TypeError} the name is taken, or the owner is not declared
   */
  declare<M extends Identified>(schema: Schema<M>): Repository<M> {
    if (this.#byName.has(schema.collection)) throw new TypeError(`${schema.collection} is declared twice`);
    const owner = schema.belongsTo === undefined ? null : this.#byName.get(schema.belongsTo.collection);
    if (owner === undefined) throw new TypeError(`declare what ${schema.collection} belongs to first`);
    const collection = new Collection(schema, this.#committer, owner);
    this.#byName.set(schema.collection, collection);
    return collection;
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
}
