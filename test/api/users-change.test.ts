import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuthType } from '../../src/config.ts';
import { cookieOf, fieldsOf } from '../helpers/client.ts';
import type { RequestOptions } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';

const PASSWORD = 'H0lbertonSchool98!';
const SESSION_TYPES: readonly AuthType[] = ['session_auth', 'session_exp_auth', 'session_db_auth'];
const NO_USER = '9375973a-68c7-46aa-b135-29f79e837495';

test('PUT and DELETE /users/me answer as those of the id', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'basic_auth' });
  await addUser('bob@hbtn.io', PASSWORD, []);
  const basic = ['bob@hbtn.io', PASSWORD] as const;
  assert.equal(fieldsOf(await api('PUT', '/users/me', { basic, json: { first_name: 'Bob' } })).first_name, 'Bob');
  assert.equal((await api('DELETE', '/users/me', { basic })).status, 200);
  assert.equal((await api('GET', '/users/me', { basic })).status, 403);
});

test('PUT /users/:id changes the names that are given, and nothing else', async (t) => {
  let now = Date.UTC(2017, 8, 25, 1, 55, 17);
  const { api } = await startTestService(t, { authType: 'none', clock: () => now });
  const made = await api('POST', '/users', { json: { email: 'bob@hbtn.io', password: PASSWORD } });
  const { id } = fieldsOf(made);
  const cases: readonly (readonly [change: unknown, first: string | null, last: string | null])[] = [
    [{}, null, null],
    [{ first_name: 'Bob' }, 'Bob', null],
    [{ last_name: 'Dylan' }, 'Bob', 'Dylan'],
    [{ first_name: null }, 'Bob', 'Dylan'],
    [{ first_name: null, last_name: null }, 'Bob', 'Dylan'],
    [{ first_name: 'Robert', last_name: null }, 'Robert', 'Dylan'],
    [{ first_name: '' }, '', 'Dylan'],
    [{ first_name: 'Zoë 💩', last_name: 'Z' }, 'Zoë 💩', 'Z'],
    [{ email: 'eve@hbtn.io', password: 'eve', id: NO_USER, created_at: 'x', password_hash: 'y' }, 'Zoë 💩', 'Z'],
  ];
  for (const [json, first_name, last_name] of cases) {
    now += 1_000;
    const reply = await api('PUT', `/users/${String(id)}`, { json });
    assert.equal(reply.status, 200, JSON.stringify(json));
    assert.deepEqual(fieldsOf(reply), {
      created_at: '2017-09-25 01:55:17',
      email: 'bob@hbtn.io',
      first_name,
      id,
      last_name,
      updated_at: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
    });
    assert.equal((await api('GET', `/users/${String(id)}`)).text, reply.text);
  }
});

test('PUT /users/:id answers 400 and changes nothing when the body will not do', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'none' });
  const { id } = await addUser('bob@hbtn.io', PASSWORD);
  const before = (await api('GET', `/users/${id}`)).text;
  const cases: readonly (readonly [options: RequestOptions, error: RegExp])[] = [
    [{}, /^Wrong format$/],
    [{ json: [] }, /^Wrong format$/],
    [{ form: { first_name: 'Bob' } }, /^Wrong format$/],
    [{ json: { first_name: 5 } }, /^first_name must /],
    [{ json: { first_name: 'Bob', last_name: 'a\u0000' } }, /^last_name must /],
  ];
  for (const [options, error] of cases) {
    const reply = await api('PUT', `/users/${id}`, options);
    assert.equal(reply.status, 400);
    assert.match(String(fieldsOf(reply)['error']), error);
  }
  assert.equal((await api('GET', `/users/${id}`)).text, before);
});

test('PUT /users/:id of two fields at the same moment keeps both', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'none' });
  const { id } = await addUser('bob@hbtn.io', PASSWORD);
  await Promise.all([
    api('PUT', `/users/${id}`, { json: { first_name: 'Bob' } }),
    api('PUT', `/users/${id}`, { json: { last_name: 'Dylan' } }),
  ]);
  const fields = fieldsOf(await api('GET', `/users/${id}`));
  assert.deepEqual([fields['first_name'], fields['last_name']], ['Bob', 'Dylan']);
});

test('DELETE /users/:id removes the user, once; the email is free again', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'none' });
  const { id } = await addUser('bob@hbtn.io', PASSWORD, []);
  const replies = await Promise.all([api('DELETE', `/users/${id}`), api('DELETE', `/users/${id}`)]);
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 404]);
  assert.equal((await api('GET', `/users/${id}`)).status, 404);
  assert.equal((await api('PUT', `/users/${id}`, { json: {} })).status, 404);
  assert.deepEqual((await api('GET', '/users')).json(), []);
  assert.equal((await api('POST', '/users', { json: { email: 'bob@hbtn.io', password: PASSWORD } })).status, 201);
});

for (const authType of SESSION_TYPES) {
  test(`DELETE /users/:id ends every session of that user, and no other, under ${authType}`, async (t) => {
    const { api, addUser, service } = await startTestService(t, { authType });
    const [bob, carol] = [await addUser('bob@hbtn.io', PASSWORD), await addUser('carol@hbtn.io', PASSWORD)];
    const signIn = async (email: string): Promise<string> =>
      cookieOf(await api('POST', '/auth_session/login', { form: { email, password: PASSWORD } }));
    const bobs = [await signIn('bob@hbtn.io'), await signIn('bob@hbtn.io'), await signIn('bob@hbtn.io')];
    const carols = [await signIn('carol@hbtn.io'), await signIn('carol@hbtn.io')];
    const [carolsFirst = ''] = carols;

    assert.equal((await api('DELETE', `/users/${bob.id}`, { cookie: carolsFirst })).status, 200);
    for (const cookie of bobs) assert.equal((await api('GET', '/users', { cookie })).status, 403);
    for (const cookie of carols) assert.equal((await api('GET', '/users/me', { cookie })).status, 200);
    const gone = await api('POST', '/auth_session/login', { form: { email: 'bob@hbtn.io', password: PASSWORD } });
    assert.deepEqual([gone.status, gone.json()], [404, { error: 'no user found for this email' }]);

    // Over for good: not for as long as there is no such user (an import keeps ids).
    await service.users.save(bob);
    for (const cookie of bobs) assert.equal((await api('GET', '/users', { cookie })).status, 403);

    // One's own account as well: the request that removes it is its last.
    assert.equal((await api('DELETE', `/users/${carol.id}`, { cookie: carolsFirst })).status, 200);
    for (const cookie of carols) assert.equal((await api('GET', '/users/me', { cookie })).status, 403);
  });
}
