/** New keys let through in a second: in a flood, each line may have a key of its own. */
const MAX_FIRSTS_PER_SECOND = 10;

const SECOND_MS = 1_000;

/** A key that was let through is held back for at least so long. */
const REMEMBERED_MS = 900_000;

const MAX_REMEMBERED = 10_000;

/** Calls back once, some milliseconds later, and keeps no process alive for it. */
export type Schedule = (callback: () => void, delayMs: number) => void;

/**
 * Decides which of many like lines are written: the first of each key, then one line a second that says how many were
 * left out. A refused guess costs its client nothing, so without this one writes megabytes a second.
 */
export class RepeatedLines {
  readonly #onLeftOut: (count: number) => void;
  readonly #schedule: Schedule;
  /** Those let through since `#since`, at most `MAX_REMEMBERED`. */
  readonly #seen = new Set<string>();
  #since = 0;
  #firsts = 0;
  #leftOut = 0;
  #isCounting = false;
  readonly #clock: () => number;

  /**
   * @param options.onLeftOut is told how many lines were left out, at most once a second
   * @param options.clock milliseconds
   */
  constructor(options: { onLeftOut: (count: number) => void; clock: () => number; schedule?: Schedule }) {
    this.#onLeftOut = options.onLeftOut;
    this.#clock = options.clock;
    this.#schedule = options.schedule ?? ((callback, delayMs) => void setTimeout(callback, delayMs).unref());
  }

  /** @returns whether to write the line of this key; one that is not written is counted */
  isFirst(key: string): boolean {
    const now = this.#clock();
    if (Math.abs(now - this.#since) >= REMEMBERED_MS || this.#seen.size >= MAX_REMEMBERED) {
      this.#seen.clear();
      this.#since = now;
    }
    this.#startSecond();
    if (!this.#seen.has(key) && this.#firsts < MAX_FIRSTS_PER_SECOND) {
      this.#seen.add(key);
      this.#firsts += 1;
      return true;
    }
    this.#leftOut += 1;
    return false;
  }

  /** Tells at once what would be told within the second; for the end of the process. */
  flush(): void {
    const count = this.#leftOut;
    this.#leftOut = 0;
    if (count > 0) this.#onLeftOut(count);
  }

  #startSecond(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    this.#schedule(() => {
      this.#isCounting = false;
      this.#firsts = 0;
      this.flush();
    }, SECOND_MS);
  }
}
