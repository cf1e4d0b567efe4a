import { OverloadedError } from '../errors.ts';
import { FairShares } from '../http/fair-share.ts';
import type { SharePath } from '../http/fair-share.ts';

// By the time told to those who are refused a quarter of the queue is free again.
const RETRY_AFTER_SECONDS = 5;

interface Waiting {
  readonly begin: () => void;
  readonly refuse: () => void;
}

/**
 * Runs a bounded number of tasks at a time, and lets a bounded number wait: by turns between clients, not first come
 * first served, or one client's forty guesses keep everybody else waiting for forty hashes.
 */
export class HashQueue {
  readonly #maxConcurrent: number;
  readonly #waiting: FairShares<Waiting>;
  #running = 0;

  /** @throws {RangeError} a bound is out of range */
  constructor(maxConcurrent: number, maxQueued: number) {
    if (!Number.isInteger(maxConcurrent) || maxConcurrent < 1) throw new RangeError('maxConcurrent: at least 1');
    if (!Number.isInteger(maxQueued) || maxQueued < 0) throw new RangeError('maxQueued: at least 0');
    this.#maxConcurrent = maxConcurrent;
    this.#waiting = new FairShares({ capacity: maxQueued, yields: 'youngest' });
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.used;
  }

  /** How many run. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs at once where a place is free, else when one is handed over.
   *
   * @param client whose turn it takes
   * @throws {OverloadedError} the queue is full of others, none of whom has more than this client; or, while it
   *   waited, others came who had less
   */
  async run<T>(client: SharePath, task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#maxConcurrent) this.#running += 1;
    else await this.#turn(client);
    try {
      return await task();
    } finally {
      const next = this.#waiting.next();
      if (next === null) this.#running -= 1;
      else next.begin();
    }
  }

  #turn(client: SharePath): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(new OverloadedError('password hashing', RETRY_AFTER_SECONDS));
      const taken = this.#waiting.take(client, { begin: resolve, refuse });
      if (taken === null) return refuse();
      for (const other of taken.yielded) other.refuse();
    });
  }
}
