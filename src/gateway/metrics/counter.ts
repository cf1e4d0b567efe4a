import { SeriesByLabels } from './series.ts';
import type { Family, Source } from './text-format.ts';

/** One count. */
export class CounterSeries {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  increment(): void {
    this.#value += 1;
  }
}

/** Counts since the start of the server. */
export class Counter implements Source {
  readonly #name: string;
  readonly #help: string;
  readonly #series: SeriesByLabels<CounterSeries>;

  /** @throws {TypeError} a name that does not end in `_total`, by which people know counters */
  constructor(name: string, help: string, labelNames: readonly string[] = []) {
    if (!name.endsWith('_total')) throw new TypeError(`counter ${name}: must end in _total`);
    this.#name = name;
    this.#help = help;
    this.#series = new SeriesByLabels(labelNames, () => new CounterSeries());
  }

  /** The count of these values of the labels; from now on it is shown, also while it is 0. */
  of(...labelValues: readonly string[]): CounterSeries {
    return this.#series.of(labelValues);
  }

  collect(): readonly Family[] {
    const samples = Array.from(this.#series.all(), ({ labels, series }) => ({ labels, value: series.value }));
    return [{ name: this.#name, help: this.#help, type: 'counter', samples }];
  }
}
