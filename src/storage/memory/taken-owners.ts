import type { OwnedRemoval } from './batch.ts';

/** All models of an owner that earlier batches left are removed, but for one. */
export interface TakenOwner {
  readonly exceptId: string | null;
  /** The owner is removed in the same commit, which says it all. */
  readonly isImplied: boolean;
}

/** The owners whose models a batch removes. */
export class TakenOwners {
  readonly #owners = new Map<string, TakenOwner>();

  get size(): number {
    return this.#owners.size;
  }

  of(ownerId: string): TakenOwner | undefined {
    return this.#owners.get(ownerId);
  }

  /** Whether a model is removed with what its owner has. */
  take(ownerId: string | null, id: string): boolean {
    const taken = ownerId === null ? undefined : this.#owners.get(ownerId);
    return taken !== undefined && taken.exceptId !== id;
  }

  /** Adds an owner. Of two removals that leave another model each, none is left. */
  mark(ownerId: string, exceptId: string | null, isImplied: boolean): void {
    const former = this.#owners.get(ownerId);
    this.#owners.set(ownerId, {
      exceptId: former === undefined || former.exceptId === exceptId ? exceptId : null,
      isImplied: isImplied || former?.isImplied === true,
    });
  }

  /** As a commit says it; the removal of an owner says the others. */
  removals(): OwnedRemoval[] {
    return [...this.#owners]
      .filter(([, { isImplied }]) => !isImplied)
      .map(([owner, { exceptId }]) => ({ owner, except: exceptId }));
  }

  [Symbol.iterator](): Iterator<[string, TakenOwner]> {
    return this.#owners[Symbol.iterator]();
  }
}
