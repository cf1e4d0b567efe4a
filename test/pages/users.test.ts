import assert from 'node:assert/strict';
import { test } from 'node:test';
import { User } from '../../src/models/user.ts';
import { cookieOf } from '../helpers/client.ts';
import type { Reply } from '../helpers/client.ts';
import { PASSWORD } from '../helpers/organisation.ts';
import { assertRefused, inputOf, locationOf, startPages, valueOf } from '../helpers/pages.ts';
import type { Pages } from '../helpers/pages.ts';

const NEW = 'another horse battery';

/** The ids of the users in a list, in order. */
function listed({ text }: Reply): string[] {
  return [...text.matchAll(/<li><div><a href="\/users\/([^"]+)"/g)].map(([, id = '']) => id);
}

async function addUsers(pages: Pages, count: number): Promise<void> {
  const { users } = pages.server.service;
  for (let made = 0; made < count; made += 1) {
    await users.save(new User({ email: `user${made}@example.com`, passwordHash: null }));
  }
}

/** Where the address of a link or a button on a page leads, by its text. */
function hrefOf({ text }: Reply, label: string): string | null {
  const href = new RegExp(`<a class="button[^"]*" href="([^"]+)">${label}</a>`).exec(text)?.[1];
  return href?.replaceAll('&amp;', '&') ?? null;
}

test('GET /users shows every user once, page by page', async (t) => {
  const pages = await startPages(t);
  await addUsers(pages, 110);
  const cookie = await pages.signIn(pages.admin);
  const seen: string[] = [];
  let next: string | null = '/users';
  const lengths = [];
  while (next !== null) {
    const reply: Reply = await pages.get(next, { cookie });
    assert.equal(reply.status, 200);
    lengths.push(listed(reply).length);
    seen.push(...listed(reply));
    next = hrefOf(reply, 'Next page');
  }
  assert.deepEqual(lengths, [50, 50, 13]);
  assert.equal(new Set(seen).size, 113);
});

test('GET /users?email= finds users by a part of their email, without regard to case', async (t) => {
  const pages = await startPages(t);
  await addUsers(pages, 12);
  const cookie = await pages.signIn(pages.admin);
  assert.deepEqual(listed(await pages.get('/users?email=%20MIA@%20', { cookie })), [pages.mia.id]);
  assert.equal(listed(await pages.get('/users?email=user1', { cookie })).length, 3);
  const none = await pages.get('/users?email=%3Cb%3E', { cookie });
  assert.match(none.text, /No email holds “<bdi>&lt;b&gt;<\/bdi>”\./);
  assert.match(none.text, /type="search" value="&lt;b&gt;"/);
  assert.equal(hrefOf(none, 'All users'), '/users');
  assert.equal((await pages.get('/users?after=nobody', { cookie })).status, 200);
});

test('POST /users/new invites: the link is shown once, and lets the person choose a password', async (t) => {
  const pages = await startPages(t, { publicUrl: 'https://auth.example.com' });
  const cookie = await pages.signIn(pages.admin);
  const form = { email: 'new@example.com', first_name: 'Nora', last_name: '', groups: 'staff,  ops', password: '' };
  const headers = { origin: 'https://auth.example.com' };
  const reply = await pages.post('/users/new', form, { cookie, headers });
  assert.equal(reply.status, 201);
  assert.match(reply.text, /It was not sent to anybody, and is not shown again/);
  assert.match(reply.text, /ends <time [^>]+>in 7 days</);
  const link = valueOf(reply, 'link') ?? '';
  assert.match(link, /^https:\/\/auth\.example\.com\/password-reset\/[\w-]{43}$/);
  assert.match(inputOf(reply, 'link'), / readonly/);
  const [user] = await pages.server.service.users.search({ email: 'new@example.com' });
  assert.deepEqual([user?.firstName, user?.groups, user?.passwordHash], ['Nora', ['ops', 'staff'], null]);
  const page = await pages.get(`/users/${user?.id ?? ''}`, { cookie });
  assert.match(page.text, /No password chosen yet/);
  assert.doesNotMatch(page.text, /password-reset/);
  assert.doesNotMatch(pages.server.logs.access.join(''), new RegExp(link.slice(-43)));
  const chosen = await pages.post(new URL(link).pathname, { password: NEW }, { headers });
  assert.equal(locationOf(chosen), '/account?done=welcome');
  assert.equal(await pages.statusOf(cookieOf(chosen)), 200);
});

