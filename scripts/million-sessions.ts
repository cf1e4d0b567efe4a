import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { declareModels } from '../src/models/repositories.ts';
import type { Models } from '../src/models/repositories.ts';
import { userSessionSchema } from '../src/models/user-session-schema.ts';
import { digestSessionId, UserSession } from '../src/models/user-session.ts';
import type { SessionClient } from '../src/models/user-session.ts';
import { User } from '../src/models/user.ts';
import { userSchema } from '../src/models/user-schema.ts';
import { encodeLine, JOURNAL_HEADER } from '../src/storage/journal/journal-line.ts';
import { JOURNAL_FILE } from '../src/storage/journal/journal-recovery.ts';
import { JournalStore } from '../src/storage/journal/journal-store.ts';
import { MemoryStore } from '../src/storage/memory/memory-store.ts';

/**
 * What a million stored sessions cost: the start, the memory, and the longest pause while the journal is
 * compacted and written to at once, and while a user is removed with all sessions (`--sessions 300000 --users 1`).
 *
 *     node --expose-gc --import tsx scripts/million-sessions.ts [--sessions N] [--users N]
 *     node --import tsx scripts/million-sessions.ts --map      how long a plain Map pauses to grow
 */
const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000000' },
    users: { type: 'string', default: '1000' },
    map: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});
const sessionCount = Number(values.sessions);
const userCount = Number(values.users);
const USERS = userSchema([]);
/** Sessions end: it is with their ends in order that they cost what they cost. */
const POLICY = { durationMs: 30 * 86_400_000, idleTimeoutMs: 86_400_000, startedAt: Date.now() };
const USER_SESSIONS = userSessionSchema(POLICY, USERS);
const CLIENT_KINDS = 1_000;

/** The longest that one `set` takes while a plain Map grows to this many entries. */
function measureMapGrowth(): void {
  const keys = Array.from({ length: sessionCount + sessionCount / 10 }, () => digestSessionId(randomUUID()));
  const map = new Map<string, number>();
  let longest = { milliseconds: 0, size: 0 };
  for (const [index, key] of keys.entries()) {
    const start = performance.now();
    map.set(key, index);
    const milliseconds = performance.now() - start;
    if (milliseconds > longest.milliseconds) longest = { milliseconds, size: map.size };
  }
  console.log(`longest set of a plain Map: ${longest.milliseconds.toFixed(1)} ms, at ${longest.size} entries`);
}

/** Writes a journal as compaction would: users, then sessions, 256 records a line. */
function writeJournal(directory: string): void {
  const start = Date.now() - sessionCount;
  const users = Array.from({ length: userCount }, (_, index) =>
    new User({ email: `user${index}@example.com`, passwordHash: '$sha256$00', createdAt: start }),
  );
  const chunks: Buffer[] = [encodeLine(JOURNAL_HEADER)];
  const addLines = (collection: string, count: number, recordAt: (index: number) => object): void => {
    for (let first = 0; first < count; first += 256) {
      const length = Math.min(256, count - first);
      const records = Array.from({ length }, (_, offset) => recordAt(first + offset));
      chunks.push(encodeLine({ put: { [collection]: records } }));
    }
  };
  const userAt = (index: number): User => users[index % users.length] ?? users[0] ?? failNoUsers();
  addLines(USERS.collection, userCount, (index) => USERS.encode(userAt(index)));
  addLines(USER_SESSIONS.collection, sessionCount, (index) => {
    const sessionId = digestSessionId(randomUUID());
    const createdAt = start + index;
    const expiresAt = createdAt + POLICY.durationMs;
    return USER_SESSIONS.encode(
      new UserSession({ sessionId, userId: userAt(index).id, createdAt, expiresAt, client: clientAt(index) }),
    );
  });
  writeFileSync(join(directory, JOURNAL_FILE), Buffer.concat(chunks), { mode: 0o600 });
}

