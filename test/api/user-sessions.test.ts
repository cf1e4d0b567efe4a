import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOrganisation } from '../helpers/organisation.ts';
import { SESSION_TYPES } from '../helpers/accounts.ts';
import { fieldsOf } from '../helpers/client.ts';
import type { Reply } from '../helpers/client.ts';

interface Entry {
  readonly handle: string;
  readonly current: boolean;
}

function entriesOf(reply: Reply): Entry[] {
  const { sessions } = fieldsOf(reply);
  assert.ok(Array.isArray(sessions), reply.text);
  return sessions.map((entry: unknown) => {
    assert.ok(typeof entry === 'object' && entry !== null && 'handle' in entry && 'current' in entry);
    return { handle: String(entry.handle), current: entry.current === true };
  });
}

for (const authType of SESSION_TYPES) {
  test(`GET sessions shows where a user is signed in, under ${authType}`, async (t) => {
    const sessionDurationSeconds = 3_600;
    const { server, mia, advance } = await startOrganisation(t, { authType, sessionDurationSeconds });
    const login = (userAgent: string): Promise<Reply> =>
      server.api('POST', '/auth_session/login', {
        form: { email: mia.email, password: 'correct horse battery' },
        headers: { 'user-agent': userAgent },
      });
    const cookie = (await login('Firefox')).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    advance(60);
    await login('Safari');
    advance(60);
    const list = fieldsOf(await server.api('GET', '/users/me/sessions', { cookie })).sessions;
    assert.ok(Array.isArray(list));
    const expiresAt = authType === 'session_auth' ? null : '2026-01-01 01:00:00';
    const expiresLater = authType === 'session_auth' ? null : '2026-01-01 01:01:00';
    assert.deepEqual(
      list.map(({ handle: _handle, ...entry }) => entry),
      [
        {
          address: '127.0.0.1',
          created_at: '2026-01-01 00:00:00',
          current: true,
          expires_at: expiresAt,
          last_seen_at: '2026-01-01 00:02:00',
          user_agent: 'Firefox',
        },
        {
          address: '127.0.0.1',
          created_at: '2026-01-01 00:01:00',
          current: false,
          expires_at: expiresLater,
          last_seen_at: '2026-01-01 00:01:00',
          user_agent: 'Safari',
        },
      ],
    );
    assert.doesNotMatch(JSON.stringify(list), new RegExp(cookie.split('=')[1] ?? ''));
  });

  test(`DELETE sessions ends one, all but the one that asks, or all, under ${authType}`, async (t) => {
    const { server, admin, mia, signIn, statusOf, events } = await startOrganisation(t, { authType });
    const cookies = [await signIn(mia), await signIn(mia), await signIn(mia), await signIn(mia)] as const;
    const [cookie] = cookies;
    const ofAdmin = await signIn(admin);
    const live = async (): Promise<number[]> => Promise.all(cookies.map((each) => statusOf(each)));

    const others = entriesOf(await server.api('GET', '/users/me/sessions', { cookie })).filter((entry) => !entry.current);
    const ended = await server.api('DELETE', `/users/me/sessions/${others[0]?.handle ?? ''}`, { cookie });
    assert.deepEqual([ended.status, ended.json(), ended.headers['set-cookie']], [200, {}, undefined]);
    assert.deepEqual((await live()).filter((status) => status === 200).length, 3);
    const again = await server.api('DELETE', `/users/me/sessions/${others[0]?.handle ?? ''}`, { cookie });
    assert.equal(again.status, 404);

    assert.equal((await server.api('DELETE', '/users/me/sessions?keep=others', { cookie })).status, 400);
    assert.equal((await server.api('DELETE', '/users/me/sessions?keep=current', { cookie })).status, 200);
    assert.deepEqual(await live(), [200, 403, 403, 403]);

    // An administrator sees and ends them too; the own ones are not among them.
    assert.equal(entriesOf(await server.api('GET', `/users/${mia.id}/sessions`, { cookie: ofAdmin })).length, 1);
    assert.equal((await server.api('DELETE', `/users/${mia.id}/sessions`, { cookie: ofAdmin })).status, 200);
    assert.deepEqual(await live(), [403, 403, 403, 403]);
    assert.equal(await statusOf(ofAdmin), 200);
    assert.deepEqual(
      events('sessions_ended').map(({ user_id, by, ended: count }) => [user_id, by, count]),
      [[mia.id, mia.id, 1], [mia.id, mia.id, 2], [mia.id, admin.id, 1]],
    );
  });

  test(`DELETE of the session that asks clears its cookie, under ${authType}`, async (t) => {
    const { server, mia, signIn, statusOf } = await startOrganisation(t, { authType });
    for (const path of ['/users/me/sessions', '/users/me/sessions/HANDLE']) {
      const cookie = await signIn(mia);
      const own = entriesOf(await server.api('GET', '/users/me/sessions', { cookie })).find(({ current }) => current);
      const reply = await server.api('DELETE', path.replace('HANDLE', own?.handle ?? ''), { cookie });
      assert.equal(reply.status, 200);
      assert.match(reply.headers['set-cookie']?.[0] ?? '', /^_my_session_id=; Path=\/; Max-Age=0;/);
      assert.equal(await statusOf(cookie), 403);
    }
  });

  test(`an idle session is over under ${authType}, and one that is used each second lives on`, async (t) => {
    const { server, mia, noah, signIn, statusOf, advance } = await startOrganisation(t, {
      authType,
      sessionIdleTimeoutSeconds: 2,
    });
    const [used, unused] = [await signIn(mia), await signIn(noah)];
    for (let second = 0; second < 8; second += 1) {
      advance(1);
      assert.equal(await statusOf(used), 200);
    }
    assert.equal(await statusOf(unused), 403);
    advance(2.001);
    assert.equal(await statusOf(used), 403);
    assert.equal(await server.service.removeExpiredSessions(), 2);
  });

  test(`past SESSION_MAX_PER_USER the session unused longest goes, under ${authType}`, async (t) => {
    const { mia, noah, signIn, statusOf, advance } = await startOrganisation(t, { authType, sessionMaxPerUser: 2 });
    const ofNoah = await signIn(noah);
    const first = await signIn(mia);
    advance(1);
    const second = await signIn(mia);
    advance(1);
    assert.equal(await statusOf(first), 200);
    const third = await signIn(mia);
    assert.deepEqual(await Promise.all([first, second, third, ofNoah].map(statusOf)), [200, 403, 200, 200]);
  });
}

test('a dead session cookie is cleared by the 403 that it gets', async (t) => {
  const { server } = await startOrganisation(t);
  const cookie = '_my_session_id=9375973a-68c7-46aa-b135-29f79e837495';
  for (const [method, path] of [['GET', '/users/me'], ['DELETE', '/auth_session/logout']] as const) {
    const reply = await server.api(method, path, { cookie });
    assert.equal(reply.status, 403);
    assert.match(reply.headers['set-cookie']?.[0] ?? '', /^_my_session_id=; Path=\/; Max-Age=0; HttpOnly/);
  }
  const test = await server.api('GET', '/users/me', { headers: { authorization: 'Test' } });
  assert.deepEqual([test.status, test.headers['set-cookie']], [403, undefined]);
});
