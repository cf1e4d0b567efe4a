import { createHash } from 'node:crypto';
import { TooManyAttemptsError } from '../errors.ts';
import type { CounterKey, SharedCounters } from '../storage/shared-counters.ts';
import {
  checkThrottle,
  MAX_ACCOUNT_FAILURES,
  NETWORK_FACTOR,
  throttledNetworks,
  UNTHROTTLED,
  WIDE_NETWORK_FACTOR,
} from './login-throttle.ts';
import type { LoginAttempt, LoginThrottle, ThrottleOptions } from './login-throttle.ts';

/**
 * Counts failed sign-ins where several processes share the counters, by the rules of `MemoryLoginThrottle`: ten wrong
 * passwords spread over two processes are ten.
 *
 * A process that dies between an attempt and its end leaves it counted as failed. The number of counters needs no
 * bound: each is made by an attempt that takes a place in the queue of hashes, and goes with its window.
 */
export class SharedLoginThrottle implements LoginThrottle {
  readonly #counters: SharedCounters;
  readonly #maxFailures: number;
  readonly #windowMs: number;

  /**
   * @throws {RangeError} an option is out of range
   */
  constructor(counters: SharedCounters, options: ThrottleOptions) {
    const { maxFailures, windowSeconds } = options;
    checkThrottle(options);
    this.#counters = counters;
    this.#maxFailures = maxFailures;
    this.#windowMs = windowSeconds * 1000;
  }

  async begin(account: string, address: string, knownNetworks: readonly string[] = []): Promise<LoginAttempt> {
    if (this.#maxFailures === 0) return UNTHROTTLED;
    const { network, wide } = throttledNetworks(address);
    const group = digest('account', account);
    const pair = digest('pair', network, account);
    const keys: CounterKey[] = [
      { key: digest('network', network), limit: this.#maxFailures * NETWORK_FACTOR, group: null },
      { key: pair, limit: this.#maxFailures, group },
      // From where the account has signed in of late, what others do at it does not count: it is counted all the same.
      { key: group, limit: knownNetworks.includes(network) ? UNLIMITED : MAX_ACCOUNT_FAILURES, group },
    ];
    if (wide !== undefined) {
      keys.unshift({ key: digest('wide', wide), limit: this.#maxFailures * WIDE_NETWORK_FACTOR, group: null });
    }
    const places = await this.#counters.reserve(keys, this.#windowMs);
    if (typeof places === 'number') throw new TooManyAttemptsError(places);
    let isOver = false;
    const once = (settle: () => Promise<void>) => async () => {
      if (isOver) return;
      isOver = true;
      await settle();
    };
    return {
      succeeded: once(() => places.releaseAndForget([pair])),
      failed: once(() => places.count()),
      abandoned: once(() => places.release()),
    };
  }

  async forget(account: string): Promise<void> {
    await this.#counters.forget(digest('account', account));
  }
}

/** More than any counter of the database holds. */
const UNLIMITED = 2_147_483_647;

/** A fixed size, whatever the client sent. Only the last part may hold a NUL, so no two counters run together. */
function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('base64url');
}
