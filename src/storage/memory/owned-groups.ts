import type { Entry, OwnedGroup } from './entry.ts';
import { ShardedMap } from './sharded-map.ts';

/**
 * The entries of each owner. To remove a whole group costs the same for one entry and for a million: the group is
 * marked, and no reader sees an entry of a marked group. `firstRemoved` then gives its entries, one by one, to be unlinked.
 */
export class OwnedGroups<M> {
  readonly #groups = new ShardedMap<OwnedGroup<M>>();
  /** Marked, and not empty yet. */
  readonly #removed: OwnedGroup<M>[] = [];

  sizeOf(ownerId: string): number {
    return this.#groups.get(ownerId)?.size ?? 0;
  }

  /** The owners that have entries. */
  ownerIds(): Iterable<string> {
    return this.#groups.keys();
  }

  *modelsOf(ownerId: string): Generator<M> {
    for (let entry = this.#groups.get(ownerId)?.first ?? null; entry !== null; entry = entry.groupNext) {
      if (entry.model !== null) yield entry.model;
    }
  }

  /** @param entry is in no group */
  add(ownerId: string, entry: Entry<M>): void {
    let group = this.#groups.get(ownerId);
    if (group === undefined) {
      group = { ownerId, first: null, size: 0, isRemoved: false };
      this.#groups.set(ownerId, group);
    }
    entry.group = group;
    entry.groupNext = group.first;
    if (group.first !== null) group.first.groupPrevious = entry;
    group.first = entry;
    group.size += 1;
  }

  /** Takes an entry out of its group, where it has one. */
  delete(entry: Entry<M>): void {
    const { group } = entry;
    if (group === null) return;
    if (entry.groupPrevious === null) group.first = entry.groupNext;
    else entry.groupPrevious.groupNext = entry.groupNext;
    if (entry.groupNext !== null) entry.groupNext.groupPrevious = entry.groupPrevious;
    entry.group = null;
    entry.groupPrevious = null;
    entry.groupNext = null;
    group.size -= 1;
    if (group.size === 0 && !group.isRemoved) this.#groups.delete(group.ownerId);
  }

  /**
   * Marks the group of an owner as removed. What is added for the owner from now on is in a new group.
   *
   * @returns how many entries that takes from readers
   */
  remove(ownerId: string): number {
    const group = this.#groups.get(ownerId);
    if (group === undefined) return 0;
    this.#groups.delete(ownerId);
    group.isRemoved = true;
    this.#removed.push(group);
    return group.size;
  }

  /** An entry of a group that was marked, in no particular order; null: there is none left. */
  firstRemoved(): Entry<M> | null {
    for (;;) {
      const group = this.#removed.at(-1);
      if (group === undefined) return null;
      if (group.first !== null) return group.first;
      this.#removed.pop();
    }
  }
}
