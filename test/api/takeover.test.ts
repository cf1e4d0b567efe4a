import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, startOrganisation } from '../helpers/organisation.ts';
import { startTestService } from '../helpers/service.ts';
import { cookieOf, fieldsOf } from '../helpers/client.ts';

test('a member cannot delete another user and take the email: both requests answer 403', async (t) => {
  const { server, mia, noah, signIn, statusOf } = await startOrganisation(t);
  const ofMia = await signIn(mia);
  const cookie = await signIn(noah);
  assert.equal((await server.api('DELETE', `/users/${mia.id}`, { cookie })).status, 403);
  const json = { email: mia.email, password: PASSWORD };
  assert.equal((await server.api('POST', '/users', { cookie, json })).status, 403);
  assert.equal(await statusOf(ofMia), 200);
});

test('the last administrator who can sign in stays: not deleted, not out of admins, not even by another one', async (t) => {
  const { server, admin, signIn, statusOf } = await startOrganisation(t);
  const cookie = await signIn(admin);
  const sentence = 'this is the last administrator who can sign in: put another user into the group admins first';
  const refused = [
    await server.api('DELETE', '/users/me', { cookie }),
    await server.api('DELETE', `/users/${admin.id}`, { cookie }),
    await server.api('PUT', '/users/me/groups', { cookie, json: { groups: [] } }),
  ];
  for (const reply of refused) assert.deepEqual([reply.status, reply.json()], [409, { error: sentence }]);
  // One who was invited and has no password yet does not count.
  const invited = { email: 'eve@example.com', invite: true, groups: ['admins'] };
  assert.equal((await server.api('POST', '/users', { cookie, json: invited })).status, 201);
  assert.equal((await server.api('DELETE', '/users/me', { cookie })).status, 409);
  assert.equal(await statusOf(cookie), 200);
});

test('of two administrators who leave at once, one stays', async (t) => {
  const { server, admin, mia, signIn } = await startOrganisation(t);
  const first = await signIn(admin);
  await server.api('PUT', `/users/${mia.id}/groups`, { cookie: first, json: { groups: ['admins'] } });
  const second = await signIn(mia);
  const replies = await Promise.all([
    server.api('DELETE', '/users/me', { cookie: first }),
    server.api('PUT', '/users/me/groups', { cookie: second, json: { groups: [] } }),
  ]);
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
});

test('the first user of an empty store is an administrator, and the second one is not', async (t) => {
  const server = await startTestService(t, { authType: 'none' });
  const groupsOf = async (email: string): Promise<unknown> => {
    const made = await server.api('POST', '/users', { json: { email, password: PASSWORD } });
    const { id } = fieldsOf(made);
    return (await server.api('GET', `/users/${String(id)}/groups`)).json();
  };
  assert.deepEqual(await groupsOf('first@example.com'), { groups: ['admins'] });
  assert.deepEqual(await groupsOf('second@example.com'), { groups: [] });
});

test('under DEFAULT_GROUPS=admins every new user is an administrator, as in the tutorial', async (t) => {
  const server = await startTestService(t, { defaultGroups: ['admins', 'staff'] });
  await server.addUser('admin@example.com', PASSWORD);
  const login = await server.api('POST', '/auth_session/login', {
    form: { email: 'admin@example.com', password: PASSWORD },
  });
  const cookie = cookieOf(login);
  const json = { email: 'mia@example.com', password: PASSWORD };
  assert.equal((await server.api('POST', '/users', { cookie, json })).status, 201);
  const [mia] = await server.service.users.search({ email: 'mia@example.com' });
  assert.deepEqual(mia?.groups, ['admins', 'staff']);
});
