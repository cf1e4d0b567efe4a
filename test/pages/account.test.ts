import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf } from '../helpers/client.ts';
import { PASSWORD } from '../helpers/organisation.ts';
import { assertRefused, inputOf, locationOf, startPages, valueOf } from '../helpers/pages.ts';

const NEW = 'another horse battery';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';
const LOGIN = '/api/v1/auth_session/login';

test('GET /account shows the email, the groups and the names, escaped and whichever way they run', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.mia);
  await pages.post('/account/names', { first_name: 'ليلى', last_name: '<b>"O\'Hara"</b>' }, { cookie });
  const { text } = await pages.get('/account', { cookie });
  assert.match(text, /You sign in as <strong><bdi>mia@example\.com<\/bdi><\/strong>\. <span class="tag">staff<\/span>/);
  assert.match(text, / dir="auto" value="ليلى"/);
  assert.match(text, / value="&lt;b&gt;&quot;O&#39;Hara&quot;&lt;\/b&gt;"/);
  assert.doesNotMatch(text, /<nav/);
  assert.match((await pages.get('/account', { cookie: await pages.signIn(pages.admin) })).text, /<nav.*href="\/users"/);
});

test('POST /account/names saves the names, empty ones too, and says so', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.mia);
  const reply = await pages.post('/account/names', { first_name: 'Mia', last_name: '' }, { cookie });
  assert.equal(locationOf(reply), '/account?done=saved');
  const { text } = await pages.get('/account?done=saved', { cookie });
  assert.match(text, /<p class="done" role="status">Saved\.<\/p>/);
  const user = await pages.server.service.users.get(pages.mia.id);
  assert.deepEqual([user?.firstName, user?.lastName], ['Mia', '']);
});

test('POST /account/names that is refused keeps all that was typed', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.mia);
  const reply = await pages.post('/account/names', { first_name: 'Mia', last_name: 'a'.repeat(201) }, { cookie });
  assertRefused(reply, 'Last name must be at most 200 characters long.', 'last_name');
  assert.equal(valueOf(reply, 'first_name'), 'Mia');
  assert.equal(valueOf(reply, 'last_name'), 'a'.repeat(201));
});

test('POST /account/password ends every other session, and this one goes on under a new id', async (t) => {
  const pages = await startPages(t);
  const [cookie, other] = [await pages.signIn(pages.mia), await pages.signIn(pages.mia)];
  const form = { current_password: PASSWORD, password: NEW };
  const reply = await pages.post('/account/password', form, { cookie });
  assert.equal(locationOf(reply), '/account?done=password');
  assert.deepEqual([await pages.statusOf(cookie), await pages.statusOf(other)], [403, 403]);
  assert.equal(await pages.statusOf(cookieOf(reply)), 200);
  assert.equal(await pages.statusOf(await pages.signIn(pages.mia, NEW)), 200);
});

for (const [what, form, text, field] of [
  ['no current password', { password: NEW }, 'Enter your current password.', 'current_password'],
  ['a wrong one', { current_password: 'wrong', password: NEW }, 'This is not your current password.', 'current_password'],
  ['a short one', { current_password: PASSWORD, password: 'short' }, 'Choose at least 8 characters.', 'password'],
  ['none', { current_password: PASSWORD }, 'Choose at least 8 characters.', 'password'],
  [
    'one of the commonest',
    { current_password: PASSWORD, password: 'Password1' },
    'This password is one of the most used. Choose another.',
    'password',
  ],
] as const) {
  test(`POST /account/password with ${what} is refused, and no password comes back`, async (t) => {
    const pages = await startPages(t);
    const cookie = await pages.signIn(pages.mia);
    const reply = await pages.post('/account/password', form, { cookie });
    assertRefused(reply, text, field);
    assert.equal(valueOf(reply, 'current_password'), null);
    assert.equal(valueOf(reply, 'password'), null);
    assert.equal(await pages.statusOf(cookie), 200);
  });
}

test('POST /account/password counts wrong ones in the throttle', async (t) => {
  const pages = await startPages(t, { loginMaxFailures: 1, loginWindowSeconds: 60 });
  const cookie = await pages.signIn(pages.mia);
  await pages.post('/account/password', { current_password: 'wrong', password: NEW }, { cookie });
  const reply = await pages.post('/account/password', { current_password: PASSWORD, password: NEW }, { cookie });
  assertRefused(reply, 'Too many tries from here. Try again in 1 minute.', null, 429);
});

