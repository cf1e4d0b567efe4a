/** How long nothing may fail before what failed counts as working again, in milliseconds. */
const QUIET_MS = 1_000;

/** What of the database can fail by itself, and how the log says so. */
const ASPECTS = {
  reach: ['PostgreSQL is not available', 'PostgreSQL is available again'],
  writes: ['PostgreSQL takes no changes', 'PostgreSQL takes changes again'],
} as const;

type Aspect = keyof typeof ASPECTS;

/** Tells the log when the database goes away and comes back: a line a change, not one a request. */
export class Availability {
  readonly #onNotice: (line: string) => void;
  readonly #clock: () => number;
  readonly #downSince = new Map<Aspect, number>();
  readonly #lastFailure = new Map<Aspect, number>();

  /**
   * @param onNotice gets a line without its newline
   * @param clock milliseconds that never go back
   */
  constructor(onNotice: (line: string) => void, clock: () => number = () => performance.now()) {
    this.#onNotice = onNotice;
    this.#clock = clock;
  }

  isUp(aspect: Aspect): boolean {
    return !this.#downSince.has(aspect);
  }

  /** @param reason of the failure, without a secret */
  failed(aspect: Aspect, reason: string): void {
    const now = this.#clock();
    this.#lastFailure.set(aspect, now);
    // That nothing can be written where nothing can be reached goes without saying.
    if (!this.isUp(aspect) || !this.isUp('reach')) return;
    this.#downSince.set(aspect, now);
    this.#onNotice(`${ASPECTS[aspect][0]}: ${reason}`);
  }

  /** It worked. So that one failure in ten is not ten lines, that counts only after a moment without one. */
  worked(aspect: Aspect): void {
    const since = this.#downSince.get(aspect);
    if (since === undefined) return;
    const now = this.#clock();
    if (now - (this.#lastFailure.get(aspect) ?? since) < QUIET_MS) return;
    this.regained(aspect);
  }

  /** It works for certain. */
  regained(aspect: Aspect): void {
    const since = this.#downSince.get(aspect);
    if (since === undefined) return;
    this.#downSince.delete(aspect);
    this.#onNotice(`${ASPECTS[aspect][1]}, after ${Math.ceil((this.#clock() - since) / 1000)} s`);
  }
}
