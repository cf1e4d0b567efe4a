import type { Identified, Index } from '../store.ts';
import { indexKey } from '../key.ts';
import type { Batch } from './batch.ts';
import { PendingChanges } from './pending-changes.ts';
import type { ChangedCollection } from './pending-changes.ts';

/**
 * What the next writer of a collection must take into account: its models as they will be once all batches under way
 * are durable. Asked as `Table` is, which has them as they are.
 */
export class LatestModels<M extends Identified> {
  readonly #collection: ChangedCollection<M>;
  /** Of batches not yet durable that touch the collection, oldest first. */
  #pending: PendingChanges<M>[] = [];

  constructor(collection: ChangedCollection<M>) {
    this.#collection = collection;
  }

  get(id: string): M | null {
    let model = this.#collection.table.get(id);
    for (const changes of this.#pending) {
      const staged = changes.get(id);
      if (staged !== undefined) model = staged;
      else if (model !== null && changes.takes(model)) model = null;
    }
    return model;
  }

  /** The id of the model that will have `key` in a unique index, or null. */
  holderOf(index: Index<M>, key: string): string | null {
    let holder = this.#collection.table.holderOf(index, key);
    for (const changes of this.#pending) {
      const claimant = changes.holderOf(index, key);
      if (claimant !== undefined) holder = claimant;
    }
    // It may have been removed with all that its owner has.
    return holder === null || this.get(holder) === null ? null : holder;
  }

  /** The models that will be under `key` in an index, in no particular order. */
  modelsOf(index: Index<M>, key: string): M[] {
    const ids = new Set(this.#collection.table.modelsOf(index, key).map(({ id }) => id));
    for (const changes of this.#pending) {
      for (const [id] of changes.models()) ids.add(id);
    }
    const found: M[] = [];
    for (const id of ids) {
      const model = this.get(id);
      if (model !== null && indexKey(index, model) === key) found.push(model);
    }
    return found;
  }

  /** How many models an owner will have; costs what is pending, whatever the table holds. */
  ownedCount(ownerId: string): number {
    const { table, ownerIndex } = this.#collection;
    const isOwned = (model: M | null): boolean =>
      model !== null && ownerIndex !== null && indexKey(ownerIndex, model) === ownerId;
    let count = table.ownedCount(ownerId);
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
      if (!isTaken && isOwned(table.get(id))) count -= 1;
      if (isOwned(this.get(id))) count += 1;
    }
    return count;
  }

  /** As `Table.entries`. */
  *entries(after: string | null = null): Generator<M> {
    const { table } = this.#collection;
    if (this.#pending.length === 0) {
      yield* table.entries(after);
      return;
    }
    const added = this.#addedIds();
    let isBehind = after === null;
    if (after === null || !added.has(after)) {
      isBehind = true;
      for (const { id } of table.entries(after)) {
        const model = added.has(id) ? null : this.get(id);
        if (model !== null) yield model;
      }
    }
    for (const id of added) {
      const model = isBehind ? this.get(id) : null;
      if (model !== null) yield model;
      isBehind ||= id === after;
    }
  }

  /** What the batches under way put: a later one may have replaced or removed it. */
  pendingModels(): M[] {
    const models = this.#pending.flatMap((changes) => [...changes.models()].map(([, model]) => model));
    return models.filter((model) => model !== null);
  }

  /** The changes of the collection in a batch, or null. */
  changesIn(batch: Batch): PendingChanges<M> | null {
    return this.#pending.findLast((changes) => changes.batch === batch) ?? null;
  }

  /** Where the next change goes that is added to a batch. */
  changesTo(batch: Batch): PendingChanges<M> {
    const newest = this.#pending.at(-1);
    if (newest?.batch === batch) return newest;
    const changes = new PendingChanges<M>(batch, this.#collection);
    this.#pending.push(changes);
    return changes;
  }

  /** The changes are over. */
  forget(changes: PendingChanges<M>): void {
    this.#pending = this.#pending.filter((other) => other !== changes);
  }

  /** The ids that are not in the table, or not at their place in it, in order. */
  #addedIds(): Set<string> {
    const added = new Set<string>();
    for (const changes of this.#pending) {
      for (const [id, model] of changes.models()) {
        if (model !== null && !changes.adds(id)) continue;
        added.delete(id);
        if (model !== null) added.add(id);
      }
    }
    return added;
  }
}
