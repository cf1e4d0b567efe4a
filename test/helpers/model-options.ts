import type { SessionPolicy } from '../../src/models/user-session.ts';

/** Models whose sessions never end by themselves, and whose old users are in no group. */
export const MODEL_OPTIONS: { readonly sessionPolicy: SessionPolicy; readonly defaultGroups: readonly string[] } = {
  sessionPolicy: { durationMs: null, idleTimeoutMs: null, startedAt: 0 },
  defaultGroups: [],
};
