import { ClockWatch } from '../../src/accounts/clock-watch.ts';
import { SecurityLog } from '../../src/accounts/security-log.ts';
import { Sessions } from '../../src/accounts/sessions.ts';
import { declareModels, withSessionsInMemory } from '../../src/models/repositories.ts';
import type { Database } from '../../src/models/repositories.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';

const FOR_EVER = { durationMs: null, idleTimeoutMs: null, startedAt: Date.now() };

/**
 * The sessions of the tutorial's `SessionAuth`: in memory, for ever, any number.
 *
 * @param database of the users whose sessions they are; by default an empty one
 */
export function sessionsInMemory(
  database: Database = declareModels(new MemoryStore(), { sessionPolicy: FOR_EVER, defaultGroups: [] }),
): Sessions {
  return new Sessions({
    database: withSessionsInMemory(database, FOR_EVER),
    policy: FOR_EVER,
    maxPerUser: 0,
    keyOf: (sessionId) => sessionId,
    lastUses: null,
    clockWatch: new ClockWatch(Date.now, () => performance.now()),
    log: new SecurityLog(() => {}, Date.now),
    clock: Date.now,
  });
}