/** One of some kinds of client. */
function clientAt(index: number): SessionClient {
  const kind = index % CLIENT_KINDS;
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64; rv:${kind}.0) Gecko/20100101 Firefox/${kind}.0 ${'x'.repeat(kind % 100)}`;
  return { address: `198.51.${kind >> 8}.${kind & 255}`, userAgent };
}

function failNoUsers(): never {
  throw new RangeError('--users must be at least 1');
}

function memoryBytes(): { heap: number; rss: number } {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

async function measure(directory: string): Promise<void> {
  const path = join(directory, JOURNAL_FILE);
  writeJournal(directory);
  console.log(`journal: ${(statSync(path).size / 1e6).toFixed(0)} MB, ${sessionCount} sessions of ${userCount} users`);

  const before = memoryBytes();
  // Compaction is due as soon as anything is written that is not live.
  const store = new JournalStore({ directory, compactionFloor: -sessionCount - 2 * userCount, onNotice: console.log });
  const { users, userSessions } = declareModels(store, { sessionPolicy: POLICY });
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const opening = store.open();
  await opening;
  const cpu = process.cpuUsage(cpuStart);
  const cpuSeconds = ((cpu.user + cpu.system) / 1e6).toFixed(2);
  console.log(`start: ${((performance.now() - start) / 1000).toFixed(2)} s (${cpuSeconds} s of CPU)`);
  const after = memoryBytes();
  console.log(
    `memory: ${((after.heap - before.heap) / sessionCount).toFixed(0)} bytes a session on the heap, ` +
      `${((after.rss - before.rss) / sessionCount).toFixed(0)} of resident memory`,
  );

  const inode = statSync(path).ino;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const compactionStart = performance.now();
  let writes = 0;
  const [user] = await users.all();
  if (user === undefined) failNoUsers();
  // Sessions come and users change meanwhile, as they would.
  while (statSync(path).ino === inode && performance.now() - compactionStart < 120_000) {
    const sessionId = digestSessionId(randomUUID());
    await Promise.all([
      userSessions.save(new UserSession({ sessionId, userId: user.id })),
      users.update(user.id, (current) => current.with({ updatedAt: Date.now() })),
    ]);
    writes += 2;
  }
  delay.disable();
  console.log(
    `compaction: ${((performance.now() - compactionStart) / 1000).toFixed(2)} s with ${writes} writes meanwhile; ` +
      `longest pause ${(delay.max / 1e6).toFixed(1)} ms, 99.9th percentile ${(delay.percentile(99.9) / 1e6).toFixed(1)} ms`,
  );
  await removeUser('stored', { users, userSessions }, user.id);
  await store.close();
}

/** Removes a user while the event loop is watched, until what the sessions took is free again. */
async function removeUser(where: string, { users, userSessions }: Models, userId: string): Promise<void> {
  const before = await userSessions.count();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await users.remove(userId);
  const removal = performance.now() - start;
  const removed = before - (await userSessions.count());
  // A thousand a turn of the event loop.
  for (let turn = 0; turn < removed / 500; turn += 1) await nextTurn();
  delay.disable();
  console.log(
    `removal of a user with ${removed} sessions, ${where}: ${removal.toFixed(1)} ms; ` +
      `longest pause ${(delay.max / 1e6).toFixed(1)} ms`,
  );
}

/** The same where sessions are in memory alone. */
async function measureRemovalInMemory(): Promise<void> {
  const { users, userSessions } = declareModels(new MemoryStore(), { sessionPolicy: POLICY });
  const user = await users.save(new User({ email: 'bob@example.com', passwordHash: '$sha256$00' }));
  const saved = Array.from({ length: Math.ceil(sessionCount / userCount) }, (_, index) =>
    userSessions.save(
      new UserSession({ sessionId: digestSessionId(randomUUID()), userId: user.id, client: clientAt(index) }),
    ),
  );
  await Promise.all(saved);
  saved.length = 0;
  await removeUser('in memory', { users, userSessions }, user.id);
}

if (values.map) {
  measureMapGrowth();
} else if (values.write !== undefined) {
  writeJournal(values.write);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'million-sessions-'));
  try {
    await measure(directory);
    await measureRemovalInMemory();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
