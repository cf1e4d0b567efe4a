import { sampledHash } from './sampled-hash.ts';

/** How many are remembered; a power of two. */
const SLOTS = 512;

/** How many characters of a key choose its slot: a session id is to be told from another behind a long cookie too. */
const SAMPLED_CHARACTERS = 24;

/** Longer keys are not remembered, so that what is held is bounded. In UTF-16 units. */
const MAX_KEY_LENGTH = 1_024;

interface Entry<V> {
  readonly key: string;
  readonly value: V;
}

/**
 * What a function gave for the keys that came last. Clients send their requests in bursts: the same target, the
 * same cookie, again and again.
 *
 * A new key takes the place of the one that has its slot, so what is held is bounded, there is nothing to clean
 * up, and a key that is not held costs hardly more than without this.
 */
export class RecentValues<V> {
  readonly #compute: (key: string) => V;
  readonly #entries = new Array<Entry<V> | undefined>(SLOTS).fill(undefined);

  /** @param compute gives the same for the same key, whenever it is called */
  constructor(compute: (key: string) => V) {
    this.#compute = compute;
  }

  /** What `compute` gives for the key. */
  of(key: string): V {
    const slot = sampledHash(key, SAMPLED_CHARACTERS) & (SLOTS - 1);
    const entry = this.#entries[slot];
    if (entry?.key === key) return entry.value;
    const value = this.#compute(key);
    if (key.length <= MAX_KEY_LENGTH) this.#entries[slot] = { key, value };
    return value;
  }
}
