/**
 * From the first secret that was replaced or removed to the compaction that takes it off the disk, in milliseconds.
 * With the compaction itself (6 s for a million sessions) less than a minute; all that happens in between goes with it,
 * so that a busy site compacts once in 45 seconds at most for this reason.
 */
const ERASE_AFTER_MS = 45_000;

/** Calls back once, after a time; gives what calls it off. */
export type StartTimer = (callback: () => void, delayMs: number) => () => void;

export const startTimer: StartTimer = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
};

/** Knows whether the journal holds secrets of users that are no more, and says when it is time to compact. */
export class Erasure {
  readonly #startTimer: StartTimer;
  readonly #onTime: () => void;
  #isDue = false;
  #callOff: (() => void) | null = null;

  constructor(start: StartTimer, onTime: () => void) {
    this.#startTimer = start;
    this.#onTime = onTime;
  }

  /** Whether the journal holds what must leave it. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** The journal holds something that must leave it. */
  note(): void {
    this.#isDue = true;
    this.#callOff ??= this.#startTimer(() => {
      this.#callOff = null;
      this.#onTime();
    }, ERASE_AFTER_MS);
  }

  /**
   * A compaction begins, and leaves out what was noted so far.
   *
   * @returns whether anything was; to be noted again should the compaction fail
   */
  begin(): boolean {
    const wasDue = this.#isDue;
    this.stop();
    this.#isDue = false;
    return wasDue;
  }

  /** Ends the waiting. */
  stop(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}
