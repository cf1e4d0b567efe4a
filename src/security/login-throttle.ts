import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { TooManyAttemptsError } from '../errors.ts';
import { networkOf } from '../http/client-network.ts';
import { FailureCounters } from './failure-counters.ts';
import type { Reservation } from './failure-counters.ts';

/**
 * One attempt to sign in. The first of these calls counts and later ones do nothing, so that `abandoned`
 * can stand in a `finally`. An attempt that never says anything counts as failed until its window has passed.
 */
export interface LoginAttempt {
  /** The password was right. */
  succeeded(): void;
  /** It was wrong, or the account does not exist: the throttle must not tell which. */
  failed(): void;
  /** It was never judged: the queue of hashes was full, the disk failed, the client went away. */
  abandoned(): void;
}

const ADDRESS_FACTOR = 10;
const MAX_ENTRIES = 20_000;

const UNTHROTTLED: LoginAttempt = { succeeded() {}, failed() {}, abandoned() {} };

/**
 * Counts failed sign-ins, per account and address together, and per address (ten times as many). Not per
 * account alone: anybody could lock anybody out.
 *
 * - Attempts under way count as failures until they say otherwise: of 64 guesses sent at once, all would
 *   find the counter at zero.
 * - A success forgets the failures of its own account from its own address (its owner mistyped), but not
 *   the address's others: whoever has one account here could otherwise sign in to it after every 99 guesses
 *   at the rest, and never meet the limit.
 * - Memory is bounded, and whoever floods it gains nothing by it. The address is checked first, so one
 *   address makes no more than its limit of account counters in a window, however many emails it makes up;
 *   to push out the counters of others takes 100 addresses at that limit, and to push out those of
 *   addresses, 10,000. Who has so many has a fresh limit with each of them anyway.
 * - A refused attempt counts nothing: the window runs from the first failure and is never extended.
 *
 * Source: OWASP Authentication Cheat Sheet, login throttling; NIST 800-63B-4, 3.2.2; ASVS 5.0, 6.3.1.
 */
export class LoginThrottle {
  readonly #byPair: FailureCounters;
  readonly #byAddress: FailureCounters;
  readonly #isOn: boolean;
  readonly #clock: () => number;
  // Random and ours: nobody can tell from a counter's key whose it is, nor make two accounts share one.
  readonly #key = createSecretKey(randomBytes(32));

  /**
   * @param options.maxFailures per account and address; 0 switches the throttle off
   * @param options.windowSeconds from the first failure
   * @param options.clock milliseconds
   * @param options.maxEntries counters kept of either kind (about 200 bytes each), the newest half at least
   * @throws {RangeError} an option is out of range
   */
  constructor(options: { maxFailures: number; windowSeconds: number; clock?: () => number; maxEntries?: number }) {
    const { maxFailures, windowSeconds, clock = Date.now, maxEntries = MAX_ENTRIES } = options;
    if (!Number.isInteger(maxFailures) || maxFailures < 0) throw new RangeError('maxFailures: at least 0');
    if (!(windowSeconds > 0)) throw new RangeError('windowSeconds: more than 0');
    if (!Number.isInteger(maxEntries) || maxEntries < 2) throw new RangeError('maxEntries: at least 2');
    this.#isOn = maxFailures > 0;
    this.#clock = clock;
    this.#byPair = new FailureCounters(maxFailures, windowSeconds * 1000, maxEntries);
    this.#byAddress = new FailureCounters(maxFailures * ADDRESS_FACTOR, windowSeconds * 1000, maxEntries);
  }

  /** How many counters are held, of both kinds. */
  get size(): number {
    return this.#byPair.size + this.#byAddress.size;
  }

  /**
   * Before the password is looked at: a place for one attempt.
   *
   * @param account what the client gave for one, folded as accounts are compared; of any length
   * @param address the client's; what is no IP address shares one counter
   * @throws {TooManyAttemptsError} with the seconds until another may begin
   */
  begin(account: string, address: string): LoginAttempt {
    if (!this.#isOn) return UNTHROTTLED;
    const now = this.#clock();
    const network = networkOf(address);
    // A fixed size, whatever the client sent. A network holds no NUL, so no two pairs run together.
    const pair = createHmac('sha256', this.#key).update(`${network}\0${account}`).digest('base64');
    const waitSeconds = this.#byAddress.waitSeconds(network, now) || this.#byPair.waitSeconds(pair, now);
    if (waitSeconds > 0) throw new TooManyAttemptsError(waitSeconds);
    return this.#attempt(this.#byAddress.reserve(network, now), this.#byPair.reserve(pair, now));
  }

  #attempt(ofAddress: Reservation, ofPair: Reservation): LoginAttempt {
    let isOver = false;
    const once = (settle: () => void) => () => {
      if (!isOver) settle();
      isOver = true;
    };
    return {
      succeeded: once(() => {
        ofAddress.release();
        ofPair.forget();
      }),
      failed: once(() => {
        ofAddress.fail(this.#clock());
        ofPair.fail(this.#clock());
      }),
      abandoned: once(() => {
        ofAddress.release();
        ofPair.release();
      }),
    };
  }
}
