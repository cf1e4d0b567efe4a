import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reply } from '../../helpers/client.ts';
import { CHEAP_COST, startTestService } from '../../helpers/service.ts';
import type { TestService, TestServiceOptions } from '../../helpers/service.ts';
import { EMAIL, isLive, PASSWORD, signedIn, storedUser, WAYS } from '../../helpers/accounts.ts';
import { HeldHasher } from '../../helpers/hashers.ts';

const OTHERS = ['alice@example.com', 'carol@example.com'];

/** One hash at a time, and one that waits. */
function smallHasher(): HeldHasher {
  return new HeldHasher({ cost: CHEAP_COST, maxConcurrent: 1, maxQueued: 1 });
}

async function start(t: TestContext, passwords: HeldHasher, options: TestServiceOptions): Promise<TestService> {
  const server = await startTestService(t, { passwords, ...options });
  await server.addUser(EMAIL, PASSWORD);
  return server;
}

function assertOverloaded(reply: Reply): void {
  assert.equal(reply.status, 503);
  assert.deepEqual(reply.json(), { error: 'Service unavailable' });
  assert.equal(reply.headers['retry-after'], '5');
  assert.equal(reply.headers['set-cookie'], undefined);
}

for (const { authType, attempt } of WAYS) {
  test(`${authType} answers 503 when the queue of hashes is full, and whoever waited when it is not`, async (t) => {
    const passwords = smallHasher();
    const server = await start(t, passwords, { authType, loginMaxFailures: 5 });
    for (const email of OTHERS) await server.addUser(email, PASSWORD);
    const held = passwords.gate.hold();
    const running = attempt(server, EMAIL, PASSWORD);
    await held;
    // Of these two the first to arrive waits, and the other is refused.
    const pair = OTHERS.map((email) => attempt(server, email, PASSWORD));
    assertOverloaded(await Promise.race(pair));
    // More than the throttle would let fail: what was never judged counts nothing. Nor does the email matter.
    for (let round = 0; round < 6; round += 1) {
      assertOverloaded(await attempt(server, EMAIL, `${PASSWORD} ${round}`));
      assertOverloaded(await attempt(server, 'nobody@example.com', PASSWORD));
    }
    assert.equal((await server.api('GET', '/status')).status, 200);
    passwords.gate.letGo();
    const statuses = (await Promise.all([running, ...pair])).map(({ status }) => status);
    assert.deepEqual(statuses.sort(), [200, 200, 503]);
    for (const email of [EMAIL, ...OTHERS]) assert.equal((await attempt(server, email, PASSWORD)).status, 200);
  });
}

test('POST /users answers 503 when the queue of hashes is full, and makes nobody; sessions go on', async (t) => {
  const passwords = smallHasher();
  const server = await start(t, passwords, { authType: 'session_db_auth' });
  const cookie = await signedIn(server);
  const create = (name: string) =>
    server.api('POST', '/users', { cookie, json: { email: `${name}@example.com`, password: PASSWORD } });
  const held = passwords.gate.hold();
  const running = create('first');
  await held;
  const pair = [create('second'), create('third')];
  assertOverloaded(await Promise.race(pair));
  assert.equal(await isLive(server, cookie), true);
  passwords.gate.letGo();
  const statuses = (await Promise.all([running, ...pair])).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [201, 201, 503]);
  assert.equal(await server.service.users.count(), 3);
  assert.equal((await storedUser(server)).email, EMAIL);
});

test('a sign-in waits for its turn when the queue has a place, in the order of arrival', async (t) => {
  const passwords = new HeldHasher({ cost: CHEAP_COST, maxConcurrent: 1, maxQueued: 64 });
  const server = await start(t, passwords, { authType: 'session_auth', loginMaxFailures: 0 });
  const held = passwords.gate.hold();
  const logins = Array.from({ length: 50 }, () => signedIn(server));
  await held;
  passwords.gate.letGo();
  assert.equal(new Set(await Promise.all(logins)).size, 50);
});

/** Requests of one client, each of which waits for a hash, until the queue refuses one. */
async function fill(ask: () => Promise<Reply>): Promise<Promise<Reply>[]> {
  const asked: Promise<Reply>[] = [];
  for (let count = 0; count < 20; count += 1) {
    asked.push(ask());
    const first = await Promise.race([...asked, delay(20).then(() => null)]);
    if (first !== null) return asked;
  }
  assert.fail('the queue took twenty');
}

for (const { authType, attempt } of WAYS) {
  test(`${authType} takes a sign-in from another network while one network fills the queue`, async (t) => {
    const passwords = new HeldHasher({ cost: CHEAP_COST, maxConcurrent: 1, maxQueued: 4 });
    const server = await start(t, passwords, { authType, trustedProxies: 1, loginMaxFailures: 0 });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    const held = passwords.gate.hold();
    let guesses = 0;
    const attackers = fill(() => attempt(server, `made-up-${(guesses += 1)}`, PASSWORD, from('2001:db8::1')));
    await held;
    const all = await attackers;
    const owner = attempt(server, EMAIL, PASSWORD, from('192.0.2.1'));
    // One of those that waited gives its place to the owner.
    while ((await countOf(all, 503)) < 2) await delay(5);
    passwords.gate.letGo();
    assert.equal((await owner).status, 200);
    await Promise.all(all);
    const refused = server.logs.security.map((line) => JSON.parse(line)).filter(({ event }) => event === 'overloaded');
    assert.deepEqual(refused.map(({ address, by }) => [address, by]), [['2001:db8::1', null]]);
  });
}

test('POST /users takes the share of the user who asks, not of the network', async (t) => {
  const passwords = new HeldHasher({ cost: CHEAP_COST, maxConcurrent: 1, maxQueued: 4 });
  const server = await start(t, passwords, { authType: 'session_auth', loginMaxFailures: 0 });
  await server.addUser('alice@example.com', PASSWORD);
  const cookie = await signedIn(server);
  const held = passwords.gate.hold();
  let made = 0;
  const filling = fill(() => {
    made += 1;
    return server.api('POST', '/users', { cookie, json: { email: `user${made}@example.com`, password: PASSWORD } });
  });
  await held;
  const all = await filling;
  const other = signedIn(server, 'alice@example.com');
  while ((await countOf(all, 503)) < 2) await delay(5);
  passwords.gate.letGo();
  assert.ok((await other).length > 0);
  await Promise.all(all);
  const { id } = await storedUser(server);
  const refused = server.logs.security.map((line) => JSON.parse(line)).filter(({ event }) => event === 'overloaded');
  assert.deepEqual(refused.map(({ by }) => by), [id]);
});

/** How many of these have been answered so, by now. */
async function countOf(replies: readonly Promise<Reply>[], status: number): Promise<number> {
  const now = await Promise.all(replies.map((reply) => Promise.race([reply, delay(1).then(() => null)])));
  return now.filter((reply) => reply?.status === status).length;
}
