import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { cookieOf } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';
import { EMAIL, isLive, login, PASSWORD, SESSION_TYPES, signedIn } from '../../helpers/accounts.ts';
import { storedSessions, testClock, WRONG } from '../../helpers/accounts.ts';

const OTHER = 'alice@example.com';
const NAME = '_my_session_id';

for (const authType of SESSION_TYPES) {
  test(`${authType} makes a new id at each login, none of them twice`, async (t) => {
    const server = await startTestService(t, { authType, loginMaxFailures: 0 });
    await server.addUser(EMAIL, PASSWORD);
    const cookies = await Promise.all(Array.from({ length: 50 }, () => signedIn(server)));
    assert.equal(new Set(cookies).size, 50);
    for (const cookie of cookies) assert.equal(await isLive(server, cookie), true, 'a user may hold many');
  });

  test(`${authType} ends the live session that a login carries, and no other`, async (t) => {
    const server = await startTestService(t, { authType });
    const user = await server.addUser(EMAIL, PASSWORD);
    const [carried, elsewhere] = [await signedIn(server), await signedIn(server)];
    server.logs.security.length = 0;
    const reply = await login(server, EMAIL, PASSWORD, { cookie: `other=1; ${carried}` });
    const fresh = cookieOf(reply);
    assert.notEqual(fresh, carried);
    assert.deepEqual([await isLive(server, carried), await isLive(server, elsewhere)], [false, true]);
    assert.equal(await isLive(server, fresh), true);
    const events = server.logs.security.map((line) => JSON.parse(line)).map(({ event, user_id }) => [event, user_id]);
    assert.deepEqual(events, [['signed_out', user.id], ['sign_in_succeeded', user.id]]);
  });

  test(`${authType} ends another user's session that a login carries`, async (t) => {
    const server = await startTestService(t, { authType });
    await server.addUser(EMAIL, PASSWORD);
    const alice = await server.addUser(OTHER, PASSWORD);
    const carried = await signedIn(server);
    const fresh = cookieOf(await login(server, OTHER, PASSWORD, { cookie: carried }));
    assert.equal(await isLive(server, carried), false);
    const me = await server.api('GET', '/users/me', { cookie: fresh });
    assert.ok(me.text.includes(alice.id));
  });

  test(`${authType} leaves the session that a failed login carries alone`, async (t) => {
    const server = await startTestService(t, { authType, loginMaxFailures: 2 });
    await server.addUser(EMAIL, PASSWORD);
    const cookie = await signedIn(server);
    for (const password of [WRONG, WRONG, PASSWORD]) await login(server, EMAIL, password, { cookie });
    await login(server, 'nobody@example.com', PASSWORD, { cookie });
    assert.equal(await isLive(server, cookie), true);
  });

  test(`${authType} adopts no id that a client made up`, async (t) => {
    const server = await startTestService(t, { authType });
    await server.addUser(EMAIL, PASSWORD);
    for (const planted of [randomUUID(), 'planted', '', '"quoted"', '__proto__', 'constructor', 'a'.repeat(4000)]) {
      const cookie = `${NAME}=${planted}`;
      assert.equal(await isLive(server, cookie), false, planted);
      const fresh = cookieOf(await login(server, EMAIL, PASSWORD, { cookie }));
      assert.notEqual(fresh, cookie);
      assert.deepEqual([await isLive(server, cookie), await isLive(server, fresh)], [false, true], planted);
    }
  });

  test(`${authType} takes the live one of two cookies of the name, and no other name`, async (t) => {
    const server = await startTestService(t, { authType });
    await server.addUser(EMAIL, PASSWORD);
    const cookie = await signedIn(server);
    const value = cookie.slice(NAME.length + 1);
    assert.equal(await isLive(server, `${cookie}; ${NAME}=planted`), true);
    assert.equal(await isLive(server, `${NAME}=planted; ${cookie}`), true);
    for (const name of ['_MY_SESSION_ID', `${NAME}2`, 'session', `x${NAME}`]) {
      const { status } = await server.api('GET', '/users/me', { cookie: `${name}=${value}` });
      assert.equal(status, 401, name);
    }
  });

  test(`${authType} takes no session once it was logged out, nor once more`, async (t) => {
    const server = await startTestService(t, { authType });
    await server.addUser(EMAIL, PASSWORD);
    const cookie = await signedIn(server);
    assert.equal((await server.api('DELETE', '/auth_session/logout', { cookie })).status, 200);
    assert.equal(await isLive(server, cookie), false);
    assert.equal((await server.api('DELETE', '/auth_session/logout', { cookie })).status, 403);
  });

  test(`${authType} ends a session when its time is over, where it has one`, async (t) => {
    const clock = testClock();
    const server = await startTestService(t, { authType, sessionDurationSeconds: 60, clock });
    await server.addUser(EMAIL, PASSWORD);
    const cookie = await signedIn(server);
    clock.advance(60);
    assert.equal(await isLive(server, cookie), true);
    clock.advance(1);
    assert.equal(await isLive(server, cookie), authType === 'session_auth');
    assert.equal(await server.service.removeExpiredSessions(), authType === 'session_auth' ? 0 : 1);
  });
}

test('session_db_auth leaves nothing of the carried session in the store', async (t) => {
  const server = await startTestService(t, { authType: 'session_db_auth' });
  await server.addUser(EMAIL, PASSWORD);
  let cookie = await signedIn(server);
  for (let round = 0; round < 10; round += 1) cookie = cookieOf(await login(server, EMAIL, PASSWORD, { cookie }));
  assert.equal((await storedSessions(server)).length, 1);
});