test('POST /users/new with a password makes a user who can sign in', async (t) => {
  const pages = await startPages(t, { defaultGroups: ['staff'] });
  const cookie = await pages.signIn(pages.admin);
  assert.equal(valueOf(await pages.get('/users/new', { cookie }), 'groups'), 'staff');
  const reply = await pages.post('/users/new', { email: 'new@example.com', password: NEW }, { cookie });
  assert.match(locationOf(reply), /^\/users\/[\w-]+\?done=added$/);
  assert.equal(await pages.statusOf(await pages.signIn({ email: 'new@example.com' }, NEW)), 200);
});

for (const [what, changed, text, field] of [
  ['an email that is none', { email: 'a b' }, 'Enter an email with one @ and no spaces, such as mia@example.com.', 'email'],
  ['a taken email', { email: 'MIA@example.com' }, 'Another user has this email.', 'email'],
  ['a short password', { password: 'short' }, 'Choose at least 8 characters.', 'password'],
  [
    'a group that is none',
    { groups: 'No Group!' },
    'Enter names such as staff, ops: at most 64 of a–z, 0–9, dots, dashes and underscores each.',
    'groups',
  ],
] as const) {
  test(`POST /users/new with ${what} keeps what was typed, but the password`, async (t) => {
    const pages = await startPages(t);
    const cookie = await pages.signIn(pages.admin);
    const form = { email: 'new@example.com', first_name: 'Nora', last_name: 'N', groups: 'ops', password: NEW, ...changed };
    const reply = await pages.post('/users/new', form, { cookie });
    assertRefused(reply, text, field);
    for (const name of ['email', 'first_name', 'last_name', 'groups'] as const) assert.equal(valueOf(reply, name), form[name]);
    assert.equal(valueOf(reply, 'password'), null);
    assert.equal(await pages.server.service.users.count(), 3);
  });
}

test('POST /users/new says which setting is missing where no link can be made', async (t) => {
  const pages = await startPages(t, { host: '0.0.0.0' });
  const cookie = await pages.signIn(pages.admin);
  const reply = await pages.post('/users/new', { email: 'new@example.com' }, { cookie });
  assert.equal(reply.status, 422);
  assert.match(reply.text, /A link cannot be made: set PUBLIC_URL/);
  assert.equal(await pages.server.service.users.count(), 3);
});

test("a user's page changes names, email and groups, each with its own form", async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.admin);
  const home = `/users/${pages.mia.id}`;
  for (const [form, typed] of [
    ['names', { first_name: 'Mia', last_name: 'K' }],
    ['email', { email: ' mia.k@example.com ' }],
    ['groups', { groups: 'ops; staff' }],
  ] as const) {
    assert.equal(locationOf(await pages.post(`${home}/${form}`, typed, { cookie })), `${home}?done=saved`);
  }
  const user = await pages.server.service.users.get(pages.mia.id);
  assert.deepEqual([user?.firstName, user?.email, user?.groups], ['Mia', 'mia.k@example.com', ['ops', 'staff']]);
  const refused = await pages.post(`${home}/email`, { email: 'noah@example.com' }, { cookie });
  assertRefused(refused, 'Another user has this email.', 'email');
  assert.equal(valueOf(refused, 'email'), 'noah@example.com');
  assert.equal(valueOf(refused, 'groups'), 'ops, staff');
});

test('POST /users/:id/link makes a link for a new password, which does not sign in', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.admin);
  const before = await pages.signIn(pages.mia);
  const reply = await pages.post(`/users/${pages.mia.id}/link`, {}, { cookie });
  assert.equal(reply.status, 201);
  const path = new URL(valueOf(reply, 'link') ?? '').pathname;
  // Scanners of mail look at it, more than once.
  for (let looked = 0; looked < 3; looked += 1) assert.match((await pages.get(path)).text, /Set a new password/);
  assertRefused(await pages.post(path, { password: 'short' }), 'Choose at least 8 characters.', 'password');
  const set = await pages.post(path, { password: NEW });
  assert.equal(locationOf(set), '/login?done=reset');
  assert.equal(set.headers['set-cookie'], undefined);
  assert.match((await pages.get('/login?done=reset')).text, /Your new password is set\. Sign in with it\./);
  assert.equal(await pages.statusOf(before), 403);
  assert.equal((await pages.get(path)).status, 400);
  assert.equal((await pages.post(path, { password: NEW })).status, 400);
});

