/** A group of several members counts as so many clients at most: a provider's /48 may be one customer or many. */
const BREADTH = 4;

/** How many of those that hold about as much are compared: exact up to here, within a factor of two beyond. */
const MAX_COMPARED = 32;

/** One place that is taken. */
export interface Place<H> {
  readonly holder: H;
  readonly amount: number;
  readonly group: ShareGroup<H>;
}

/** The places of one client, or of a group of clients that share a network. What `FairShares` is made of. */
export class ShareGroup<H> {
  readonly members = new Map<string, ShareGroup<H>>();
  readonly #key: string;
  readonly #parent: ShareGroup<H> | null;
  /** Those of its own, the oldest first. */
  readonly #places = new Set<Place<H>>();
  /** Members by the power of two of their load, so that the heaviest are found without looking at all. */
  readonly #byLoad: Set<ShareGroup<H>>[] = [];
  /** Members that have had no turn since they came, and those that have, the next one first. */
  readonly #fresh = new Set<ShareGroup<H>>();
  readonly #ring = new Set<ShareGroup<H>>();
  /** Whether the last turn went past the ring. */
  #isRingDue = false;
  #turnsInRow = 0;
  #amount = 0;
  #slot: Set<ShareGroup<H>> | undefined;

  constructor(key: string, parent: ShareGroup<H> | null) {
    this.#key = key;
    this.#parent = parent;
  }

  /** What it holds, with its members. */
  get amount(): number {
    return this.#amount;
  }

  get #breadth(): number {
    return Math.min(Math.max(this.members.size, 1), BREADTH);
  }

  /** What each of the clients that it counts as would hold, `less` being taken away. */
  load(less = 0): number {
    return (this.#amount - less) / this.#breadth;
  }

  /** The member of a key, which is made where it is not there. */
  member(key: string): ShareGroup<H> {
    const known = this.members.get(key);
    if (known !== undefined) return known;
    const made = new ShareGroup(key, this);
    this.members.set(key, made);
    this.#fresh.add(made);
    return made;
  }

  add(place: Place<H>): void {
    this.#places.add(place);
    this.#grow(place.amount);
  }

  /** Does nothing where the place is not held, or no longer. */
  remove(place: Place<H>): void {
    if (this.#places.delete(place)) this.#grow(-place.amount);
  }

  /** Whose turn it is. The caller gives the place back. */
  next(): Place<H> | null {
    for (const place of this.#places) return place;
    const isFreshTurn = this.#fresh.size > 0 && (!this.#isRingDue || this.#ring.size === 0);
    this.#isRingDue = isFreshTurn && this.#ring.size > 0;
    const [first] = this.#ring;
    const member = isFreshTurn ? mostLoaded(this.#fresh, -1) : first;
    if (member === undefined) return null;
    this.#afterTurnOf(member);
    return member.next();
  }

  /**
   * The group that gives up a place for one that was just added below this one.
   *
   * @param path the groups that lead to the new place, from the member of this one
   * @param missing how much is to be given up
   * @returns the last group of the path where nobody holds more; null where that one holds more than who asks, but
   *   would hold less without what is missing
   */
  greediest([own, ...rest]: readonly ShareGroup<H>[], missing: number): ShareGroup<H> | null {
    if (own === undefined) return this;
    const heaviest = this.#heaviest();
    if (heaviest === undefined || heaviest.load() <= own.load()) return own.greediest(rest, missing);
    return heaviest.load(missing) >= own.load() ? heaviest : null;
  }

  /** Every place below, those of the heaviest member first. */
  *places(order: 'oldest' | 'youngest'): Generator<Place<H>> {
    yield* order === 'oldest' ? this.#places : [...this.#places].reverse();
    const heaviest = this.#heaviest();
    if (heaviest === undefined) return;
    yield* heaviest.places(order);
    for (const member of this.members.values()) {
      if (member !== heaviest) yield* member.places(order);
    }
  }

  #heaviest(): ShareGroup<H> | undefined {
    return mostLoaded(this.#byLoad.findLast((members) => members.size > 0) ?? [], 1);
  }

  /** A fresh member joins the others; of those, one of several clients has a turn for each of them. */
  #afterTurnOf(member: ShareGroup<H>): void {
    if (this.#fresh.delete(member)) {
      this.#ring.add(member);
      return;
    }
    this.#turnsInRow += 1;
    if (this.#turnsInRow < member.#breadth) return;
    this.#ring.delete(member);
    this.#ring.add(member);
    this.#turnsInRow = 0;
  }

  #grow(amount: number): void {
    this.#amount += amount;
    if (this.#parent === null) return;
    if (this.#amount > 0) this.#parent.#index(this);
    else this.#parent.#forget(this);
    this.#parent.#grow(amount);
  }

  #index(member: ShareGroup<H>): void {
    const power = Math.max(0, Math.floor(Math.log2(member.load())));
    while (this.#byLoad.length <= power) this.#byLoad.push(new Set());
    const slot = this.#byLoad[power];
    if (slot === member.#slot) return;
    member.#slot?.delete(member);
    member.#slot = slot?.add(member);
  }

  #forget(member: ShareGroup<H>): void {
    for (const set of [member.#slot, this.#fresh, this.#ring]) set?.delete(member);
    member.#slot = undefined;
    this.members.delete(member.#key);
  }
}

/**
 * The member with the most load, or with the least, of those looked at; of several the first.
 *
 * @param sign 1: the most; -1: the least
 */
function mostLoaded<H>(members: Iterable<ShareGroup<H>>, sign: 1 | -1): ShareGroup<H> | undefined {
  let most: ShareGroup<H> | undefined;
  let compared = 0;
  for (const member of members) {
    if (most === undefined || sign * member.load() > sign * most.load()) most = member;
    compared += 1;
    if (compared === MAX_COMPARED) break;
  }
  return most;
}
