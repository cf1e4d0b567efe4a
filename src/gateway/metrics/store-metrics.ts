import type { StoreObserver, StoreOperation, StoreState } from '../../storage/store-observer.ts';
import { Counter } from './counter.ts';
import { Histogram } from './histogram.ts';
import { gauge } from './text-format.ts';
import type { Family } from './text-format.ts';

/** In seconds: 50 µs on a disk with a cache of its own, 10 ms on one that turns, seconds on one that fails. */
const SYNC_BOUNDS = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const OPERATIONS: { readonly [O in StoreOperation]: true } = { read: true, write: true, compaction: true };

/** What a store tells of itself. */
export class StoreMetrics implements StoreObserver {
  readonly #errors = new Counter('session_auth_store_errors_total', 'What the store could not do, by operation', ['operation']);
  readonly #syncs = new Histogram(
    'session_auth_journal_sync_duration_seconds',
    'Time to write a line of the journal and have it on the disk',
    SYNC_BOUNDS,
  );

  constructor() {
    for (const operation of Object.keys(OPERATIONS)) this.#errors.of(operation);
  }

  failed(operation: StoreOperation): void {
    this.#errors.of(operation).increment();
  }

  synced(seconds: number): void {
    this.#syncs.of().observe(seconds);
  }

  collect({ isUp, journalBytes }: StoreState): readonly Family[] {
    return [
      gauge('session_auth_store_up', 'Whether the store can be read: 1, or 0', isUp ? 1 : 0),
      ...this.#errors.collect(),
      gauge('session_auth_journal_bytes', 'Size of the journal', journalBytes),
      // A database has no journal of ours.
      ...(journalBytes === null ? [] : this.#syncs.collect()),
    ];
  }
}
