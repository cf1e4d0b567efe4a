/** The wall clock is corrected by up to this much without anybody calling it a step. */
const TOLERANCE_MS = 5_000;

/** After a step, nothing is deleted for so long: time for somebody to notice and to set the clock right. */
const PAUSE_MS = 3_600_000;

/**
 * Watches the wall clock for steps, by the monotonic clock. A clock that was set ahead makes live sessions look
 * over; to delete them would outlast the mistake.
 */
export class ClockWatch {
  readonly #wallClock: () => number;
  readonly #monotonicClock: () => number;
  #lastOffset: number;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /**
   * @param wallClock milliseconds since the epoch
   * @param monotonicClock milliseconds since any moment, never set
   */
  constructor(wallClock: () => number, monotonicClock: () => number) {
    this.#wallClock = wallClock;
    this.#monotonicClock = monotonicClock;
    this.#lastOffset = wallClock() - monotonicClock();
  }

  /** Whether the wall clock has run evenly for the last hour, as far as the calls of this method can tell. */
  isSteady(): boolean {
    const monotonic = this.#monotonicClock();
    const offset = this.#wallClock() - monotonic;
    if (Math.abs(offset - this.#lastOffset) > TOLERANCE_MS) this.#pausedUntil = monotonic + PAUSE_MS;
    this.#lastOffset = offset;
    return monotonic >= this.#pausedUntil;
  }
}
