import type { StoredRecord } from '../store.ts';
import type { Batch, OwnedRemoval } from './batch.ts';

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
  dropOwned(ownerId: string): void;
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
