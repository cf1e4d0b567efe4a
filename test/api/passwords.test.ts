import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cookieOf, fieldsOf } from '../helpers/client.ts';
import type { Reply } from '../helpers/client.ts';
import { PASSWORD, startOrganisation } from '../helpers/organisation.ts';
import type { Organisation } from '../helpers/organisation.ts';
import { SESSION_TYPES } from '../helpers/accounts.ts';

const NEXT = 'another horse battery';
const DAY_SECONDS = 86_400;

function tokenOf(reply: Reply): string {
  const { url } = fieldsOf(reply);
  const token = /\/password-reset\/([\w-]{43})$/.exec(String(url))?.[1];
  assert.ok(token !== undefined, reply.text);
  return token;
}

async function makeLink({ server, admin, signIn }: Organisation, userId: string): Promise<Reply> {
  return server.api('POST', `/users/${userId}/password_reset`, { cookie: await signIn(admin) });
}

for (const authType of SESSION_TYPES) {
  test(`PUT password ends every other session and goes on under a new id, under ${authType}`, async (t) => {
    const { server, mia, noah, signIn, statusOf, events } = await startOrganisation(t, { authType });
    const [cookie, other, ofNoah] = [await signIn(mia), await signIn(mia), await signIn(noah)];
    const json = { current_password: PASSWORD, new_password: NEXT };
    const reply = await server.api('PUT', '/users/me/password', { cookie, json });
    assert.deepEqual([reply.status, reply.json()], [200, {}]);
    const renewed = cookieOf(reply);
    assert.notEqual(renewed, cookie);
    assert.deepEqual(await Promise.all([renewed, cookie, other, ofNoah].map(statusOf)), [200, 403, 403, 200]);
    const old = await server.api('POST', '/auth_session/login', { form: { email: mia.email, password: PASSWORD } });
    assert.equal(old.status, 401);
    await signIn(mia, NEXT);
    assert.deepEqual(events('password_changed').map(({ user_id, by, ended }) => [user_id, by, ended]), [[mia.id, mia.id, 2]]);
  });
}

test('PUT password refuses a wrong current one with 403, and the throttle counts it', async (t) => {
  const { server, mia, signIn, statusOf } = await startOrganisation(t, { loginMaxFailures: 3 });
  const cookie = await signIn(mia);
  const put = (json: object): Promise<Reply> => server.api('PUT', `/users/${mia.id}/password`, { cookie, json });
  for (const json of [{}, { current_password: PASSWORD }, { new_password: NEXT }]) {
    assert.equal((await put(json)).status, 400);
  }
  const weak = await put({ current_password: PASSWORD, new_password: 'short' });
  assert.deepEqual([weak.status, weak.json()], [400, { error: 'password must be at least 8 characters long' }]);
  for (const status of [403, 403, 403, 429]) {
    const reply = await put({ current_password: 'wrong', new_password: NEXT });
    assert.equal(reply.status, status);
    if (status === 403) assert.deepEqual(reply.json(), { error: 'wrong password' });
  }
  assert.equal(await statusOf(cookie), 200);
});

test('PUT password works by Basic, for the own account alone', async (t) => {
  const { server, admin, mia } = await startOrganisation(t, { authType: 'basic_auth' });
  const json = { current_password: PASSWORD, new_password: NEXT };
  const basic = [mia.email, PASSWORD] as const;
  assert.equal((await server.api('PUT', `/users/${mia.id}/password`, { basic: [admin.email, PASSWORD], json })).status, 403);
  const reply = await server.api('PUT', '/users/me/password', { basic, json });
  assert.deepEqual([reply.status, reply.headers['set-cookie']], [200, undefined]);
  assert.equal((await server.api('GET', '/users/me', { basic })).status, 403);
  assert.equal((await server.api('GET', '/users/me', { basic: [mia.email, NEXT] })).status, 200);
});

for (const authType of ['session_auth', 'session_db_auth'] as const) {
  test(`a reset link works once, ends every session and does not sign in, under ${authType}`, async (t) => {
    const organisation = await startOrganisation(t, { authType });
    const { server, mia, signIn, statusOf, events } = organisation;
    const ofMia = await signIn(mia);
    const made = await makeLink(organisation, mia.id);
    assert.equal(made.status, 201);
    assert.equal(fieldsOf(made).expires_at, '2026-01-02 00:00:00');
    assert.equal(await statusOf(ofMia), 200, 'to make a link ends nothing');
    const token = tokenOf(made);
    const weak = await server.api('POST', '/password_reset', { json: { token, new_password: 'short' } });
    assert.equal(weak.status, 400);
    const used = await server.api('POST', '/password_reset', { form: { token, new_password: NEXT } });
    assert.deepEqual([used.status, used.json(), used.headers['set-cookie']], [200, {}, undefined]);
    assert.equal(await statusOf(ofMia), 403);
    await signIn(mia, NEXT);
    const again = await server.api('POST', '/password_reset', { json: { token, new_password: PASSWORD } });
    assert.deepEqual(
      [again.status, again.json()],
      [400, { error: 'this link has been used or is too old: ask an administrator for a new one' }],
    );
    assert.deepEqual(events('link_used').map(({ user_id, kind, ended }) => [user_id, kind, ended]), [[mia.id, 'reset', 1]]);
    assert.equal(events('link_refused').length, 1);
  });
}

