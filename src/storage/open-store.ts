import type { FileSystem } from './journal/file-system.ts';
import { JournalStore } from './journal/journal-store.ts';
import { loadDriver } from './postgres/driver.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
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

/**
 * The store that the settings name, not open yet: the one place that chooses.
 *
 * @throws {UnusableDatabaseError} the driver is missing
 */
export function createStore(options: StoreOptions): Store {
  const { databaseUrl, dataDirectory, onNotice, fileSystem } = options;
  if (databaseUrl === null) {
    return new JournalStore({ directory: dataDirectory, onNotice, ...(fileSystem !== undefined && { fileSystem }) });
  }
  return new PostgresStore({
    driver: loadDriver(),
    url: databaseUrl,
    onNotice,
    startsWithout: options.startsWithoutDatabase ?? false,
  });
}
