import { createMac } from './mac.ts';

interface Entry<U> {
  readonly user: U;
  /** Milliseconds. */
  readonly verifiedAt: number;
}

/**
 * Basic sends the password with every request, and scrypt takes a good part of a second: the credentials that
 * were just verified are remembered, with the user as it was then, so that a repeated request costs about two
 * microseconds.
 *
 * - Successes only: a wrong password costs its guesser a full hash, each time, and counts in the throttle.
 * - An HMAC, never the credentials: a core dump or a heap snapshot shows no password.
 * - Under a random key that each instance makes: the MACs are worth nothing to another process or to a
 *   list of passwords tried against them, and nobody can aim at a slot of the map. For the same reason a
 *   plain look-up will do: what its time tells about a MAC is of no use to who cannot compute one.
 * - Good for one user id, password and stored hash: the MAC is over the password (and the email, as both came),
 *   and whoever asks holds the user given back against the one in the store. A changed password, or a replaced
 *   hash, differs, so there is nothing to invalidate and no way to forget it; a deleted user is not in the store.
 * - Over the credentials as they came, so that a repeated request is spared their decoding and the search for
 *   the email, too: 19,000 instructions of 115,000.
 * - Bounded in number, the oldest out: memory is. Bounded in time: the key is not used on one password
 *   for ever, and what was remembered wrongly is soon forgotten.
 */
export class VerifiedCredentials<U> {
  readonly #mac = createMac();
  /** MAC → whose they were, and when they were verified; the oldest first. */
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

  /** How many are held, those included whose time is over and that nobody has asked for since. */
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
    // A clock that was set back makes an age below zero: valid for who knows how long, so not valid.
    if (age >= 0 && age < this.#lifetimeMs) return entry.user;
    this.#entries.delete(mac);
    return null;
  }

  /**
   * Remembers credentials that were verified a moment ago: call it on nothing else.
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
