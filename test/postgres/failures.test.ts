import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailableError } from '../../src/errors.ts';
import type { PostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import { declareLibrary, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';
import { PASSWORD, sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const cluster = sharedCluster({ before, after });

const RETRY_MS = 50;
const ATTEMPTS = 1_200;

let count = 0;

/** A library in an empty namespace, and what the log says. */
async function openLibrary(t: TestContext): Promise<Library & { notices: string[]; store: PostgresStore }> {
  count += 1;
  const notices: string[] = [];
  const store = makeStore(t, cluster(), {
    namespace: `failures_${count}`,
    startsWithout: true,
    onNotice: (notice) => notices.push(notice),
  });
  const library = declareLibrary(store);
  await store.open();
  return { ...library, notices, store };
}

function isUnavailable(error: unknown): boolean {
  assert.ok(error instanceof StoreUnavailableError, String(error));
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    assert.ok(!`${cause.stack}`.includes(PASSWORD) && !`${cause.stack}`.includes('postgres://'));
  }
  return true;
}

/** Does something until it works: what comes back comes back by itself. */
async function eventually<T>(work: () => Promise<T> | T): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await delay(RETRY_MS);
    }
  }
}

function assertToldOnce(notices: readonly string[], reason: RegExp): void {
  assert.equal(notices.length, 2, notices.join('\n'));
  assert.match(notices[0] ?? '', reason);
  assert.match(notices[1] ?? '', /again, after \d+ s$/);
}

for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
  test(`a database that is stopped (${signal}) rejects what needs it, and what was written is there when it is back`, async (t) => {
    const { shelves, notices } = await openLibrary(t);
    await shelves.save(shelf('a'));
    await cluster().stop(signal);
    await assert.rejects(eventuallyRejects(() => shelves.get('a')), isUnavailable);
    for (let round = 0; round < 20; round += 1) {
      await assert.rejects(async () => shelves.get('a'), isUnavailable);
      await assert.rejects(shelves.save(shelf('b')), isUnavailable);
      await assert.rejects(shelves.update('a', (current) => ({ ...current, name: 'new' })), isUnavailable);
      await assert.rejects(shelves.remove('a'), isUnavailable);
    }
    await cluster().run();
    await eventually(() => shelves.save(shelf('b')));
    assert.deepEqual(await shelves.all(), [shelf('a'), shelf('b')]);
    assertToldOnce(notices, /^PostgreSQL is not available: /);
  });
}

/** Until the loss is noticed, a read may still be answered. */
async function eventuallyRejects(work: () => unknown): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await work();
    await delay(RETRY_MS);
  }
}

test('a restart between two reads costs no error', async (t) => {
  const { shelves } = await openLibrary(t);
  await shelves.save(shelf('a'));
  await cluster().query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'session-auth'");
  assert.deepEqual(await shelves.get('a'), shelf('a'));
});

test('a store opens without its database, and is of use once that is there', async (t) => {
  await cluster().stop();
  const { shelves, notices, store } = await openLibrary(t);
  await assert.rejects(async () => shelves.get('a'), isUnavailable);
  await assert.rejects(store.transaction(async () => {}), isUnavailable);
  await cluster().run();
  await eventually(() => shelves.save(shelf('a')));
  assert.deepEqual(await shelves.all(), [shelf('a')]);
  assertToldOnce(notices, /^PostgreSQL is not available: there is no such socket|nothing listens there/);
});

test('a store that is not told to wait does not open without its database', async (t) => {
  await cluster().stop();
  const store = makeStore(t, cluster(), { namespace: 'impatient' });
  declareLibrary(store);
  await assert.rejects(store.open(), isUnavailable);
  await cluster().run();
});