test('GET /account has the fields by which password managers know what is typed', async (t) => {
  const pages = await startPages(t);
  const reply = await pages.get('/account', { cookie: await pages.signIn(pages.mia) });
  const form = /<form[^>]*action="\/account\/password".*?<\/form>/s.exec(reply.text)?.[0] ?? '';
  const tokens = [...form.matchAll(/autocomplete="([^"]+)"/g)].map(([, token]) => token);
  assert.deepEqual(tokens, ['username', 'current-password', 'new-password']);
  assert.match(inputOf(reply, 'username'), / value="mia@example\.com" readonly hidden/);
});

test('GET /account lists where the user is signed in, with times as people say them', async (t) => {
  const pages = await startPages(t, { sessionDurationSeconds: 7 * 24 * 3600 });
  const headers = { 'user-agent': FIREFOX };
  const form = { email: 'mia@example.com', password: PASSWORD };
  await pages.server.api('POST', LOGIN.slice('/api/v1'.length), { form, headers });
  pages.advance(2 * 3600);
  const cookie = await pages.signIn(pages.mia);
  const { text } = await pages.get('/account', { cookie });
  const list = /<ul class="list-of">.*?<\/ul>/s.exec(text)?.[0] ?? '';
  const [own = '', other = ''] = list.split('<li>').slice(1);
  assert.match(own, /<span class="tag good">this one<\/span>/);
  assert.doesNotMatch(own, /<form/);
  assert.ok(other.includes(`<strong title="${FIREFOX}">Firefox on Linux</strong>`), other);
  assert.match(other, /127\.0\.0\.1 · signed in <time datetime="2026-01-01T00:00:00\.000Z" title="2026-01-01 00:00 UTC">2 hours ago</);
  assert.match(other, /ends <time [^>]*>in 7 days</);
  assert.match(other, /<button class="danger">End<span class="unseen"> Firefox on Linux<\/span><\/button>/);
});

test('POST /account/sessions/…/end ends that one, and once more does no harm', async (t) => {
  const pages = await startPages(t);
  const [other, cookie] = [await pages.signIn(pages.mia), await pages.signIn(pages.mia)];
  const action = /action="(\/account\/sessions\/[^/"]+\/end)"/.exec((await pages.get('/account', { cookie })).text)?.[1] ?? '';
  assert.match((await pages.get(action, { cookie })).text, /<h1>End this sign-in\?<\/h1>/);
  assert.equal(await pages.statusOf(other), 200);
  assert.equal(locationOf(await pages.post(action, {}, { cookie })), '/account?done=ended');
  assert.deepEqual([await pages.statusOf(other), await pages.statusOf(cookie)], [403, 200]);
  assert.equal(locationOf(await pages.post(action, {}, { cookie })), '/account?done=ended');
  assert.match((await pages.get(action, { cookie })).text, /Nowhere: it has ended/);
});

test('POST /account/sessions/end ends all but the one that asks', async (t) => {
  const pages = await startPages(t);
  const others = [await pages.signIn(pages.mia), await pages.signIn(pages.mia)];
  const foreign = await pages.signIn(pages.noah);
  const cookie = await pages.signIn(pages.mia);
  assert.match((await pages.get('/account/sessions/end', { cookie })).text, /will be signed out here/);
  assert.equal(locationOf(await pages.post('/account/sessions/end', {}, { cookie })), '/account?done=ended');
  assert.deepEqual(await Promise.all([...others, cookie, foreign].map(pages.statusOf)), [403, 403, 200, 200]);
  assert.doesNotMatch((await pages.get('/account', { cookie })).text, /End all/);
});

test("another user's session cannot be ended from one's own account", async (t) => {
  const pages = await startPages(t);
  const foreign = await pages.signIn(pages.noah);
  const sessions = pages.server.service.services.auth?.sessions;
  const [entry] = (await sessions?.list(pages.noah.id)) ?? [];
  const cookie = await pages.signIn(pages.mia);
  await pages.post(`/account/sessions/${entry?.handle ?? ''}/end`, {}, { cookie });
  assert.equal(await pages.statusOf(foreign), 200);
});
