import { createMac } from './mac.ts';

interface Entry<U> {
  readonly user: U;
  /** Milliseconds. */
  readonly verifiedAt: number;
}

/**
 * Caches the credentials that were just verified, with the user as it was then. Basic sends the password with
 * every request, and scrypt takes a good part of a second; a repeated request costs about two microseconds.
 *
 * - Successes only: a wrong password costs its guesser a full hash, each time, and counts in the throttle.
 * - An HMAC, never the credentials: a core dump or a heap snapshot shows no password.
 * - Under a random key of this instance: nobody else can compute a MAC. So a list of passwords cannot be tried
 *   against them, nobody can choose a slot of the map, and the look-up need not take constant time.
 * - Valid for one user id, password and stored hash: the MAC is over the credentials, and the caller compares the
 *   user that it gets with the one in the store. After a changed password, a replaced hash or a deletion they
 *   differ, so nothing has to be invalidated.
 * - Over the encoded credentials, so that a repeated request needs neither decoding nor a search for the email:
 *   19,000 instructions of 115,000.
 * - Bounded in number: the oldest goes. Bounded in time: the password is verified in full again now and then.
 */
export class VerifiedCredentials<U> {
  readonly #mac = createMac();
  /** MAC → the user, and when the credentials were verified; the oldest first. */
  readonly #entries = new Map<string, Entry<U>>();
  readonly #maxEntries: number;
  readonly #lifetimeMs: number;
  readonly #clock: () => number;

  /**
   * @param options.maxEntries how many are remembered (about 150 bytes each)
   * @param options.lifetimeSeconds for how long after the verification; use does not prolong it
   * @param options.clock milliseconds
   * @throws {RangeError} a bound is not a positive number
   */
  constructor(options: { maxEntries?: number; lifetimeSeconds?: number; clock?: () => number } = {}) {
    const { maxEntries = 10_000, lifetimeSeconds = 900, clock = Date.now } = options;
    if (!Number.isInteger(maxEntries) || maxEntries < 1) throw new RangeError('maxEntries: at least 1');
    if (!(lifetimeSeconds > 0)) throw new RangeError('lifetimeSeconds: more than 0');
    this.#maxEntries = maxEntries;
    this.#lifetimeMs = lifetimeSeconds * 1000;
    this.#clock = clock;
  }

  /** How many are cached, expired ones that nobody has asked for included. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * @param credentials as the client sent them
   * @returns the user that they were verified for a short time ago, as it was then, or null
   */
  get(credentials: string): U | null {
    const mac = this.#mac(credentials);
    const entry = this.#entries.get(mac);
    if (entry === undefined) return null;
    const age = this.#clock() - entry.verifiedAt;
    // A clock that was set back gives a negative age. Such an entry would be valid too long, so it is not valid.
    if (age >= 0 && age < this.#lifetimeMs) return entry.user;
    this.#entries.delete(mac);
    return null;
  }

  /**
   * Caches credentials. Call it only on those that were just verified.
   *
   * @param credentials as the client sent them
   * @param user whose they are, with the stored hash that they were verified against
   */
  add(credentials: string, user: U): void {
    const mac = this.#mac(credentials);
    this.#entries.delete(mac);
    this.#entries.set(mac, { user, verifiedAt: this.#clock() });
    if (this.#entries.size <= this.#maxEntries) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
