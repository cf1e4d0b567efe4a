import { createHmac, createSecretKey, randomBytes } from 'node:crypto';

/**
 * Basic sends the password with every request, and scrypt takes a fifth of a second: the passwords that
 * were just verified are remembered, so that a repeated request costs about two microseconds.
 *
 * - Successes only: a wrong password costs its guesser a full hash, each time, and counts in the throttle.
 * - An HMAC, never the password: a core dump or a heap snapshot shows no password.
 * - Under a random key that each instance makes: the MACs are worth nothing to another process or to a
 *   list of passwords tried against them, and nobody can aim at a slot of the map. For the same reason a
 *   plain look-up will do: what its time tells about a MAC is of no use to who cannot compute one.
 * - Over user id, password and stored hash: a changed password, or a replaced hash, has another MAC, so
 *   there is nothing to invalidate and no way to forget it. A deleted user is no longer looked up at all.
 * - Each part but the last after its length: the end of one can never be read as the beginning of the next.
 * - Bounded in number, the oldest out: memory is. Bounded in time: the key is not used on one password
 *   for ever, and what was remembered wrongly is soon forgotten.
 */
export class VerifiedCredentials {
  readonly #key = createSecretKey(randomBytes(32));
  /** MAC → when it was verified, in milliseconds; the oldest first. */
  readonly #verifiedAt = new Map<string, number>();
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
    return this.#verifiedAt.size;
  }

  /** @returns whether this password was verified against this stored hash of this user a short time ago. */
  has(userId: string, password: string, storedHash: string): boolean {
    const mac = this.#mac(userId, password, storedHash);
    const verifiedAt = this.#verifiedAt.get(mac);
    if (verifiedAt === undefined) return false;
    const age = this.#clock() - verifiedAt;
    // A clock that was set back makes an age below zero: valid for who knows how long, so not valid.
    if (age >= 0 && age < this.#lifetimeMs) return true;
    this.#verifiedAt.delete(mac);
    return false;
  }

  /** Remembers a password that scrypt has just verified: call it on nothing else. */
  add(userId: string, password: string, storedHash: string): void {
    const mac = this.#mac(userId, password, storedHash);
    this.#verifiedAt.delete(mac);
    this.#verifiedAt.set(mac, this.#clock());
    if (this.#verifiedAt.size <= this.#maxEntries) return;
    const [oldest] = this.#verifiedAt.keys();
    if (oldest !== undefined) this.#verifiedAt.delete(oldest);
  }

  /** In UTF-16, where every string has bytes of its own: in UTF-8 all lone surrogates are equal. */
  #mac(userId: string, password: string, storedHash: string): string {
    const text = `${userId.length}:${userId}${password.length}:${password}${storedHash}`;
    return createHmac('sha256', this.#key).update(text, 'utf16le').digest('base64');
  }
}
