import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
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