test('POST /password-reset/:token works under Basic, and says so on a page', async (t) => {
  const pages = await startPages(t, { authType: 'basic_auth' });
  const link = await pages.server.service.services.passwords.makeLink(pages.mia.id, pages.caller);
  const path = new URL(link?.url ?? '').pathname;
  assert.equal((await pages.get(path)).status, 200);
  assert.equal(locationOf(await pages.post(path, { password: NEW })), '/password-reset');
  assert.match((await pages.get('/password-reset')).text, /A password set by a link works from then on/);
  const { status } = await pages.server.api('GET', '/users/me', { basic: ['mia@example.com', NEW] });
  assert.equal(status, 200);
});

test('an administrator ends one session of a user, or all', async (t) => {
  const pages = await startPages(t);
  const sessions = [await pages.signIn(pages.mia), await pages.signIn(pages.mia), await pages.signIn(pages.mia)];
  const cookie = await pages.signIn(pages.admin);
  const home = `/users/${pages.mia.id}`;
  const action = /action="([^"]+\/sessions\/[^/"]+\/end)"/.exec((await pages.get(home, { cookie })).text)?.[1] ?? '';
  assert.equal(locationOf(await pages.post(action, {}, { cookie })), `${home}?done=ended`);
  assert.deepEqual((await Promise.all(sessions.map(pages.statusOf))).sort(), [200, 200, 403]);
  const page = await pages.get(home, { cookie });
  assert.equal(hrefOf(page, 'End all'), `${home}/sessions/end`);
  assert.match((await pages.get(`${home}/sessions/end`, { cookie })).text, /<bdi>mia@example\.com<\/bdi> will be signed out here/);
  await pages.post(`${home}/sessions/end`, {}, { cookie });
  assert.deepEqual(await Promise.all([...sessions, cookie].map(pages.statusOf)), [403, 403, 403, 200]);
  assert.match((await pages.get(home, { cookie })).text, /Nowhere\. Each sign-in is listed here until it ends/);
  assert.deepEqual(pages.events('sessions_ended').map(({ user_id, ended }) => [user_id, ended]), [
    [pages.mia.id, 1],
    [pages.mia.id, 2],
  ]);
});

test('POST /users/:id/remove removes, after a page that asks once more', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.admin);
  const former = await pages.signIn(pages.mia);
  const home = `/users/${pages.mia.id}`;
  assert.equal(hrefOf(await pages.get(home, { cookie }), 'Remove this user'), `${home}/remove`);
  const asked = await pages.get(`${home}/remove`, { cookie });
  assert.match(asked.text, /<bdi>mia@example\.com<\/bdi>/);
  assert.equal(await pages.statusOf(former), 200);
  assert.equal(locationOf(await pages.post(`${home}/remove`, {}, { cookie })), '/users?done=removed');
  assert.equal(await pages.statusOf(former), 403);
  assert.equal((await pages.get(home, { cookie })).status, 404);
  assert.equal((await pages.post(`${home}/remove`, {}, { cookie })).status, 404);
});

test('the last administrator stays, and the pages say why', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.admin);
  const home = `/users/${pages.admin.id}`;
  const sentence = 'This is the last administrator who can sign in: put another user into the group admins first.';
  assertRefused(await pages.post(`${home}/remove`, {}, { cookie }), sentence, null);
  const groups = await pages.post(`${home}/groups`, { groups: 'ops' }, { cookie });
  assertRefused(groups, sentence, null);
  assert.equal(valueOf(groups, 'groups'), 'ops');
});

test('members see no page of an administrator, whoever it is about', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.mia);
  for (const id of [pages.mia.id, pages.admin.id, 'nobody', 'me']) {
    for (const path of ['', '/remove', '/sessions/end', '/email']) {
      assert.equal((await pages.get(`/users/${id}${path}`, { cookie })).status, 403, `${id}${path}`);
    }
    for (const path of ['/names', '/email', '/groups', '/link', '/remove', '/sessions/end', '/sessions/x/end']) {
      assert.equal((await pages.post(`/users/${id}${path}`, {}, { cookie })).status, 403, `${id}${path}`);
    }
  }
  for (const path of ['/users', '/users/new']) assert.equal((await pages.get(path, { cookie })).status, 403);
  assert.equal((await pages.post('/users/new', { email: 'x@example.com', password: PASSWORD }, { cookie })).status, 403);
  assert.equal(await pages.server.service.users.count(), 3);
});
