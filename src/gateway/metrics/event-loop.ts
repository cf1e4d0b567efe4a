import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';
import { Histogram } from './histogram.ts';
import { gauge } from './text-format.ts';
import type { Family, Source } from './text-format.ts';

/** How often the event loop is looked at, in milliseconds. An idle one shows this much delay, as with prom-client. */
const RESOLUTION_MS = 10;

const NANOSECONDS = 1e9;

/** In seconds; prom-client's. */
const COLLECTION_BOUNDS = [0.001, 0.01, 0.1, 1, 2, 5];

const COLLECTION_KINDS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/** How late the event loop comes to its timers, and for how long garbage collection stops it. */
export class EventLoopMetrics implements Source {
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #collections = new Histogram(
    'nodejs_gc_duration_seconds',
    'Time of garbage collections, by kind',
    COLLECTION_BOUNDS,
    ['kind'],
  );
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) this.#collected(entry.duration, 'detail' in entry ? entry.detail : null);
  });

  /** Begins to measure. */
  open(): void {
    this.#delays.enable();
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** The delays since the last time this was asked; then they begin anew, or a bad minute would show for ever. */
  async collect(): Promise<readonly Family[]> {
    const now = await currentDelaySeconds();
    const delays = this.#delays;
    const known = (nanoseconds: number): number | null => (delays.count === 0 ? null : nanoseconds / NANOSECONDS);
    const families = [
      gauge('nodejs_eventloop_lag_seconds', 'Delay of the event loop now', now),
      gauge('nodejs_eventloop_lag_min_seconds', 'Least delay of the event loop since the last scrape', known(delays.min)),
      gauge('nodejs_eventloop_lag_max_seconds', 'Greatest delay of the event loop since the last scrape', known(delays.max)),
      gauge('nodejs_eventloop_lag_mean_seconds', 'Mean delay of the event loop since the last scrape', known(delays.mean)),
      gauge('nodejs_eventloop_lag_stddev_seconds', 'Standard deviation of these delays', known(delays.stddev)),
      ...[50, 90, 99].map((percentile) =>
        gauge(
          `nodejs_eventloop_lag_p${percentile}_seconds`,
          `${percentile} of 100 delays of the event loop since the last scrape were at most this`,
          known(delays.percentile(percentile)),
        ),
      ),
      ...this.#collections.collect(),
    ];
    delays.reset();
    return families;
  }

  close(): void {
    this.#delays.disable();
    this.#observer.disconnect();
  }

  #collected(durationMs: number, detail: unknown): void {
    const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? Number(detail.kind) : Number.NaN;
    this.#collections.of(COLLECTION_KINDS.get(kind) ?? 'other').observe(durationMs / 1000);
  }
}

/** How long the event loop takes to come to what is due at once. */
function currentDelaySeconds(): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    setImmediate(() => resolve((performance.now() - startedAt) / 1000));
  });
}