test('a database that hangs is given up within the limit, nothing is written late, and all is well afterwards', async (t) => {
  const { shelves, store, notices } = await openLibrary(t);
  await shelves.save(shelf('a'));
  await Promise.all(['b', 'c', 'd'].map((id) => shelves.save(shelf(id))));
  const connections = await cluster().connectionCount();
  cluster().freeze();
  const started = performance.now();
  await Promise.all([
    assert.rejects(async () => shelves.get('a'), isUnavailable),
    assert.rejects(async () => shelves.search({ name: 'a' }), isUnavailable),
    assert.rejects(shelves.save(shelf('late')), isUnavailable),
    assert.rejects(shelves.update('a', (current) => ({ ...current, name: 'late' })), isUnavailable),
    assert.rejects(store.transaction(async (transaction) => {
      await transaction.collection(SHELVES).remove('a');
    }), isUnavailable),
    assert.rejects(store.counters.forget('x'), isUnavailable),
  ]);
  t.diagnostic(`given up after ${Math.round(performance.now() - started)} ms`);
  cluster().thaw();
  await eventually(() => shelves.save(shelf('e')));
  const all = await eventually(() => shelves.all());
  assert.deepEqual(all.map(({ id, name }) => [id, name]).sort(), ['a', 'b', 'c', 'd', 'e'].map((id) => [id, id]));
  await eventually(async () => assert.ok((await cluster().connectionCount()) <= connections));
  assertToldOnce(notices, /^PostgreSQL is not available: /);
});

test('a database that only reads gives what it has, and takes changes again when it does', async (t) => {
  const { shelves, notices } = await openLibrary(t);
  await shelves.save(shelf('a'));
  const setReadOnly = async (change: string): Promise<void> => {
    await cluster().query(`alter system ${change}`);
    await cluster().query('select pg_reload_conf()');
  };
  await setReadOnly('set default_transaction_read_only = on');
  await eventuallyRejects(() => shelves.save(shelf('a'))).then(
    () => assert.fail('it takes changes'),
    (error: unknown) => isUnavailable(error),
  );
  for (let round = 0; round < 10; round += 1) {
    await assert.rejects(shelves.save(shelf('b')), isUnavailable);
    assert.deepEqual(await shelves.get('a'), shelf('a'));
  }
  await setReadOnly('reset default_transaction_read_only');
  await eventually(() => shelves.save(shelf('b')));
  await eventually(async () => {
    await shelves.save(shelf('b'));
    assert.equal(notices.length, 2);
  });
  assertToldOnce(notices, /^PostgreSQL takes no changes: .*read-only transaction/);
});

test('a standby is not read from: a logout would not hold there', async (t) => {
  const { shelves, notices } = await openLibrary(t);
  await shelves.save(shelf('a'));
  await cluster().stop();
  cluster().standBy(true);
  await cluster().run();
  await assert.rejects(eventuallyRejects(() => shelves.get('a')), isUnavailable);
  for (let round = 0; round < 10; round += 1) await assert.rejects(async () => shelves.get('a'), isUnavailable);
  await cluster().stop();
  cluster().standBy(false);
  await cluster().run();
  assert.deepEqual(await eventually(() => shelves.get('a')), shelf('a'));
  assertToldOnce(notices, /^PostgreSQL is not available: /);
});

test('a database without a connection left rejects changes, answers reads, and works again when it has', async (t) => {
  const role = `crowded_${count}`;
  await cluster().query(`create role ${role} login password '${PASSWORD}' connection limit 1`);
  await cluster().query(`create schema crowded authorization ${role}`);
  const notices: string[] = [];
  const store = makeStore(t, cluster(), {
    url: cluster().urlOf(role, 'postgres'),
    namespace: 'crowded',
    onNotice: (notice) => notices.push(notice),
  });
  const { shelves } = declareLibrary(store);
  await store.open();
  for (let round = 0; round < 10; round += 1) {
    await assert.rejects(shelves.save(shelf('a')), isUnavailable);
    assert.equal(await shelves.get('a'), null);
  }
  await cluster().query(`alter role ${role} connection limit 10`);
  await eventually(() => shelves.save(shelf('a')));
  await eventually(async () => {
    await shelves.save(shelf('a'));
    assert.equal(notices.length, 2);
  });
  assertToldOnce(notices, /^PostgreSQL takes no changes: it has no connection left \(53300\)/);
});

test('a process that stands still within a transaction does not hold the others up for ever', async (t) => {
  const { shelves, store } = await openLibrary(t);
  await shelves.save(shelf('a'));
  let release = (): void => {};
  const stuck = new Promise<void>((resolve) => (release = resolve));
  const first = store.transaction(async (transaction) => {
    await transaction.collection(SHELVES).get('a');
    await stuck;
  });
  await assert.rejects(first, isUnavailable);
  release();
  await eventually(() => shelves.update('a', (current) => ({ ...current, name: 'new' })));
  assert.equal((await shelves.get('a'))?.name, 'new');
});
