import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOrganisation } from '../helpers/organisation.ts';

test('PUT groups puts a user into these groups and no others, sorted, each once', async (t) => {
  const { server, admin, mia, signIn, events } = await startOrganisation(t);
  const cookie = await signIn(admin);
  const path = `/users/${mia.id}/groups`;
  assert.deepEqual((await server.api('GET', path, { cookie })).json(), { groups: ['staff'] });
  const reply = await server.api('PUT', path, { cookie, json: { groups: ['ops', 'a.b-c_d', 'ops', '9'] } });
  assert.deepEqual([reply.status, reply.json()], [200, { groups: ['9', 'a.b-c_d', 'ops'] }]);
  const mine = await server.api('GET', '/users/me/groups', { cookie: await signIn(mia) });
  assert.deepEqual(mine.json(), { groups: ['9', 'a.b-c_d', 'ops'] });
  const [event] = events('groups_changed');
  assert.deepEqual(
    [event?.user_id, event?.by, event?.groups, event?.former_groups],
    [mia.id, admin.id, ['9', 'a.b-c_d', 'ops'], ['staff']],
  );
});

test('PUT groups refuses what is no list of names of groups, and changes nothing', async (t) => {
  const { server, admin, mia, signIn } = await startOrganisation(t);
  const cookie = await signIn(admin);
  const bad: readonly unknown[] = [
    ...[undefined, null, 'ops', 1, {}, [1], [null], ['']],
    ...[['Ops'], ['-ops'], ['.ops'], ['o ps'], ['öps'], ['ops\n'], ['x'.repeat(65)]],
    Array.from({ length: 33 }, (_, index) => `g${index}`),
  ];
  for (const groups of bad) {
    const reply = await server.api('PUT', `/users/${mia.id}/groups`, { cookie, json: { groups } });
    assert.equal(reply.status, 400, JSON.stringify(groups));
    assert.match(reply.text, /groups must be/);
  }
  const good = ['x'.repeat(64), ...Array.from({ length: 31 }, (_, index) => `g${index}`)];
  assert.deepEqual((await server.service.users.get(mia.id))?.groups, ['staff']);
  assert.equal((await server.api('PUT', `/users/${mia.id}/groups`, { cookie, json: { groups: good } })).status, 200);
});

test('who leaves admins is a member from the next request on', async (t) => {
  const { server, admin, mia, signIn } = await startOrganisation(t);
  const cookie = await signIn(admin);
  await server.api('PUT', `/users/${mia.id}/groups`, { cookie, json: { groups: ['admins'] } });
  const ofMia = await signIn(mia);
  assert.equal((await server.api('GET', '/users', { cookie: ofMia })).status, 200);
  await server.api('PUT', `/users/${mia.id}/groups`, { cookie, json: { groups: [] } });
  assert.equal((await server.api('GET', '/users', { cookie: ofMia })).status, 403);
});

test("PUT email changes the email by which a user signs in; another user's answers 409", async (t) => {
  const { server, admin, mia, noah, signIn, statusOf, events } = await startOrganisation(t);
  const cookie = await signIn(admin);
  const ofMia = await signIn(mia);
  const taken = await server.api('PUT', `/users/${mia.id}/email`, { cookie, json: { email: noah.email.toUpperCase() } });
  assert.deepEqual([taken.status, taken.json()], [409, { error: 'email already exists' }]);
  for (const json of [{}, { email: '' }, { email: 'nobody' }, { email: 1 }]) {
    assert.equal((await server.api('PUT', `/users/${mia.id}/email`, { cookie, json })).status, 400);
  }
  const reply = await server.api('PUT', `/users/${mia.id}/email`, { cookie, json: { email: 'mia@example.org' } });
  assert.equal(reply.status, 200);
  assert.match(reply.text, /"email": "mia@example.org"/);
  assert.equal(await statusOf(ofMia), 200, 'the session goes on');
  await signIn({ email: 'mia@example.org' });
  const old = { form: { email: mia.email, password: 'correct horse battery' } };
  assert.equal((await server.api('POST', '/auth_session/login', old)).status, 404);
  const [event] = events('email_changed');
  assert.deepEqual([event?.user_id, event?.email, event?.former_email], [mia.id, 'mia@example.org', mia.email]);
});

test('GET users gives pages, each with a link to the next one', async (t) => {
  const { server, admin, mia, noah, signIn } = await startOrganisation(t);
  const cookie = await signIn(admin);
  const all = (await server.api('GET', '/users', { cookie })).json();
  const seen: unknown[] = [];
  let path: string | undefined = '/users?limit=2';
  for (let pages = 0; path !== undefined && pages < 5; pages += 1) {
    const reply: Awaited<ReturnType<typeof server.api>> = await server.api('GET', path, { cookie });
    const page: unknown = reply.json();
    assert.ok(Array.isArray(page) && page.length <= 2);
    seen.push(...page);
    const link = /^<\/api\/v1(.*)>; rel="next"$/.exec(String(reply.headers.link ?? ''));
    path = link?.[1];
  }
  assert.deepEqual(seen, all);
  assert.equal(seen.length, 3);
  for (const query of ['limit=0', 'limit=1001', 'limit=x', 'limit=-1', 'limit=', 'after=nobody', 'after=']) {
    assert.equal((await server.api('GET', `/users?${query}`, { cookie })).status, 400, query);
  }
  assert.ok(mia.id !== noah.id);
});
