/** What of a store's work can fail. `write`: a commit, of which nothing was kept. */
export type StoreOperation = 'read' | 'write' | 'compaction';

/** Is told what a store does. Must not throw. */
export interface StoreObserver {
  /** It could not be done, and whoever waited for it was told. */
  failed(operation: StoreOperation): void;
  /** A line of the journal was written and is on the disk, after so many seconds. */
  synced(seconds: number): void;
}

/** How a store is now. */
export interface StoreState {
  /** Whether it can be read. */
  readonly isUp: boolean;
  /** null: there is no journal, or it is not open. */
  readonly journalBytes: number | null;
}
