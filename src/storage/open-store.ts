import type { FileSystem } from './journal/file-system.ts';
import { JournalStore } from './journal/journal-store.ts';
import { loadDriver } from './postgres/driver.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import type { SharedCounters } from './shared-counters.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  /** null: the data directory. */
  readonly databaseUrl: string | null;
  readonly dataDirectory: string;
  /** What an operator should know: a line without its newline. */
  readonly onNotice: (notice: string) => void;
  /** True, for a server: `open` does not fail for a database that is away; what needs it does, until it is there. */
  readonly startsWithoutDatabase?: boolean;
  /** Of the journal. */
  readonly fileSystem?: FileSystem;
}

/** A store, and what the processes that share it count together; null: there is one process. */
export interface ChosenStore {
  readonly store: Store;
  readonly sharedCounters: SharedCounters | null;
}

/**
 * The store that the settings name, not open yet: the one place that chooses.
 *
 * @throws {UnusableDatabaseError} the driver is missing
 */
export function createStore(options: StoreOptions): ChosenStore {
  const { databaseUrl, dataDirectory, onNotice, fileSystem } = options;
  if (databaseUrl === null) {
    const journal = { directory: dataDirectory, onNotice, ...(fileSystem !== undefined && { fileSystem }) };
    return { store: new JournalStore(journal), sharedCounters: null };
  }
  const store = new PostgresStore({
    driver: loadDriver(),
    url: databaseUrl,
    onNotice,
    startsWithout: options.startsWithoutDatabase ?? false,
  });
  return { store, sharedCounters: store.counters };
}