test('a link is over after its time, after a later link, after a changed password and with its user', async (t) => {
  const organisation = await startOrganisation(t);
  const { server, admin, mia, signIn, advance } = organisation;
  const use = async (token: string): Promise<number> =>
    (await server.api('POST', '/password_reset', { json: { token, new_password: NEXT } })).status;

  const tooOld = tokenOf(await makeLink(organisation, mia.id));
  advance(DAY_SECONDS + 0.001);
  assert.equal(await use(tooOld), 400);

  const replaced = tokenOf(await makeLink(organisation, mia.id));
  const replacing = tokenOf(await makeLink(organisation, mia.id));
  assert.equal(await use(replaced), 400);

  const json = { current_password: PASSWORD, new_password: NEXT };
  assert.equal((await server.api('PUT', '/users/me/password', { cookie: await signIn(mia), json })).status, 200);
  assert.equal(await use(replacing), 400);

  const last = tokenOf(await makeLink(organisation, mia.id));
  assert.equal((await server.api('DELETE', `/users/${mia.id}`, { cookie: await signIn(admin) })).status, 200);
  assert.equal(await use(last), 400);
  for (const token of ['', 'x', '\0', last.slice(1)]) assert.equal(await use(token), 400);
});

test('an invitation makes a user who cannot sign in, lasts a week, and its link signs in', async (t) => {
  const organisation = await startOrganisation(t);
  const { server, admin, signIn, statusOf, advance } = organisation;
  const json = { email: 'eve@example.com', first_name: 'Eve', groups: ['ops'], invite: true };
  const cookie = await signIn(admin);
  const made = await server.api('POST', '/users', { cookie, json });
  assert.equal(made.status, 201);
  assert.deepEqual(Object.keys(fieldsOf(made)), [
    ...['created_at', 'email', 'expires_at', 'first_name', 'id', 'last_name', 'updated_at', 'url'],
  ]);
  assert.equal(fieldsOf(made).expires_at, '2026-01-08 00:00:00');
  for (const password of ['', PASSWORD, 'null']) {
    const login = await server.api('POST', '/auth_session/login', { form: { email: json.email, password } });
    assert.ok(login.status === 400 || login.status === 401, String(login.status));
  }
  advance(7 * DAY_SECONDS);
  const used = await server.api('POST', '/password_reset', { json: { token: tokenOf(made), new_password: NEXT } });
  assert.equal(used.status, 200);
  assert.equal(await statusOf(cookieOf(used)), 200);
  await signIn({ email: json.email }, NEXT);
  const [eve] = await server.service.users.search({ email: json.email });
  assert.deepEqual(eve?.groups, ['ops']);
});

test('a link is in no log and in no file in clear', async (t) => {
  const organisation = await startOrganisation(t);
  const { server, mia } = organisation;
  const token = tokenOf(await makeLink(organisation, mia.id));
  await server.api('GET', `/../password-reset/${token}`);
  await server.api('POST', '/password_reset', { json: { token, new_password: NEXT } });
  await server.service.close();
  const logged = Object.values(server.logs).flat().join('');
  assert.ok(!logged.includes(token), 'in a log');
  for (const name of readdirSync(server.directory)) {
    assert.ok(!readFileSync(join(server.directory, name), 'latin1').includes(token), name);
  }
});

test('without PUBLIC_URL no link is made on an address that others can reach', async (t) => {
  const organisation = await startOrganisation(t, { host: '0.0.0.0' });
  const { server, admin, mia, signIn } = organisation;
  const refused = await makeLink(organisation, mia.id);
  assert.equal(refused.status, 409);
  assert.match(refused.text, /set PUBLIC_URL/);
  const json = { email: 'eve@example.com', invite: true };
  assert.equal((await server.api('POST', '/users', { cookie: await signIn(admin), json })).status, 409);
  assert.equal((await server.service.users.search({ email: json.email })).length, 0);
});

test('a link begins with PUBLIC_URL, path and all', async (t) => {
  const organisation = await startOrganisation(t, { publicUrl: 'https://example.com/auth' });
  const reply = await makeLink(organisation, organisation.mia.id);
  assert.match(String(fieldsOf(reply).url), /^https:\/\/example\.com\/auth\/password-reset\/[\w-]{43}$/);
});
