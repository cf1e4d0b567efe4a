import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startTestService } from '../../helpers/service.ts';
import { basic, EMAIL, PASSWORD, storedUser, testClock, WRONG } from '../../helpers/accounts.ts';
import { CountingHasher, HeldHasher } from '../../helpers/hashers.ts';

/** A verification is good for as long. */
const LIFETIME_SECONDS = 900;

async function start(t: TestContext) {
  const clock = testClock();
  const passwords = new CountingHasher();
  const server = await startTestService(t, { authType: 'basic_auth', passwords, clock });
  const user = await server.addUser(EMAIL, PASSWORD);
  passwords.taken();
  return { server, user, clock, passwords };
}

test('Basic hashes once when a request is repeated, whatever route and method', async (t) => {
  const { server, user, passwords } = await start(t);
  for (let request = 0; request < 20; request += 1) assert.equal((await basic(server, EMAIL, PASSWORD)).status, 200);
  const authenticated = { basic: [EMAIL, PASSWORD] } as const;
  assert.equal((await server.api('PUT', `/users/${user.id}`, { ...authenticated, json: {} })).status, 200);
  assert.equal((await server.api('GET', '/nothing', authenticated)).status, 404);
  assert.equal(passwords.taken(), 1);
  const signIns = server.logs.security.filter((line) => line.includes('"sign_in_succeeded"'));
  assert.equal(signIns.length, 1);
});

test('Basic hashes once for each spelling of the credentials', async (t) => {
  const { server, passwords } = await start(t);
  for (const email of [EMAIL, EMAIL.toUpperCase(), EMAIL, EMAIL.toUpperCase()]) {
    assert.equal((await basic(server, email, PASSWORD)).status, 200);
  }
  assert.equal(passwords.taken(), 2);
});

test('Basic hashes each wrong password, also one that was wrong before, and goes on with the right one', async (t) => {
  const { server, passwords } = await start(t);
  await basic(server, EMAIL, PASSWORD);
  passwords.taken();
  for (const wrong of [WRONG, WRONG, `${PASSWORD} `, PASSWORD.toUpperCase(), PASSWORD.slice(1), '']) {
    assert.equal((await basic(server, EMAIL, wrong)).status, 403);
    assert.equal(passwords.taken(), 1, wrong);
  }
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 200);
  assert.equal(passwords.taken(), 0);
});

test('Basic does not take the password of one user for another who has the same', async (t) => {
  const { server, passwords } = await start(t);
  await server.addUser('alice@example.com', PASSWORD);
  await basic(server, EMAIL, PASSWORD);
  passwords.taken();
  assert.equal((await basic(server, 'alice@example.com', PASSWORD)).status, 200);
  assert.equal(passwords.taken(), 1);
});

test('Basic hashes again when the entry is over, and use does not prolong it', async (t) => {
  const { server, clock, passwords } = await start(t);
  await basic(server, EMAIL, PASSWORD);
  clock.advance(LIFETIME_SECONDS - 1);
  await basic(server, EMAIL, PASSWORD);
  assert.equal(passwords.taken(), 1);
  clock.advance(1);
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 200);
  assert.equal(passwords.taken(), 1);
  clock.advance(-10);
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 200);
  assert.equal(passwords.taken(), 1, 'a clock that was set back makes no entry younger');
});

test('Basic refuses the old password at once when it was changed, and hashes the new one', async (t) => {
  const { server, user, passwords } = await start(t);
  await basic(server, EMAIL, PASSWORD);
  const passwordHash = await passwords.hash('a new password');
  await server.service.users.update(user.id, (current) => current.with({ passwordHash }));
  passwords.taken();
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 403);
  assert.equal(passwords.taken(), 1);
  assert.equal((await basic(server, EMAIL, 'a new password')).status, 200);
  assert.equal((await basic(server, EMAIL, 'a new password')).status, 200);
  assert.equal(passwords.taken(), 1);
});

test('Basic hashes again when the stored hash is another of the same password', async (t) => {
  const { server, user, passwords } = await start(t);
  await basic(server, EMAIL, PASSWORD);
  const passwordHash = await passwords.hash(PASSWORD);
  await server.service.users.update(user.id, (current) => current.with({ passwordHash }));
  passwords.taken();
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 200);
  assert.equal(passwords.taken(), 1);
});

test('Basic refuses a deleted user at once, and a new user of that email with another password', async (t) => {
  const { server, user, passwords } = await start(t);
  await server.addUser('another@example.com', PASSWORD);
  assert.equal((await server.api('DELETE', `/users/${user.id}`, { basic: [EMAIL, PASSWORD] })).status, 200);
  passwords.taken();
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 403);
  assert.equal(passwords.taken(), 1);
  await server.addUser(EMAIL, 'the password of another');
  assert.equal((await basic(server, EMAIL, PASSWORD)).status, 403);
  assert.notEqual((await storedUser(server)).id, user.id);
});

test('Basic remembers nothing beyond the process', async (t) => {
  const { server, passwords } = await start(t);
  await basic(server, EMAIL, PASSWORD);
  await server.service.close();
  passwords.taken();
  const again = await startTestService(t, { authType: 'basic_auth', passwords, dataDirectory: server.directory });
  assert.equal((await basic(again, EMAIL, PASSWORD)).status, 200);
  assert.equal(passwords.taken(), 1);
});

test('Basic hashes once when many equal requests begin at once, and refuses none of them', async (t) => {
  const passwords = new HeldHasher();
  const server = await startTestService(t, { authType: 'basic_auth', passwords, loginMaxFailures: 2 });
  await server.addUser(EMAIL, PASSWORD);
  passwords.taken();
  const held = passwords.gate.hold();
  const requests = Array.from({ length: 64 }, () => basic(server, EMAIL, PASSWORD));
  await held;
  // By then the others have arrived too.
  for (let round = 0; round < 5; round += 1) await server.api('GET', '/status');
  passwords.gate.letGo();
  const statuses = (await Promise.all(requests)).map(({ status }) => status);
  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.equal(passwords.taken(), 1);
});

test('Basic judges anew a password that was changed, or whose user was deleted, while it was verified', async (t) => {
  const passwords = new HeldHasher();
  const server = await startTestService(t, { authType: 'basic_auth', passwords });
  const user = await server.addUser(EMAIL, PASSWORD);
  const passwordHash = await passwords.hash('a new password');
  for (const change of [
    () => server.service.users.update(user.id, (current) => current.with({ passwordHash })),
    () => server.service.users.remove(user.id),
  ]) {
    const { passwordHash: before } = await storedUser(server);
    const held = passwords.gate.hold();
    const reply = basic(server, EMAIL, before === passwordHash ? 'a new password' : PASSWORD);
    await held;
    await change();
    passwords.gate.letGo();
    assert.equal((await reply).status, 403);
  }
  const successes = server.logs.security.filter((line) => line.includes('"sign_in_succeeded"'));
  assert.deepEqual(successes, []);
});
