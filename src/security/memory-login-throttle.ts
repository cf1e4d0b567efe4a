import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { TooManyAttemptsError } from '../errors.ts';
import { FailureCounters } from './failure-counters.ts';
import type { Reservation } from './failure-counters.ts';
import {
  checkThrottle,
  MAX_ACCOUNT_FAILURES,
  NETWORK_FACTOR,
  throttledNetworks,
  UNTHROTTLED,
  WIDE_NETWORK_FACTOR,
} from './login-throttle.ts';
import type { LoginAttempt, LoginThrottle, ThrottleOptions } from './login-throttle.ts';

const MAX_ENTRIES = 20_000;

/** Accounts that an operator has unlocked within the life of this process: each is 50 bytes. */
const MAX_UNLOCKED = 10_000;

/**
 * Counts failed sign-ins in the memory of this process:
 *
 * | of | failures a window | then |
 * | --- | --- | --- |
 * | an account from a network | `maxFailures` | no more from there |
 * | a network: IPv4 address, IPv6 /64 | ten times as many | no more from there |
 * | an IPv6 /48 | a hundred times as many | no more from there |
 * | an account | 100 | only networks from which it has signed in of late |
 *
 * So nobody can lock anybody out at the usual place, and many networks together have no more guesses at an account
 * than one has.
 *
 * - Attempts under way count as failures until they say otherwise: of 64 guesses sent at once, all would
 *   find the counter at zero.
 * - A success forgets the failures of its own account from its own network (its owner mistyped), but not
 *   the network's others: whoever has one account here could otherwise sign in to it after every 99 guesses
 *   at the rest, and never meet the limit. Nor the account's from elsewhere: those were not its owner's.
 * - Memory is bounded, and whoever floods it gains nothing by it. Networks are checked first, so one makes no more
 *   than its limit of account counters in a window, however many emails it makes up; to push out the counters of
 *   others takes 100 networks at that limit, and counters that are half full stay (see `FailureCounters`).
 * - A refused attempt counts nothing: the window runs from the first failure and is never extended.
 *
 * Source: OWASP Authentication Cheat Sheet, login throttling; NIST 800-63B-4, 3.2.2; ASVS 5.0, 6.3.1.
 */
export class MemoryLoginThrottle implements LoginThrottle {
  readonly #byPair: FailureCounters;
  readonly #byNetwork: FailureCounters;
  readonly #byWideNetwork: FailureCounters;
  readonly #byAccount: FailureCounters;
  readonly #isOn: boolean;
  readonly #clock: () => number;
  // Random and ours: nobody can tell from a counter's key whose it is, nor make two accounts share one.
  readonly #key = createSecretKey(randomBytes(32));
  /** Account → how often it was unlocked: part of its pairs' keys, since they cannot be listed by account. */
  readonly #unlocked = new Map<string, number>();

  /**
   * @param options.clock milliseconds
   * @param options.maxEntries counters kept of each kind (about 200 bytes each), the newest half at least
   * @throws {RangeError} an option is out of range
   */
  constructor(options: ThrottleOptions & { readonly clock?: () => number; readonly maxEntries?: number }) {
    const { maxFailures, windowSeconds, clock = Date.now, maxEntries = MAX_ENTRIES } = options;
    checkThrottle(options);
    if (!Number.isInteger(maxEntries) || maxEntries < 2) throw new RangeError('maxEntries: at least 2');
    this.#isOn = maxFailures > 0;
    this.#clock = clock;
    const counters = (limit: number) => new FailureCounters(limit, windowSeconds * 1000, maxEntries);
    this.#byPair = counters(maxFailures);
    this.#byNetwork = counters(maxFailures * NETWORK_FACTOR);
    this.#byWideNetwork = counters(maxFailures * WIDE_NETWORK_FACTOR);
    this.#byAccount = counters(MAX_ACCOUNT_FAILURES);
  }

  /** How many counters are held, of all kinds. */
  get size(): number {
    return this.#byPair.size + this.#byNetwork.size + this.#byWideNetwork.size + this.#byAccount.size;
  }

  begin(account: string, address: string, knownNetworks: readonly string[] = []): LoginAttempt {
    if (!this.#isOn) return UNTHROTTLED;
    const now = this.#clock();
    const { network, wide } = throttledNetworks(address);
    const accountKey = this.#digest(account);
    const pair = this.#digest(`${network}\0${this.#unlocked.get(accountKey) ?? 0}\0${account}`);
    const waitSeconds =
      (wide === undefined ? 0 : this.#byWideNetwork.waitSeconds(wide, now)) ||
      this.#byNetwork.waitSeconds(network, now) ||
      this.#byPair.waitSeconds(pair, now) ||
      (knownNetworks.includes(network) ? 0 : this.#byAccount.waitSeconds(accountKey, now));
    if (waitSeconds > 0) throw new TooManyAttemptsError(waitSeconds);
    const shared = [this.#byNetwork.reserve(network, now), this.#byAccount.reserve(accountKey, now)];
    if (wide !== undefined) shared.push(this.#byWideNetwork.reserve(wide, now));
    return this.#attempt(shared, this.#byPair.reserve(pair, now));
  }

  forget(account: string): void {
    const accountKey = this.#digest(account);
    this.#byAccount.forget(accountKey);
    const times = this.#unlocked.get(accountKey) ?? 0;
    this.#unlocked.delete(accountKey);
    this.#unlocked.set(accountKey, times + 1);
    const [oldest] = this.#unlocked.keys();
    if (this.#unlocked.size > MAX_UNLOCKED && oldest !== undefined) this.#unlocked.delete(oldest);
  }

  /** A fixed size, whatever the client sent. A network holds no NUL, so no two pairs run together. */
  #digest(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }

  #attempt(shared: readonly Reservation[], ofPair: Reservation): LoginAttempt {
    let isOver = false;
    const once = (settle: () => void) => () => {
      if (!isOver) settle();
      isOver = true;
    };
    return {
      succeeded: once(() => {
        for (const reservation of shared) reservation.release();
        ofPair.forget();
      }),
      failed: once(() => {
        for (const reservation of [...shared, ofPair]) reservation.fail(this.#clock());
      }),
      abandoned: once(() => {
        for (const reservation of [...shared, ofPair]) reservation.release();
      }),
    };
  }
}
