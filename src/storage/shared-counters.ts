/** A counter of what happened within a window of time, and how much of it there may be. */
export interface CounterKey {
  readonly key: string;
  /** How many, those that are still under way included. */
  readonly limit: number;
  /** Counters of one group can be forgotten together; null: it is of none. */
  readonly group: string | null;
}

/** Places at some counters, which are to be settled once. Those that never are count until their window is over. */
export interface Places {
  /** Each happened. */
  count(): Promise<void>;
  /** None happened. */
  release(): Promise<void>;
  /** None happened, and what did at these keys is forgotten. */
  releaseAndForget(keys: readonly string[]): Promise<void>;
}

/** Counters that any number of processes share. */
export interface SharedCounters {
  /**
   * Takes a place at each key, or at none: what is under way counts, or of many at once each would find room.
   *
   * @param keys in the order in which they are judged
   * @param windowMs milliseconds from the first that was counted
   * @returns the places, or the seconds until there is room at the first key that has none
   * @throws {StoreUnavailableError} the counters cannot be reached
   */
  reserve(keys: readonly CounterKey[], windowMs: number): Promise<Places | number>;
  /**
   * Forgets every counter of a group.
   *
   * @throws {StoreUnavailableError} the counters cannot be reached
   */
  forget(group: string): Promise<void>;
}
