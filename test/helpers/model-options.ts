import type { ModelOptions } from '../../src/models/repositories.ts';

/** Models whose sessions never end by themselves, and whose old users are in no group. */
export const MODEL_OPTIONS: ModelOptions = {
  sessionPolicy: { durationMs: null, idleTimeoutMs: null, startedAt: 0 },
  defaultGroups: [],
};
