import type { System } from './command.ts';

/** What the shell adds to a signal's number for the exit status. */
const SIGNAL_BASE = 128;
const SIGNALS = [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const;

/** CTRL+C, a closed terminal, `kill`: the store is closed in order before the process ends. */
export class Interruption {
  /** The exit status, once the work is to be left where it is. */
  readonly status: Promise<number>;
  readonly #system: Pick<System, 'on'>;
  readonly #controller = new AbortController();
  #end: (status: number) => void = () => {};
  #isListening = false;

  constructor(system: Pick<System, 'on'>) {
    this.#system = system;
    this.status = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Listens to the signals from now on, in place of Node.
   *
   * @param waitsForWork whether the first one leaves the work to end by itself, and only the second one cuts it off
   */
  listen(waitsForWork: boolean): void {
    if (this.#isListening) return;
    this.#isListening = true;
    for (const [name, number] of SIGNALS) {
      this.#system.on(name, () => {
        const isFirst = !this.signal.aborted;
        this.#controller.abort();
        if (!isFirst || !waitsForWork) this.#end(SIGNAL_BASE + number);
      });
    }
  }
}
