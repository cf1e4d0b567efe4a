import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { TooManyAttemptsError } from '../../src/errors.ts';
import type { LoginAttempt, LoginThrottle } from '../../src/security/login-throttle.ts';
import { SharedLoginThrottle } from '../../src/security/shared-login-throttle.ts';
import { sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const cluster = sharedCluster({ before, after });
const HERE = '192.0.2.1';
const WINDOW_SECONDS = 60;

let count = 0;

/** Two processes' throttles on the same counters, empty, and the database's clock. */
async function throttles(
  t: TestContext,
  maxFailures = 3,
): Promise<{ a: LoginThrottle; b: LoginThrottle; clock: { now: number }; namespace: string }> {
  count += 1;
  const namespace = `throttle_${count}`;
  const clock = { now: 1_000_000 };
  const make = async (): Promise<LoginThrottle> => {
    const store = makeStore(t, cluster(), { namespace, counterClock: () => clock.now });
    await store.open();
    return new SharedLoginThrottle(store.counters, { maxFailures, windowSeconds: WINDOW_SECONDS });
  };
  return { a: await make(), b: await make(), clock, namespace };
}

async function fail(throttle: LoginThrottle, account: string, address = HERE): Promise<void> {
  const attempt = await throttle.begin(account, address, []);
  await attempt.failed();
}

async function waitOf(throttle: LoginThrottle, account: string, address = HERE, known: string[] = []): Promise<number> {
  try {
    await (await throttle.begin(account, address, known)).abandoned();
    return 0;
  } catch (error) {
    assert.ok(error instanceof TooManyAttemptsError, String(error));
    return error.retryAfterSeconds;
  }
}

test('failures at two processes count together, for the account from the network and for nobody else', async (t) => {
  const { a, b } = await throttles(t);
  for (const throttle of [a, b, a]) await fail(throttle, 'bob');
  assert.equal(await waitOf(a, 'bob'), WINDOW_SECONDS);
  assert.equal(await waitOf(b, 'bob'), WINDOW_SECONDS);
  assert.equal(await waitOf(b, 'bob', '192.0.2.2'), 0);
  assert.equal(await waitOf(b, 'alice'), 0);
});

test('the window runs from the first failure, and a refused attempt does not extend it', async (t) => {
  const { a, b, clock } = await throttles(t);
  await fail(a, 'bob');
  clock.now += 20_000;
  for (const throttle of [b, a]) await fail(throttle, 'bob');
  assert.equal(await waitOf(b, 'bob'), 40);
  clock.now += 39_999;
  assert.equal(await waitOf(a, 'bob'), 1);
  clock.now += 1;
  assert.equal(await waitOf(b, 'bob'), 0);
  await fail(a, 'bob');
  assert.equal(await waitOf(b, 'bob'), 0, 'a window of its own, with one failure');
});

test('of many attempts at once at two processes, as many begin as there is room for', async (t) => {
  const { a, b } = await throttles(t, 10);
  const results = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? a : b).begin('bob', HERE, [])));
  const begun = results.filter(({ status }) => status === 'fulfilled');
  assert.ok(begun.length <= 10, `${begun.length}`);
  // A place that two took at once is given back by both: fewer may begin, and those who wait a moment do.
  const attempts: LoginAttempt[] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  while (attempts.length < 10) attempts.push(await a.begin('bob', HERE, []));
  assert.equal(await waitOf(b, 'bob'), 1, 'full of attempts under way');
  for (const attempt of attempts) await attempt.failed();
  assert.equal(await waitOf(b, 'bob'), WINDOW_SECONDS);
});

test('a success forgets the failures of its account from its network, and not the network\'s others', async (t) => {
  const { a, b } = await throttles(t, 2);
  for (let round = 0; round < 19; round += 1) await fail(a, `account ${round}`);
  await fail(a, 'bob');
  assert.equal(await waitOf(b, 'carol'), WINDOW_SECONDS, 'ten times as many from the network');
  assert.equal(await waitOf(b, 'bob', '192.0.2.9'), 0);
  await fail(a, 'bob', '192.0.2.9');
  await (await b.begin('bob', '192.0.2.9', [])).succeeded();
  await fail(a, 'bob', '192.0.2.9');
  assert.equal(await waitOf(b, 'bob', '192.0.2.9'), 0);
  await fail(a, 'bob', '192.0.2.9');
  assert.equal(await waitOf(b, 'bob', '192.0.2.9'), WINDOW_SECONDS);
});

test('an attempt says once how it ended; one that was abandoned leaves nothing', async (t) => {
  const { a, b, namespace } = await throttles(t, 1);
  const attempt = await a.begin('bob', HERE, []);
  await attempt.abandoned();
  await attempt.failed();
  assert.equal(await waitOf(b, 'bob'), 0);
  assert.deepEqual(await cluster().query(`select count(*) from ${namespace}.counters`), [['0']]);
});

test('an attempt that ends in a later window counts nothing there', async (t) => {
  const { a, b, clock } = await throttles(t, 1);
  const late = await a.begin('bob', HERE, []);
  clock.now += WINDOW_SECONDS * 1_000;
  const attempt = await b.begin('bob', HERE, []);
  await late.failed();
  await attempt.abandoned();
  assert.equal(await waitOf(b, 'bob'), 0);
});

test('after 100 failures at an account only networks that it knows may try, until it is unlocked', async (t) => {
  const { a, b } = await throttles(t, 5);
  for (let round = 0; round < 100; round += 1) await fail(round % 2 === 0 ? a : b, 'bob', `198.51.100.${round}`);
  assert.equal(await waitOf(a, 'bob', '203.0.113.1'), WINDOW_SECONDS);
  assert.equal(await waitOf(a, 'bob', '203.0.113.1', ['203.0.113.1']), 0);
  assert.equal(await waitOf(a, 'alice', '203.0.113.1'), 0);
  await b.forget('bob');
  assert.equal(await waitOf(a, 'bob', '203.0.113.1'), 0);
});

test('an IPv6 /64 counts as one, a /48 ten times as loosely', async (t) => {
  const { a, b } = await throttles(t, 1);
  for (let round = 0; round < 100; round += 1) {
    await fail(round % 2 === 0 ? a : b, `account ${round}`, `2001:db8:1:${(round % 10).toString(16)}::${round}`);
  }
  assert.equal(await waitOf(a, 'bob', '2001:db8:1:ffff::1'), WINDOW_SECONDS);
  assert.equal(await waitOf(a, 'bob', '2001:db8:2:ffff::1'), 0);
});
