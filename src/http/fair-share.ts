import { ShareGroup } from './share-group.ts';
import type { Place } from './share-group.ts';

export type { Place } from './share-group.ts';

/**
 * Whose a place is, from the widest group to the narrowest: the networks of an address as `networksOf` gives them,
 * or one key for a signed-in user. Keys of different kinds must not look alike.
 */
export type SharePath = readonly string[];

/** What came of asking for a place. */
export interface Taken<H> {
  readonly place: Place<H>;
  /** Those who lost their places for it: to be told, and ended. Their places are already given back. */
  readonly yielded: readonly H[];
}

/** So many places of a group are looked at for one that may yield: the search is paid by each newcomer. */
const MAX_LOOKED_AT = 200;

export interface FairSharesOptions<H> {
  /** All places together, in whatever unit `amount` has. */
  readonly capacity: number;
  /** Which place a group gives up. Waiting: the youngest, since the others have waited longer. */
  readonly yields: 'oldest' | 'youngest';
  /** Whether this holder's place can be taken away now. Default: any. */
  readonly mayYield?: (holder: H) => boolean;
}

/**
 * A bounded number of places, shared fairly between clients: connections, bytes of bodies, hashes that wait.
 *
 * - Nobody is held to a share while there is room: one client alone may have every place.
 * - When all are taken, the newcomer gets the place of whoever holds most, if that is more than the newcomer would
 *   then have. So each of n clients ends up with an n-th, whatever the greediest ask for.
 * - `next()` serves by turns: round robin between groups, and within each between its members. Every other turn goes
 *   to a group that has just come, of those to the one that asks for least: so whoever asks for one thing waits for
 *   one of another's, not for one of everybody's.
 * - A wide group (an IPv6 /48) counts as four clients where it has that many members, never as more.
 * - Memory is that of the places taken: an address without a place leaves nothing behind.
 *
 * What counts over a window and is not given back is another matter: `security/failure-counters.ts`.
 *
 * Source: RFC 8290 (FQ-CoDel), sections 4.1 (the longest queue gives way) and 4.2 (new flows first).
 *
 * @example
 * const shares = new FairShares<Socket>({ capacity: 10_000, yields: 'oldest', mayYield: isIdle });
 * const taken = shares.take(networksOf(address), socket);
 * if (taken === null) return refuse(socket);
 * for (const idle of taken.yielded) idle.destroy();
 * socket.once('close', () => shares.release(taken.place));
 */
export class FairShares<H> {
  readonly #root = new ShareGroup<H>('', null);
  readonly #capacity: number;
  readonly #yields: 'oldest' | 'youngest';
  readonly #mayYield: (holder: H) => boolean;

  /** @throws {RangeError} the capacity is no number of 0 or more */
  constructor({ capacity, yields, mayYield = () => true }: FairSharesOptions<H>) {
    if (!(capacity >= 0)) throw new RangeError('capacity: at least 0');
    this.#capacity = capacity;
    this.#yields = yields;
    this.#mayYield = mayYield;
  }

  /** How much is taken, of `capacity`. */
  get used(): number {
    return this.#root.amount;
  }

  /** How much a group holds, by the keys that lead to it. */
  heldBy(path: SharePath): number {
    let group: ShareGroup<H> | undefined = this.#root;
    for (const key of path) group = group?.members.get(key);
    return group?.amount ?? 0;
  }

  /**
   * Takes a place.
   *
   * @param path whose it is: at least one key
   * @param amount more than 0
   * @returns null where there is no room, and nobody who holds more can give way
   */
  take(path: SharePath, holder: H, amount = 1): Taken<H> | null {
    const groups: ShareGroup<H>[] = [];
    let group = this.#root;
    for (const key of path) {
      group = group.member(key);
      groups.push(group);
    }
    const place: Place<H> = { holder, amount, group };
    group.add(place);
    const yielding = this.#yieldingTo(place, groups);
    if (yielding === null) {
      this.release(place);
      return null;
    }
    for (const other of yielding) this.release(other);
    return { place, yielded: yielding.map((other) => other.holder) };
  }

  /** Gives a place back. A second time, or after it was yielded or served, it does nothing. */
  release(place: Place<H>): void {
    place.group.remove(place);
  }

  /** Whose turn it is: gives that place back. @returns null where no place is taken */
  next(): H | null {
    const place = this.#root.next();
    if (place === null) return null;
    this.release(place);
    return place.holder;
  }

  /** The places that are given up for one that was just taken; null where it is that one that must go. */
  #yieldingTo(newcomer: Place<H>, groups: readonly ShareGroup<H>[]): Place<H>[] | null {
    let missing = this.#root.amount - this.#capacity;
    if (missing <= 0) return [];
    const greediest = this.#root.greediest(groups, missing);
    // Of those that wait, the youngest in a group of one's own is the newcomer.
    if (greediest === null || (greediest === newcomer.group && this.#yields === 'youngest')) return null;
    const yielding: Place<H>[] = [];
    let looked = 0;
    for (const place of greediest.places(this.#yields)) {
      looked += 1;
      if (looked > MAX_LOOKED_AT) return null;
      if (place === newcomer || !this.#mayYield(place.holder)) continue;
      yielding.push(place);
      missing -= place.amount;
      if (missing <= 0) return yielding;
    }
    return null;
  }
}
