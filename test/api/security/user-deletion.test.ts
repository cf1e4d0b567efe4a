import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { User } from '../../../src/models/user.ts';
import { cookieOf } from '../../helpers/client.ts';
import type { Reply } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';
import type { TestService, TestServiceOptions } from '../../helpers/service.ts';
import { property } from '../../helpers/random.ts';
import { EMAIL, isLive, login, PASSWORD, SESSION_TYPES, signedIn, storedSessions, TestDisk } from '../../helpers/accounts.ts';
import { HeldHasher } from '../../helpers/hashers.ts';
import { journalOnly } from '../../helpers/test-database.ts';

const ADMIN = 'alice@example.com';

async function start(t: TestContext, options: TestServiceOptions) {
  const server = await startTestService(t, options);
  const user = await server.addUser(EMAIL, PASSWORD);
  await server.addUser(ADMIN, PASSWORD);
  return { server, user, admin: await signedIn(server, ADMIN) };
}

/** None of the sessions is live, not even if a user of that id should ever come back. */
async function assertOver(server: TestService, user: User, cookies: readonly string[]): Promise<void> {
  for (const cookie of cookies) assert.equal(await isLive(server, cookie), false);
  await server.service.users.save(user);
  for (const cookie of cookies) assert.equal(await isLive(server, cookie), false);
}

/** Both ways in which a login may end that met the deletion of its user. */
function cookiesOf(replies: readonly Reply[]): string[] {
  return replies.flatMap((reply) => {
    assert.ok(reply.status === 200 || reply.status === 404, reply.text);
    if (reply.status === 200) return [cookieOf(reply)];
    assert.equal(reply.headers['set-cookie'], undefined);
    return [];
  });
}

async function assertNoneStored(server: TestService, user: User): Promise<void> {
  const left = (await storedSessions(server)).filter(({ userId }) => userId === user.id);
  assert.deepEqual(left, []);
}

for (const authType of SESSION_TYPES) {
  test(`${authType} ends all sessions of a user who is deleted, and nobody else's`, async (t) => {
    const { server, user, admin } = await start(t, { authType, loginMaxFailures: 0 });
    const cookies = await Promise.all(Array.from({ length: 20 }, () => signedIn(server)));
    assert.equal((await server.api('DELETE', `/users/${user.id}`, { cookie: admin })).status, 200);
    await assertOver(server, user, cookies);
    assert.equal(await isLive(server, admin), true);
    await assertNoneStored(server, user);
  });

  test(`${authType} ends the session with which users delete themselves`, async (t) => {
    const { server, user } = await start(t, { authType });
    const cookie = await signedIn(server);
    assert.equal((await server.api('DELETE', `/users/${user.id}`, { cookie })).status, 200);
    await assertOver(server, user, [cookie]);
    await assertNoneStored(server, user);
  });

  test(`${authType} makes no session when the user is deleted while the password is verified`, async (t) => {
    const passwords = new HeldHasher();
    const { server, user, admin } = await start(t, { authType, passwords });
    const held = passwords.gate.hold();
    const reply = login(server, EMAIL, PASSWORD);
    await held;
    assert.equal((await server.api('DELETE', `/users/${user.id}`, { cookie: admin })).status, 200);
    passwords.gate.letGo();
    assert.equal((await reply).status, 404);
    assert.deepEqual((await reply).json(), { error: 'no user found for this email' });
    assert.deepEqual(cookiesOf([await reply]), []);
    await assertNoneStored(server, user);
  });

  property(`${authType} leaves no session of a user deleted while logins are under way`, 20, async (random, t) => {
    const { server, user, admin } = await start(t, { authType });
    const logins: Promise<Reply>[] = [];
    const before = random.below(6);
    for (let count = 0; count < before; count += 1) logins.push(login(server, EMAIL, PASSWORD));
    // The deletion meets them after some turns of the event loop.
    for (let turns = random.below(60); turns > 0; turns -= 1) await new Promise(setImmediate);
    const deletion = server.api('DELETE', `/users/${user.id}`, { cookie: admin });
    for (let count = 0; count < 3; count += 1) logins.push(login(server, EMAIL, PASSWORD));
    assert.equal((await deletion).status, 200);
    const cookies = cookiesOf(await Promise.all(logins));
    await assertOver(server, user, cookies);
    await assertNoneStored(server, user);
  });
}

test('session_db_auth stores no session when the user is deleted while the session is written', journalOnly('a slow disk'), async (t) => {
  const fileSystem = new TestDisk();
  const { server, user, admin } = await start(t, { authType: 'session_db_auth', fileSystem });
  const held = fileSystem.gate.hold();
  const reply = login(server, EMAIL, PASSWORD);
  await held;
  const deletion = server.api('DELETE', `/users/${user.id}`, { cookie: admin });
  // Behind the deletion, so that it has come as far as the disk.
  await server.api('GET', '/users/me', { cookie: admin });
  fileSystem.gate.letGo();
  assert.equal((await deletion).status, 200);
  await assertOver(server, user, cookiesOf([await reply]));
  await assertNoneStored(server, user);
});

test('session_db_auth stores no session when the user is deleted while the deletion is written', journalOnly('a slow disk'), async (t) => {
  const fileSystem = new TestDisk();
  const { server, user, admin } = await start(t, { authType: 'session_db_auth', fileSystem });
  const held = fileSystem.gate.hold();
  const deletion = server.api('DELETE', `/users/${user.id}`, { cookie: admin });
  await held;
  const reply = login(server, EMAIL, PASSWORD);
  await server.api('GET', '/users/me', { cookie: admin });
  fileSystem.gate.letGo();
  assert.equal((await deletion).status, 200);
  await assertOver(server, user, cookiesOf([await reply]));
  await assertNoneStored(server, user);
});

test('session_db_auth ends no session when the deletion could not be written', journalOnly('a full disk'), async (t) => {
  const fileSystem = new TestDisk();
  const { server, user, admin } = await start(t, { authType: 'session_db_auth', fileSystem });
  const cookie = await signedIn(server);
  fileSystem.isFull = true;
  const reply = await server.api('DELETE', `/users/${user.id}`, { cookie: admin });
  assert.equal(reply.status, 503);
  assert.match(reply.headers['retry-after'] ?? '', /^\d+$/);
  fileSystem.isFull = false;
  assert.equal(await isLive(server, cookie), true);
});
