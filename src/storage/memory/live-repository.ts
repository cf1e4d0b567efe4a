import type { Criteria, Identified, Owned, Repository } from '../store.ts';
import { indexKey } from '../key.ts';
import type { Batch } from './batch.ts';
import type { Collection } from './collection.ts';

/** Where a repository puts its changes. */
export interface Writer {
  /** The batch that takes them. @throws {TypeError} none does any more */
  readonly batch: Batch;
  /**
   * A promise to wait for before anything is changed. Null: now is the time; who then waits all the same, if only for a
   * microtask, puts writes into another order than that of the calls.
   */
  readonly turn: Promise<void> | null;
  /** Resolves once what was put into the batch is durable and applied. */
  commit(): Promise<void>;
}

/** How many removals of expired models go into one commit: a few milliseconds' work. */
const REMOVALS_PER_COMMIT = 1_000;

/** A repository over a collection in memory. Readers see what is durable, at once; each write is a commit. */
export class LiveRepository<M extends Identified, O extends Identified> implements Repository<M, O> {
  protected readonly collection: Collection<M, O>;
  readonly #writer: Writer;

  constructor(collection: Collection<M, O>, writer: Writer) {
    this.collection = collection;
    this.#writer = writer;
  }

  all(): M[] {
    return [...this.collection.table.entries()];
  }

  page(after: string | null, limit: number): M[] | null {
    const { table } = this.collection;
    return after !== null && table.get(after) === null ? null : firstOf(table.entries(after), limit);
  }

  get(id: string): M | null {
    return this.collection.table.get(id);
  }

  getWithOwner(id: string): Owned<M, O> | null {
    const { owner } = this.collection;
    const index = this.collection.indexOnOwner();
    if (owner === null) throw new TypeError(`the owners of ${this.collection.name} are in another store`);
    const model = this.get(id);
    const ownerId = model === null ? null : indexKey(index, model);
    const found = ownerId === null ? null : this.ownerOf(ownerId);
    return model === null || found === null ? null : { model, owner: found };
  }

  search(criteria: Criteria): M[] {
    const { table } = this.collection;
    return this.collection.search(criteria, (index, key) => table.modelsOf(index, key));
  }

  count(): number {
    return this.collection.size;
  }

  async save(model: M): Promise<M> {
    while (this.#writer.turn !== null) await this.#writer.turn;
    this.collection.stage(this.#writer.batch, model);
    await this.#writer.commit();
    return model;
  }

  async update(id: string, change: (current: M) => M): Promise<M | null> {
    while (this.#writer.turn !== null) await this.#writer.turn;
    const current = this.collection.latest.get(id);
    if (current === null) return null;
    const next = change(current);
    if (next === current) return current;
    if (next.id !== id) throw new TypeError('update must keep the id');
    this.collection.stage(this.#writer.batch, next);
    await this.#writer.commit();
    return next;
  }

  async updateAll(ids: readonly string[], change: (current: M) => M): Promise<M[]> {
    // All that is written in one turn of the event loop goes into one commit.
    const changed = await Promise.all(ids.map((id) => this.update(id, change)));
    return changed.filter((model) => model !== null);
  }

  async remove(id: string): Promise<M | null> {
    while (this.#writer.turn !== null) await this.#writer.turn;
    const removed = this.collection.stageRemoval(this.#writer.batch, id);
    if (removed !== null) await this.#writer.commit();
    return removed;
  }

  async removeOwned(ownerId: string, exceptId: string | null): Promise<number> {
    this.collection.indexOnOwner();
    while (this.#writer.turn !== null) await this.#writer.turn;
    const count = this.collection.stageRemovalOfOwned(this.#writer.batch, ownerId, exceptId);
    if (count > 0) await this.#writer.commit();
    return count;
  }

  async removeExpired(now: number): Promise<number> {
    for (let removed = 0; ; ) {
      while (this.#writer.turn !== null) await this.#writer.turn;
      const count = this.collection.stageRemovalOfExpired(this.#writer.batch, now, REMOVALS_PER_COMMIT);
      if (count === 0) return removed;
      await this.#writer.commit();
      removed += count;
    }
  }

  protected ownerOf(ownerId: string): O | null {
    return this.collection.owner?.table.get(ownerId) ?? null;
  }
}

/** The first models of many. */
export function firstOf<M>(models: Iterable<M>, limit: number): M[] {
  const first: M[] = [];
  for (const model of models) {
    if (first.length >= limit) break;
    first.push(model);
  }
  return first;
}
