import type { Labels } from './text-format.ts';

/** The series of one family, one for each combination of its labels' values; made when first asked for. */
export class SeriesByLabels<S> {
  readonly #names: readonly string[];
  readonly #make: () => S;
  readonly #series = new Map<string, { readonly labels: Labels; readonly series: S }>();

  /** @param names of the labels; none: there is one series, from the start */
  constructor(names: readonly string[], make: () => S) {
    this.#names = names;
    this.#make = make;
    if (names.length === 0) this.of([]);
  }

  /**
   * @param values of the labels, in the order of their names; never a text that a client chose
   * @throws {TypeError} not as many as there are names
   */
  of(values: readonly string[]): S {
    if (values.length !== this.#names.length) throw new TypeError(`labels: ${this.#names.join(', ')}`);
    const key = JSON.stringify(values);
    const known = this.#series.get(key);
    if (known !== undefined) return known.series;
    const series = this.#make();
    this.#series.set(key, { labels: this.#names.map((name, index) => [name, values[index] ?? ''] as const), series });
    return series;
  }

  all(): Iterable<{ readonly labels: Labels; readonly series: S }> {
    return this.#series.values();
  }
}
