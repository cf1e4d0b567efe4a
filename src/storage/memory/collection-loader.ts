import type { Identified, Schema } from '../store.ts';
import type { OwnedCollection, StoredChanges } from './stored-collection.ts';
import type { Table } from './table.ts';

/** What a loader must know of its collection. */
export interface LoadedCollection<M extends Identified, O extends Identified> {
  readonly schema: Schema<M, O>;
  readonly table: Table<M>;
  /** The collection that the models belong to; null: none in this store. */
  readonly owner: { readonly table: Table<O> } | null;
  /** Whether the model has values that may not stay on the disk once `next` has replaced it (null: removed it). */
  hasSecretsToErase(model: M, next: M | null): boolean;
}

/** Puts what was read from a file into the table of a collection, line by line. Nothing is staged meanwhile. */
export class CollectionLoader<M extends Identified, O extends Identified> {
  readonly #collection: LoadedCollection<M, O>;
  readonly #owned: readonly OwnedCollection[];
  #hasSecretsToErase = false;

  /** @param owned the collections whose models belong to those of this one; it may grow */
  constructor(collection: LoadedCollection<M, O>, owned: readonly OwnedCollection[]) {
    this.#collection = collection;
    this.#owned = owned;
  }

  /** As `StoredCollection.hasLoadedSecretsToErase`. */
  get hasSecretsToErase(): boolean {
    return this.#hasSecretsToErase;
  }

  /** As `StoredCollection.load`. */
  load({ remove, removeOwned, put }: StoredChanges): boolean {
    const { schema, table, owner } = this.#collection;
    for (const id of remove) {
      const removed = table.get(id);
      if (removed !== null) this.#noteFormer(removed, null);
      table.remove(id);
      this.#dropOwnedOf(id);
    }
    for (const { owner: ownerId, except } of removeOwned) table.removeOwned(ownerId, except === null ? [] : [except]);
    const shareOwnerId = (id: string): string => owner?.table.get(id)?.id ?? id;
    // A look-up that a million sessions do without.
    const mayMatter = this.#owned.length > 0 || schema.secretsOf !== undefined;
    for (const record of put) {
      const model = schema.decode(record, shareOwnerId);
      if (model === null) return false;
      const replaced = mayMatter ? table.get(model.id) : null;
      // What there is already of a new owner is of an earlier one with this id.
      if (replaced === null) this.#dropOwnedOf(model.id);
      else this.#noteFormer(replaced, model);
      table.put(model);
    }
    return true;
  }

  /** As `StoredCollection.finishLoading`. */
  finish(): void {
    const { table, owner } = this.#collection;
    if (owner !== null) {
      const missing = [...table.ownerIds()].filter((id) => owner.table.get(id) === null);
      for (const id of missing) table.removeOwned(id, []);
    }
    table.freeRemoved(Number.POSITIVE_INFINITY);
  }

  #dropOwnedOf(ownerId: string): void {
    for (const owned of this.#owned) owned.dropOwned(ownerId);
  }

  #noteFormer(former: M, next: M | null): void {
    this.#hasSecretsToErase ||= this.#collection.hasSecretsToErase(former, next);
  }
}
