/** How many keys one query may ask for. */
const MAX_KEYS = 500;

interface Waiting<V> {
  readonly value: Promise<V | null>;
  readonly settle: (found: ReadonlyMap<string, V>) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Look-ups by key, those of one moment gathered into one query: while one is under way, the keys that come wait for
 * the next. No look-up is answered by a query that was sent before it was asked, so none misses what was written before.
 */
export class GatheredReads<V> {
  readonly #read: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;
  #waiting = new Map<string, Waiting<V>>();
  #isUnderWay = false;

  /** @param read gives what it found, by key */
  constructor(read: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#read = read;
  }

  /** @returns null where there is nothing under the key */
  get(key: string): Promise<V | null> {
    const asked = this.#waiting.get(key);
    if (asked !== undefined) return asked.value;
    let settle: Waiting<V>['settle'] = () => {};
    let fail: Waiting<V>['fail'] = () => {};
    const value = new Promise<V | null>((resolve, reject) => {
      settle = (found) => resolve(found.get(key) ?? null);
      fail = reject;
    });
    this.#waiting.set(key, { value, settle, fail });
    if (!this.#isUnderWay) void this.#send();
    return value;
  }

  /** Asks for what is waiting, until nothing is. */
  async #send(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#waiting.size > 0) {
      const batch = this.#take();
      try {
        const found = await this.#read([...batch.keys()]);
        for (const { settle } of batch.values()) settle(found);
      } catch (error) {
        for (const { fail } of batch.values()) fail(error);
      }
    }
    this.#isUnderWay = false;
  }

  #take(): Map<string, Waiting<V>> {
    if (this.#waiting.size <= MAX_KEYS) {
      const batch = this.#waiting;
      this.#waiting = new Map();
      return batch;
    }
    const batch = new Map([...this.#waiting].slice(0, MAX_KEYS));
    for (const key of batch.keys()) this.#waiting.delete(key);
    return batch;
  }
}
