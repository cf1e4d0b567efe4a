import { SeriesByLabels } from './series.ts';
import { valueText } from './text-format.ts';
import type { Family, Labels, Sample, Source } from './text-format.ts';

/** Observations of one kind, counted by size. */
export class HistogramSeries {
  readonly #bounds: readonly number[];
  /** How many fell between a bound and the one before; last, those above every bound. */
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let index = 0;
    // From the smallest: most requests fall into the first buckets.
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  /** Buckets hold what is at or below their bound, so each has all of the one before. */
  samples(labels: Labels): Sample[] {
    let count = 0;
    const buckets = this.#counts.map((inBucket, index) => {
      count += inBucket;
      const bound = valueText(this.#bounds[index] ?? Number.POSITIVE_INFINITY);
      return { suffix: '_bucket', labels: [...labels, ['le', bound] as const], value: count };
    });
    return [...buckets, { suffix: '_sum', labels, value: this.#sum }, { suffix: '_count', labels, value: count }];
  }
}

/** Observations since the start of the server, counted by size. */
export class Histogram implements Source {
  readonly #name: string;
  readonly #help: string;
  readonly #series: SeriesByLabels<HistogramSeries>;

  /**
   * @param bounds of the buckets, inclusive, from the smallest; the one for everything is added
   * @throws {TypeError} bounds that do not rise, or are no numbers
   */
  constructor(name: string, help: string, bounds: readonly number[], labelNames: readonly string[] = []) {
    const rise = bounds.every((bound, index) => Number.isFinite(bound) && bound > (bounds[index - 1] ?? Number.NEGATIVE_INFINITY));
    if (!rise || bounds.length === 0) throw new TypeError(`histogram ${name}: bounds must rise`);
    this.#name = name;
    this.#help = help;
    this.#series = new SeriesByLabels(labelNames, () => new HistogramSeries(bounds));
  }

  /** The observations with these values of the labels. */
  of(...labelValues: readonly string[]): HistogramSeries {
    return this.#series.of(labelValues);
  }

  collect(): readonly Family[] {
    const samples = Array.from(this.#series.all(), ({ labels, series }) => series.samples(labels)).flat();
    return [{ name: this.#name, help: this.#help, type: 'histogram', samples }];
  }
}
