import { JournalStore } from './journal/journal-store.ts';
import type { JournalStoreOptions } from './journal/journal-store.ts';
import { loadDriver } from './postgres/driver.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import type { SharedCounters } from './shared-counters.ts';
import type { StoreObserver, StoreState } from './store-observer.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** null: the data directory. */
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
  /** What an operator should know: a line without its newline. */
  readonly onNotice: (notice: string) => void;
  /** True, for a server: `open` does not fail for a database that is away; what needs it does, until it is there. */
  readonly startsWithoutDatabase?: boolean;
  /** In milliseconds since the epoch, for tests; where there is none, a database counts by its own. */
  readonly clock?: () => number;
  /** Default: nobody measures. */
  readonly observer?: StoreObserver | null;
  /** What else a journal is told. */
  readonly journal?: Omit<JournalStoreOptions, 'directory' | 'onNotice' | 'observer'>;
}

/** A store, and what the processes that share it count together; null: there is one process. */
export interface ChosenStore {
  readonly store: Store & { readonly state: StoreState };
  readonly sharedCounters: SharedCounters | null;
}

/**
 * The store that the settings name, not open yet: the one place that chooses.
 *
 * @throws {UnusableDatabaseError} the driver is missing
 */
export function createStore(options: StoreOptions): ChosenStore {
  const { databaseUrl, dataDirectory, onNotice, observer = null, journal } = options;
  if (databaseUrl === null) {
    return { store: new JournalStore({ directory: dataDirectory, onNotice, observer, ...journal }), sharedCounters: null };
  }
  const store = new PostgresStore({
    driver: loadDriver(),
    url: databaseUrl,
    onNotice,
    observer,
    startsWithout: options.startsWithoutDatabase ?? false,
    ...(options.clock !== undefined && { counterClock: options.clock }),
  });
  return { store, sharedCounters: store.counters };
}
