import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthType } from '../../src/config.ts';
import { jsonText } from '../../src/http/json.ts';
import { cookieOf } from '../helpers/client.ts';
import type { RequestOptions } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';

const SESSION_TYPES: readonly AuthType[] = ['session_auth', 'session_exp_auth', 'session_db_auth'];
const OTHER_TYPES: readonly AuthType[] = ['none', 'auth', 'basic_auth'];
const EMAIL = 'bobsession@hbtn.io';
const PASSWORD = 'fake pwd';
const FORM = { email: EMAIL, password: PASSWORD };

/** A multipart form, as curl's `-F`. */
function multipart(fields: { readonly [name: string]: string }): RequestOptions {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return { body: `${parts.join('')}--X--\r\n`, headers: { 'content-type': 'multipart/form-data; boundary=X' } };
}

test('POST login takes an email with blanks around it, as a browser would strip them', async (t) => {
  const { api, addUser } = await startTestService(t);
  await addUser(EMAIL, PASSWORD);
  for (const email of [` ${EMAIL}`, `${EMAIL} `, `\t${EMAIL}\r\n`]) {
    assert.equal((await api('POST', '/auth_session/login', { form: { email, password: PASSWORD } })).status, 200, email);
  }
});

for (const authType of SESSION_TYPES) {
  test(`POST login tells what is missing or wrong under ${authType}`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType });
    await addUser(EMAIL, PASSWORD);
    const raw = (body: string): RequestOptions => ({
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const cases: readonly (readonly [options: RequestOptions, status: number, error: string])[] = [
      [{}, 400, 'email missing'],
      [{ form: {} }, 400, 'email missing'],
      [{ form: { email: '' } }, 400, 'email missing'],
      [{ form: { email: '', password: PASSWORD } }, 400, 'email missing'],
      [{ form: { password: PASSWORD } }, 400, 'email missing'],
      [{ json: {} }, 400, 'email missing'],
      [{ json: [] }, 400, 'email missing'],
      [{ json: { email: 1, password: 'a' } }, 400, 'email must be a text'],
      [{ json: { email: EMAIL, password: ['a'] } }, 400, 'password must be a text'],
      [{ json: { email: EMAIL, password: 'test' } }, 401, 'wrong password'],
      [{ body: `email=${EMAIL}&password=${PASSWORD}` }, 400, 'email missing'],
      [raw('Email=a'), 400, 'email missing'],
      [raw('email&password=a'), 400, 'email missing'],
      [raw('email=&email=a'), 400, 'email missing'],
      [multipart({ password: PASSWORD }), 400, 'email missing'],
      [{ form: { email: EMAIL } }, 400, 'password missing'],
      [{ form: { email: EMAIL, password: '' } }, 400, 'password missing'],
      [multipart({ email: EMAIL }), 400, 'password missing'],
      [{ form: { email: 'guillaume@hbtn.io', password: 'test' } }, 404, 'no user found for this email'],
      [{ form: { email: `\u00a0${EMAIL}`, password: PASSWORD } }, 404, 'no user found for this email'],
      [{ form: { email: ' \t ', password: PASSWORD } }, 400, 'email missing'],
      [{ form: { email: ` ${EMAIL}`, password: ` ${PASSWORD}` } }, 401, 'wrong password'],
      [{ form: { email: '__proto__', password: PASSWORD } }, 404, 'no user found for this email'],
      [{ form: { email: EMAIL, password: 'test' } }, 401, 'wrong password'],
      [{ form: { email: EMAIL, password: `${PASSWORD} ` } }, 401, 'wrong password'],
      [multipart({ email: EMAIL, password: 'test' }), 401, 'wrong password'],
    ];
    for (const [options, status, error] of cases) {
      const reply = await api('POST', '/auth_session/login', options);
      assert.deepEqual([reply.status, reply.json()], [status, { error }], JSON.stringify(options));
      assert.equal(reply.headers['set-cookie'], undefined, JSON.stringify(options));
    }
  });

  test(`POST login takes either form, and answers the user and a cookie under ${authType}`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType, sessionName: 'sid' });
    const user = await addUser(EMAIL, PASSWORD);
    const text = jsonText(user.toJson());
    for (const options of [{ form: FORM }, { json: FORM }, multipart(FORM), { form: { ...FORM, email: EMAIL.toUpperCase() } }]) {
      for (const path of ['/auth_session/login', '/auth_session/login/']) {
        const reply = await api('POST', path, options);
        assert.deepEqual([reply.status, reply.text], [200, text]);
        assert.match(cookieOf(reply), /^sid=[0-9a-f-]{36}$/);
        const me = await api('GET', '/users/me', { cookie: cookieOf(reply) });
        assert.deepEqual([me.status, me.text], [200, text]);
        assert.match(me.text, new RegExp(user.id));
      }
    }
  });

  test(`POST login makes another id each time, and ends the live session it carried under ${authType}`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType });
    await addUser(EMAIL, PASSWORD);
    await addUser('carol@hbtn.io', PASSWORD);
    const meStatus = async (cookie: string): Promise<number> => (await api('GET', '/users/me', { cookie })).status;
    const first = cookieOf(await api('POST', '/auth_session/login', { form: FORM }));
    const elsewhere = cookieOf(await api('POST', '/auth_session/login', { form: FORM }));
    const second = cookieOf(await api('POST', '/auth_session/login', { form: FORM, cookie: first }));
    assert.equal(new Set([first, elsewhere, second]).size, 3);
    assert.deepEqual(
      [await meStatus(first), await meStatus(elsewhere), await meStatus(second)],
      [403, 200, 200],
      'the carried one is over, the one made elsewhere goes on',
    );
    const carols = await api('POST', '/auth_session/login', {
      form: { email: 'carol@hbtn.io', password: PASSWORD },
      cookie: second,
    });
    assert.equal(await meStatus(second), 403, "another user's login ends it as well");
    assert.equal(await meStatus(cookieOf(carols)), 200);

    // A failed login ends nothing.
    await api('POST', '/auth_session/login', { form: { ...FORM, password: 'test' }, cookie: elsewhere });
    assert.equal(await meStatus(elsewhere), 200);
    // An id that someone made up is not taken over.
    const madeUp = '_my_session_id=5535d4d7-3d77-4d06-8281-495dc3acfe76';
    const fresh = cookieOf(await api('POST', '/auth_session/login', { form: FORM, cookie: madeUp }));
    assert.notEqual(fresh, madeUp);
    assert.equal(await meStatus(madeUp), 403);
  });

  test(`DELETE logout ends the session it carries and clears the cookie under ${authType}`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType });
    await addUser(EMAIL, PASSWORD);
    for (const path of ['/auth_session/logout', '/auth_session/logout/']) {
      const cookie = cookieOf(await api('POST', '/auth_session/login', { form: FORM }));
      const other = cookieOf(await api('POST', '/auth_session/login', { form: FORM }));
      const reply = await api('DELETE', path, { cookie });
      assert.deepEqual([reply.status, reply.text], [200, '{}\n']);
      assert.deepEqual(reply.headers['set-cookie'], ['_my_session_id=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax']);
      assert.equal((await api('GET', '/users/me', { cookie })).status, 403);
      assert.equal((await api('DELETE', path, { cookie })).status, 403);
      assert.equal((await api('DELETE', path)).status, 401);
      assert.equal((await api('GET', '/users/me', { cookie: other })).status, 200);
    }
  });

  test(`DELETE logout of one session at the same moment succeeds once under ${authType}`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType });
    await addUser(EMAIL, PASSWORD);
    const cookie = cookieOf(await api('POST', '/auth_session/login', { form: FORM }));
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => api('DELETE', '/auth_session/logout', { cookie })),
    );
    // Those that the gate let through before it was over find no live session: 404; the others are at the gate.
    const [ended, ...others] = replies.map(({ status }) => status).sort();
    assert.equal(ended, 200);
    for (const status of others) assert.ok(status === 403 || status === 404, String(status));
  });
}

for (const authType of OTHER_TYPES) {
  test(`login is not found under ${authType}, but not blocked; logout is not found`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType });
    await addUser(EMAIL, PASSWORD);
    for (const method of ['GET', 'POST', 'DELETE']) {
      const reply = await api(method, '/auth_session/login', method === 'POST' ? { form: FORM } : {});
      assert.deepEqual([reply.status, reply.json()], [404, { error: 'Not found' }], method);
      assert.equal(reply.headers['set-cookie'], undefined);
    }
    const options: RequestOptions = authType === 'basic_auth' ? { basic: [EMAIL, PASSWORD] } : {};
    const logout = await api('DELETE', '/auth_session/logout', options);
    assert.equal(logout.status, authType === 'auth' ? 401 : 404);
  });
}
