import { networkOf } from '../http/client-network.ts';

/** How many refusals of a second a network gets at once. */
const AT_ONCE = 20;

/** How long the others are held back, in milliseconds: with the longest wait for a database still less than 5 s. */
const HOLD_MS = 500;

/** Networks that are counted in a second; past it, refusals of those that came later are held back. */
const MAX_NETWORKS = 10_000;

/** Refused: too many requests, or no room for now. */
export function isRefusal(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * Holds refusals back from a network that asks on at once. A refused sign-in costs its client nothing: in a loop over
 * many connections it would take the server's whole time from the others (`scripts/hostile-load.ts`, ten attackers).
 */
export class RefusalPace {
  readonly #now: () => number;
  #counts = new Map<string, number>();
  #since = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds that only go on */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Counts a refusal.
   *
   * @param address of the client
   * @returns how long to hold it back, in milliseconds; 0: not at all
   */
  holdMs(address: string): number {
    const now = this.#now();
    if (now - this.#since >= 1_000) {
      this.#counts = new Map();
      this.#since = now;
    }
    const network = networkOf(address);
    const count = this.#counts.get(network) ?? (this.#counts.size < MAX_NETWORKS ? 0 : AT_ONCE);
    if (count >= AT_ONCE) return HOLD_MS;
    this.#counts.set(network, count + 1);
    return 0;
  }
}
