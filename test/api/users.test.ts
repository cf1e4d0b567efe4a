import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf } from '../helpers/client.ts';
import type { RequestOptions } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';

const PASSWORD = 'H0lbertonSchool98!';
const NO_USER = '9375973a-68c7-46aa-b135-29f79e837495';

const EMAILS = ['carol@hbtn.io', 'alice@hbtn.io', 'bob@hbtn.io'];

test('POST /users makes a user and says where', async (t) => {
  const now = Date.UTC(2017, 8, 25, 1, 55, 17, 999);
  const { api } = await startTestService(t, { authType: 'none', clock: () => now });
  const reply = await api('POST', '/users', {
    json: { email: 'Bob@hbtn.io', password: PASSWORD, first_name: 'Bob', last_name: 'Dylan', id: NO_USER, admin: true },
  });
  assert.equal(reply.status, 201);
  const { id, ...fields } = fieldsOf(reply);
  assert.deepEqual(fields, {
    created_at: '2017-09-25 01:55:17',
    email: 'Bob@hbtn.io',
    first_name: 'Bob',
    last_name: 'Dylan',
    updated_at: '2017-09-25 01:55:17',
  });
  assert.notEqual(id, NO_USER, 'the id is ours to choose');
  assert.equal(reply.headers.location, `/api/v1/users/${String(id)}`);
  assert.equal((await api('GET', `/users/${String(id)}`)).text, reply.text);
  assert.deepEqual((await api('GET', '/stats')).json(), { users: 1 });
});

test('POST /users takes null and absent names for none', async (t) => {
  const { api } = await startTestService(t, { authType: 'none' });
  for (const [index, names] of [{}, { first_name: null, last_name: null }].entries()) {
    const reply = await api('POST', '/users', { json: { email: `${index}@hbtn.io`, password: PASSWORD, ...names } });
    assert.equal(reply.status, 201);
    assert.deepEqual([fieldsOf(reply)['first_name'], fieldsOf(reply)['last_name']], [null, null]);
  }
});

test('POST /users answers 400 and why when the body will not do', async (t) => {
  const { api } = await startTestService(t, { authType: 'none' });
  const json = { 'content-type': 'application/json' };
  const good = { email: 'a@b', password: PASSWORD };
  const cases: readonly (readonly [options: RequestOptions, error: string | RegExp])[] = [
    [{}, 'Wrong format'],
    [{ body: '', headers: json }, 'Wrong format'],
    [{ body: '{', headers: json }, 'Wrong format'],
    [{ body: "{'email': 'a@b'}", headers: json }, 'Wrong format'],
    [{ body: JSON.stringify(good) }, 'Wrong format'],
    [{ body: JSON.stringify(good), headers: { 'content-type': 'text/plain' } }, 'Wrong format'],
    [{ form: good }, 'Wrong format'],
    [{ json: [good] }, 'Wrong format'],
    [{ json: 'text' }, 'Wrong format'],
    [{ json: 5 }, 'Wrong format'],
    [{ json: true }, 'Wrong format'],
    [{ json: null }, 'Wrong format'],
    [{ body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), headers: json }, 'Wrong format'],
    [{ json: {} }, 'email missing'],
    [{ json: { password: PASSWORD } }, 'email missing'],
    [{ json: { email: null, password: PASSWORD } }, 'email missing'],
    [{ json: { email: '', password: PASSWORD } }, 'email missing'],
    [{ body: '{"__proto__": {"email": "a@b", "password": "H0lbertonSchool98!"}}', headers: json }, 'email missing'],
    [{ json: { email: 'a@b' } }, 'password missing'],
    [{ json: { email: 'a@b', password: null } }, 'password missing'],
    [{ json: { email: 'a@b', password: '' } }, 'password missing'],
    [{ json: { ...good, email: 5 } }, /^email must /],
    [{ json: { ...good, email: false } }, /^email must /],
    [{ json: { ...good, email: ['a@b'] } }, /^email must /],
    [{ json: { ...good, email: 'bob' } }, /^email must /],
    [{ json: { ...good, email: 'a b@c' } }, /^email must /],
    [{ json: { ...good, email: 'a@b@c' } }, /^email must /],
    [{ json: { ...good, email: `${'a'.repeat(253)}@b` } }, /^email must .*254/],
    [{ json: { ...good, password: 12_345_678 } }, /^password must /],
    [{ json: { ...good, password: [PASSWORD] } }, /^password must /],
    [{ json: { ...good, password: 'short' } }, /^password must .*8/],
    [{ json: { ...good, first_name: 5 } }, /^first_name must /],
    [{ json: { ...good, first_name: 'a\nb' } }, /^first_name must /],
    [{ json: { ...good, last_name: {} } }, /^last_name must /],
    [{ json: { ...good, last_name: 'a'.repeat(201) } }, /^last_name must .*200/],
  ];
  for (const [options, error] of cases) {
    const what = JSON.stringify(options);
    const reply = await api('POST', '/users', options);
    assert.equal(reply.status, 400, what);
    const { error: message, ...others } = fieldsOf(reply);
    assert.deepEqual(others, {}, what);
    if (typeof error === 'string') assert.equal(message, error, what);
    else assert.match(String(message), error, what);
  }
  assert.deepEqual((await api('GET', '/stats')).json(), { users: 0 });
});

