import type { Output } from './output.ts';

/** What a person is told of work that takes long: on a terminal, and nowhere else. */
export class Progress {
  readonly #output: Pick<Output, 'isTerminal' | 'write'>;
  readonly #total: number;
  readonly #what: string;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #done = 0;

  /**
   * @param what is counted, in the plural
   * @param clock milliseconds
   */
  constructor(
    output: Pick<Output, 'isTerminal' | 'write'>,
    total: number,
    what: string,
    clock: () => number = () => performance.now(),
  ) {
    this.#output = output;
    this.#total = total;
    this.#what = what;
    this.#clock = clock;
    this.#startedAt = clock();
  }

  /** Some more is done. The first time, its speed gives the estimate of the whole. */
  async advance(count: number): Promise<void> {
    const isFirst = this.#done === 0;
    this.#done += count;
    if (!this.#output.isTerminal) return;
    const leftMs = ((this.#clock() - this.#startedAt) / this.#done) * (this.#total - this.#done);
    const left = describeDuration(leftMs);
    if (isFirst) await this.#output.write(`${this.#total} ${this.#what}: this takes about ${left}\n`);
    const percent = Math.floor((this.#done / this.#total) * 100);
    // CSI K clears the rest of the line (ECMA-48, section 8.3.41, EL).
    await this.#output.write(`\r${this.#done} of ${this.#total} (${percent} %), ${left} left\x1b[K`);
  }

  /** Clears the line: what follows is the result. */
  async end(): Promise<void> {
    if (this.#output.isTerminal && this.#done > 0) await this.#output.write('\r\x1b[K');
  }
}

function describeDuration(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
