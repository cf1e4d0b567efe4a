import { DuplicateValueError, MissingOwnerError } from '../../src/errors.ts';
import { isKey } from '../../src/storage/key.ts';
import type { Criteria, Identified, Index, Owned, Repository, Schema, Store, Transaction } from '../../src/storage/store.ts';

/** Collection → id → record, in the order in which the ids were first saved. */
type State = Map<string, Map<string, string>>;
type Declared = { schema: object; ownerName: string | null; removeOwned(state: State, ownerId: string): void };

/** Runs a step on the state: alone, where it changes something. */
type Run = <T>(step: (state: State) => T, isWrite: boolean) => Promise<T>;

/** The store contract in as few lines as it takes, and as slow: what the other stores are compared with. */
export class PlainStore implements Store {
  #state: State = new Map();
  #last: Promise<unknown> = Promise.resolve();
  readonly #declared = new Map<string, Declared>();

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    const owner = schema.belongsTo?.owner ?? null;
    const isOwnerKnown = owner === null || this.#declared.get(owner.collection)?.schema === owner;
    if (this.#declared.has(schema.collection) || !isOwnerKnown) throw new TypeError(schema.collection);
    const run: Run = async (step, isWrite) => (isWrite ? this.#alone(async (state) => step(state)) : step(this.#state));
    const repository = new PlainRepository(schema, this.#declared, run);
    this.#state.set(schema.collection, new Map());
    const removeOwned = (state: State, ownerId: string): void => void repository.removeOwnedFrom(state, ownerId, null);
    this.#declared.set(schema.collection, { schema, ownerName: owner?.collection ?? null, removeOwned });
    return repository;
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#alone((state) =>
      work({ collection: (schema) => new PlainRepository(schema, this.#declared, async (step) => step(state)) }),
    );
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}
  #alone<T>(work: (state: State) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const state: State = new Map([...this.#state].map(([name, records]) => [name, new Map(records)]));
      const value = await work(state);
      this.#state = state;
      return value;
    });
    this.#last = result.catch(() => {});
    return result;
  }
}

function keyOf<M>(index: Index<M>, model: M): string | null {
  const value = index.valueOf(model);
  return value === null ? null : (index.fold ?? String)(value);
}

class PlainRepository<M extends Identified, O extends Identified> implements Repository<M, O> {
  readonly #schema: Schema<M, O>;
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #run: Run;
  constructor(schema: Schema<M, O>, declared: ReadonlyMap<string, Declared>, run: Run) {
    [this.#schema, this.#declared, this.#run] = [schema, declared, run];
  }

  all = (): Promise<M[]> => this.#run((state) => this.#models(state), false);
  get = (id: string): Promise<M | null> => this.#run((state) => this.#find(state, id), false);
  count = (): Promise<number> => this.#run((state) => this.#models(state).length, false);
  page = (after: string | null, limit: number): Promise<M[] | null> =>
    this.#run((state) => {
      const models = this.#models(state);
      const start = after === null ? 0 : models.findIndex(({ id }) => id === after) + 1;
      return after !== null && start === 0 ? null : models.slice(start, start + limit);
    }, false);
  getWithOwner = (id: string): Promise<Owned<M, O> | null> =>
    this.#run((state) => {
      const owners = this.#schema.belongsTo?.owner ?? null;
      if (owners === null) throw new TypeError('no owner');
      const model = this.#find(state, id);
      const record = model === null ? undefined : state.get(owners.collection)?.get(this.#ownerId(model) ?? '');
      const owner = record === undefined ? null : owners.decode(JSON.parse(record), String);
      return model === null || owner === null ? null : { model, owner };
    }, false);
  search = (criteria: Criteria): Promise<M[]> =>
    this.#run((state) => {
      const tests = Object.entries(criteria).map(([field, value]) => {
        const index = [...this.#schema.unique, ...this.#schema.indexed].find((other) => other.field === field);
        if (index === undefined) throw new TypeError(field);
        return (model: M) => isKey(value) && keyOf(index, model) === (index.fold ?? String)(value);
      });
      if (tests.length === 0) throw new TypeError('no field');
      return this.#models(state).filter((model) => tests.every((test) => test(model)));
    }, false);
  save = (model: M): Promise<M> => this.#run((state) => this.#put(state, model), true);
  update = (id: string, change: (current: M) => M): Promise<M | null> =>
    this.#run((state) => {
      const current = this.#find(state, id);
      const next = current === null ? null : change(current);
      if (next !== null && next.id !== id) throw new TypeError('id');
      return next === current || next === null ? next : this.#put(state, next);
    }, true);
  updateAll = async (ids: readonly string[], change: (current: M) => M): Promise<M[]> =>
    (await Promise.all(ids.map((id) => this.update(id, change)))).filter((model) => model !== null);
  remove = (id: string): Promise<M | null> => this.#run((state) => this.#remove(state, id), true);
  removeOwned = (ownerId: string, exceptId: string | null): Promise<number> =>
    this.#run((state) => this.removeOwnedFrom(state, ownerId, exceptId), true);
  removeExpired = (now: number): Promise<number> =>
    this.#run((state) => {
      const end = (model: M): number => this.#schema.expiresAt?.(model) ?? Number.POSITIVE_INFINITY;
      return this.#models(state).filter((model) => end(model) <= now && this.#remove(state, model.id)).length;
    }, true);
  removeOwnedFrom(state: State, ownerId: string, exceptId: string | null): number {
    if (this.#schema.belongsTo === undefined) throw new TypeError('no owner');
    const isOwned = (model: M): boolean => this.#ownerId(model) === ownerId && model.id !== exceptId;
    return this.#models(state).filter((model) => isOwned(model) && this.#remove(state, model.id)).length;
  }
  #records(state: State): Map<string, string> {
    return state.get(this.#schema.collection) ?? new Map();
  }
  #models(state: State): M[] {
    return [...this.#records(state).keys()].flatMap((id) => this.#find(state, id) ?? []);
  }
  #find(state: State, id: string): M | null {
    const record = isKey(id) ? this.#records(state).get(id) : undefined;
    return record === undefined ? null : this.#schema.decode(JSON.parse(record), String);
  }
  #ownerId(model: M): string | null {
    const { belongsTo, indexed } = this.#schema;
    return indexed.find(({ field }) => field === belongsTo?.field)?.valueOf(model) ?? null;
  }
  #put(state: State, model: M): M {
    const owner = this.#schema.belongsTo?.owner ?? null;
    const ownerId = this.#ownerId(model);
    if (owner !== null && ownerId !== null && state.get(owner.collection)?.has(ownerId) !== true) {
      throw new MissingOwnerError(this.#schema.collection);
    }
    for (const index of this.#schema.unique) {
      const others = this.#models(state).filter(({ id }) => id !== model.id);
      const isTaken = others.some((other) => keyOf(index, other) === (keyOf(index, model) ?? undefined));
      if (isTaken) throw new DuplicateValueError(this.#schema.collection, index.field);
    }
    this.#records(state).set(model.id, JSON.stringify(this.#schema.encode(model)));
    return model;
  }
  #remove(state: State, id: string): M | null {
    const model = this.#find(state, id);
    if (model === null) return null;
    this.#records(state).delete(id);
    for (const { ownerName, removeOwned } of this.#declared.values()) {
      if (ownerName === this.#schema.collection) removeOwned(state, id);
    }
    return model;
  }
}