test('POST /users answers 409 when the email is taken, without regard to case', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'none' });
  await addUser('bob@hbtn.io', PASSWORD);
  for (const email of ['bob@hbtn.io', 'BOB@hbtn.io', 'bob@HBTN.io']) {
    const reply = await api('POST', '/users', { json: { email, password: PASSWORD } });
    assert.deepEqual([reply.status, reply.json()], [409, { error: 'email already exists' }], email);
  }
});

test('POST /users of one email at the same moment makes one user', async (t) => {
  const { api } = await startTestService(t, { authType: 'none' });
  const json = { email: 'bob@hbtn.io', password: PASSWORD };
  const replies = await Promise.all(Array.from({ length: 8 }, () => api('POST', '/users', { json })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409, 409, 409]);
  assert.deepEqual((await api('GET', '/stats')).json(), { users: 1 });
});

test('GET /users lists every user, the oldest first, and no field besides the six', async (t) => {
  const { api, addUser } = await startTestService(t, { authType: 'none' });
  for (const email of EMAILS) await addUser(email, PASSWORD);
  const users = (await api('GET', '/users')).json();
  assert.ok(Array.isArray(users));
  assert.deepEqual(users.map((user: { email: string }) => user.email), EMAILS);
  for (const user of users) {
    const names = ['created_at', 'email', 'first_name', 'id', 'last_name', 'updated_at'];
    assert.deepEqual(Object.keys(user), names);
  }
});

test('GET /users/me is the user who asks, and 404 where nobody is authenticated', async (t) => {
  const basic = await startTestService(t, { authType: 'basic_auth' });
  const [bob, carol] = [await basic.addUser('bob@hbtn.io', PASSWORD), await basic.addUser('carol@hbtn.io', 'a:b::c:')];
  const cases = [
    ['bob@hbtn.io', PASSWORD, bob.id],
    ['BOB@HBTN.IO', PASSWORD, bob.id],
    ['carol@hbtn.io', 'a:b::c:', carol.id],
  ] as const;
  for (const [email, password, id] of cases) {
    const reply = await basic.api('GET', '/users/me', { basic: [email, password] });
    assert.deepEqual([reply.status, fieldsOf(reply)['id']], [200, id], email);
  }
  const open = await startTestService(t, { authType: 'none' });
  const { id } = await open.addUser('bob@hbtn.io', PASSWORD);
  assert.equal((await open.api('GET', `/users/${id}`)).status, 200);
  assert.equal((await open.api('GET', '/users/me', { basic: ['bob@hbtn.io', PASSWORD] })).status, 404);
  for (const path of ['/users/ME', '/users/me%00', `/users/${id.toUpperCase()}`, '/users/__proto__']) {
    assert.equal((await open.api('GET', path)).status, 404, path);
  }
});
