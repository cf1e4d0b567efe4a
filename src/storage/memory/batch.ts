import type { StoredRecord } from '../store.ts';

/** The models of an owner, but for one: what `removeOwned` removes, as it is written. */
export interface OwnedRemoval {
  readonly owner: string;
  /** Id of the model that stays; null: none does. */
  readonly except: string | null;
}

/** One collection's part of a commit, as it is written. */
export interface EncodedChanges {
  readonly collection: string;
  readonly put: readonly StoredRecord[];
  /** What belongs to a model that is removed goes with it. */
  readonly remove: readonly string[];
  readonly removeOwned: readonly OwnedRemoval[];
}

/** One collection's part of a batch. */
export interface Part {
  /** The collection's place in the order of declaration. */
  readonly rank: number;
  /** How many puts and removals are written; 0 where nothing changes. */
  readonly changeCount: number;
  /** Whether it replaces or removes values that may not stay on the disk. */
  readonly hasSecretsToErase: boolean;
  encode(): EncodedChanges;
  /** Makes its changes part of the collection. */
  apply(): void;
  /** The batch is over, applied or not. */
  leave(): void;
  /** Becomes part of another batch, the one before its own. */
  moveTo(batch: Batch): void;
}

/** Changes that become durable together, or not at all: one commit. */
export class Batch {
  #parts: Part[] = [];

  add(part: Part): void {
    this.#parts.push(part);
  }

  get changeCount(): number {
    return this.#parts.reduce((count, part) => count + part.changeCount, 0);
  }

  get hasSecretsToErase(): boolean {
    return this.#parts.some((part) => part.hasSecretsToErase);
  }

  /** Owners come before what belongs to them. */
  encode(): EncodedChanges[] {
    return this.#parts.toSorted((one, other) => one.rank - other.rank).map((part) => part.encode());
  }

  /** Makes every change visible to readers. */
  apply(): void {
    for (const part of this.#parts) part.apply();
    this.discard();
  }

  /** Forgets every change. */
  discard(): void {
    for (const part of this.#parts) part.leave();
  }

  /** Makes every change part of another batch, which was begun before this one. */
  moveTo(batch: Batch): void {
    for (const part of this.#parts) part.moveTo(batch);
    this.#parts = [];
  }
}
