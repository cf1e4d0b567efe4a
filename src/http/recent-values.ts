import { sampledHash } from './sampled-hash.ts';

/** How many values are cached; a power of two. */
const SLOTS = 512;

/** How many characters of a key choose its slot: enough to tell two session ids apart behind a long cookie. */
const SAMPLED_CHARACTERS = 24;

/** Longer keys are not cached, so that memory is bounded. In UTF-16 units. */
const MAX_KEY_LENGTH = 1_024;

interface Entry<V> {
  readonly key: string;
  readonly value: V;
}

/**
 * Caches the last result per key; a colliding key replaces it. Clients send requests in bursts, with the same target
 * and the same cookie.
 *
 * Memory is bounded, nothing has to be cleaned up, and a miss costs hardly more than the computation.
 */
export class RecentValues<V> {
  readonly #compute: (key: string) => V;
  readonly #entries = new Array<Entry<V> | undefined>(SLOTS).fill(undefined);

  /** @param compute always gives the same value for the same key: nothing is ever invalidated */
  constructor(compute: (key: string) => V) {
    this.#compute = compute;
  }

  /** The value of a key, cached or computed. */
  of(key: string): V {
    const slot = sampledHash(key, SAMPLED_CHARACTERS) & (SLOTS - 1);
    const entry = this.#entries[slot];
    if (entry?.key === key) return entry.value;
    const value = this.#compute(key);
    if (key.length <= MAX_KEY_LENGTH) this.#entries[slot] = { key, value };
    return value;
  }
}
