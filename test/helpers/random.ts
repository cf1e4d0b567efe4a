import { test, type TestContext } from 'node:test';

/** Random values that the seed alone decides. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 and below the bound. Source: mulberry32. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new TypeError('items is empty');
    return item;
  }

  /** Up to `maxLength` pieces, joined. */
  text(pieces: readonly string[], maxLength: number): string {
    return Array.from({ length: this.below(maxLength + 1) }, () => this.pick(pieces)).join('');
  }
}

/** All characters that a header field can hold, the whole of Latin-1 that is. */
export const LATIN1: readonly string[] = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));

/** A test of something that holds for random input. TEST_SEED repeats a run whose seed was printed. */
export function property(
  name: string,
  runs: number,
  check: (random: Random, t: TestContext) => void | Promise<void>,
): void {
  test(name, async (t) => {
    const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_007);
    t.diagnostic(`TEST_SEED=${seed}`);
    const random = new Random(seed);
    for (let run = 0; run < runs; run += 1) await check(random, t);
  });
}
