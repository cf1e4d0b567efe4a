import type { EndBucket, Entry } from './entry.ts';

/** Length of a span, in milliseconds. */
const SPAN_MS = 65_536;

/**
 * The entries by the time at which they end, to within a span of about a minute. To move an end later costs nothing: the
 * entry stays where it is, and is looked at again when its former end has passed.
 */
export class EndBuckets<M> {
  readonly #endOf: (model: M) => number | null;
  readonly #buckets = new Map<number, EndBucket<M>>();
  /** The spans that have a bucket: a binary heap, the earliest first. */
  readonly #spans: number[] = [];

  /** @param endOf a model, in milliseconds since the epoch; null: never */
  constructor(endOf: (model: M) => number | null) {
    this.#endOf = endOf;
  }

  /** Takes note of an entry's model, new or changed. */
  note(entry: Entry<M>): void {
    const end = entry.model === null ? null : this.#endOf(entry.model);
    if (end === null) return;
    const span = Math.floor(end / SPAN_MS);
    if (entry.bucket !== null && entry.bucket.span <= span) return;
    this.delete(entry);
    this.#add(span, entry);
  }

  /** Forgets an entry, where it is there. */
  delete(entry: Entry<M>): void {
    const { bucket } = entry;
    if (bucket === null) return;
    if (entry.bucketPrevious === null) bucket.first = entry.bucketNext;
    else entry.bucketPrevious.bucketNext = entry.bucketNext;
    if (entry.bucketNext !== null) entry.bucketNext.bucketPrevious = entry.bucketPrevious;
    entry.bucket = null;
    entry.bucketPrevious = null;
    entry.bucketNext = null;
  }

  /**
   * The models whose end is at or before a time. They may be removed while they are gone through, and nothing else.
   *
   * Looks at those whose end has moved since as well, and at those that end within the same minute.
   *
   * @param now milliseconds since the epoch
   */
  *endedBy(now: number): Generator<M> {
    const current = Math.floor(now / SPAN_MS);
    for (const span of this.#spansUpTo(current)) {
      const bucket = this.#buckets.get(span);
      let next: Entry<M> | null;
      for (let entry = bucket?.first ?? null; entry !== null; entry = next) {
        next = entry.bucketNext;
        const end = entry.model === null ? null : this.#endOf(entry.model);
        if (entry.model !== null && end !== null && end <= now) {
          yield entry.model;
        } else if (end === null) {
          this.delete(entry);
        } else if (Math.floor(end / SPAN_MS) > span) {
          this.delete(entry);
          this.#add(Math.floor(end / SPAN_MS), entry);
        }
      }
    }
    this.#dropEmpty(current);
  }

  #add(span: number, entry: Entry<M>): void {
    let bucket = this.#buckets.get(span);
    if (bucket === undefined) {
      bucket = { span, first: null };
      this.#buckets.set(span, bucket);
      this.#push(span);
    }
    entry.bucket = bucket;
    entry.bucketNext = bucket.first;
    if (bucket.first !== null) bucket.first.bucketPrevious = entry;
    bucket.first = entry;
  }

  /** The spans up to one, in no particular order: a walk down the heap, which ends at the first that is later. */
  #spansUpTo(last: number): number[] {
    const found: number[] = [];
    const places = [0];
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const span = this.#spans[place];
      if (span === undefined || span > last) continue;
      found.push(span);
      places.push(2 * place + 1, 2 * place + 2);
    }
    return found;
  }

  /** Forgets the buckets up to a span that have nothing left in them. */
  #dropEmpty(last: number): void {
    for (let span = this.#spans[0]; span !== undefined && span <= last; span = this.#spans[0]) {
      if (this.#buckets.get(span)?.first !== null) return;
      this.#buckets.delete(span);
      this.#pop();
    }
  }

  #push(span: number): void {
    let place = this.#spans.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#spans[parent];
      if (above === undefined || above <= span) break;
      this.#spans[place] = above;
      place = parent;
    }
    this.#spans[place] = span;
  }

  #pop(): void {
    const last = this.#spans.pop();
    if (last === undefined || this.#spans.length === 0) return;
    let place = 0;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const smaller = (this.#spans[right] ?? Infinity) < (this.#spans[left] ?? Infinity) ? right : left;
      const below = this.#spans[smaller];
      if (below === undefined || below >= last) break;
      this.#spans[place] = below;
      place = smaller;
    }
    this.#spans[place] = last;
  }
}
