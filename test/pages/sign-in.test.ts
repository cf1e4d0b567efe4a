import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf } from '../helpers/client.ts';
import { PASSWORD } from '../helpers/organisation.ts';
import { assertRefused, inputOf, locationOf, startPages, valueOf } from '../helpers/pages.ts';
import { CountingHasher } from '../helpers/hashers.ts';
import { TestDisk } from '../helpers/accounts.ts';
import { journalOnly } from '../helpers/test-database.ts';

const MIA = { email: 'mia@example.com', password: PASSWORD };

test('POST /login signs in, sets the cookie and goes to the account', async (t) => {
  const pages = await startPages(t);
  const reply = await pages.post('/login', MIA);
  assert.equal(locationOf(reply), '/account');
  assert.equal(await pages.statusOf(cookieOf(reply)), 200);
});

test('POST /login takes the email in any case and with the blanks that phones add', async (t) => {
  const pages = await startPages(t);
  assert.equal(locationOf(await pages.post('/login', { ...MIA, email: ' MIA@Example.com ' })), '/account');
});

for (const [what, form, text, field] of [
  ['nothing', {}, 'Enter your email.', 'email'],
  ['no password', { email: 'mia@example.com' }, 'Enter your password.', 'password'],
  ['a wrong password', { ...MIA, password: 'wrong' }, 'The email and password do not belong together.', 'password'],
  ['an unknown email', { ...MIA, email: 'x@example.com' }, 'The email and password do not belong together.', 'password'],
] as const) {
  test(`POST /login with ${what} shows the form again, with the email and without the password`, async (t) => {
    const pages = await startPages(t);
    const reply = await pages.post('/login', form);
    assertRefused(reply, text, field);
    assert.equal(valueOf(reply, 'email'), 'email' in form ? form.email : '');
    assert.equal(valueOf(reply, 'password'), null);
    assert.equal(reply.headers['set-cookie'], undefined);
  });
}

test('POST /login ends the session that it came with', async (t) => {
  const pages = await startPages(t);
  const former = await pages.signIn(pages.noah);
  assert.equal(locationOf(await pages.post('/login', MIA, { cookie: former })), '/account');
  assert.equal(await pages.statusOf(former), 403);
});

test('POST /login that is refused leaves the session that it came with', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.noah);
  assert.equal((await pages.post('/login', { ...MIA, password: 'wrong' }, { cookie })).status, 422);
  assert.equal(await pages.statusOf(cookie), 200);
});

test('POST /login says when to try again, once there were too many tries', async (t) => {
  const pages = await startPages(t, { loginMaxFailures: 2, loginWindowSeconds: 720 });
  for (let tries = 0; tries < 2; tries += 1) await pages.post('/login', { ...MIA, password: 'wrong' });
  const reply = await pages.post('/login', MIA);
  assertRefused(reply, 'Too many tries from here. Try again in 12 minutes.', null, 429);
  assert.equal(reply.headers['retry-after'], '720');
  assert.equal(valueOf(reply, 'email'), MIA.email);
});

test('POST /login shows the form again where the disk is full, and with a body that it does not read', journalOnly('a full disk'), async (t) => {
  const fileSystem = new TestDisk();
  const pages = await startPages(t, { fileSystem });
  fileSystem.isFull = true;
  const full = await pages.post('/login', MIA);
  assertRefused(full, 'This could not be done right now. Try again in a minute.', null, 503);
  assert.equal(full.headers['retry-after'], '5');
  const long = await pages.post('/login', { ...MIA, password: 'a'.repeat(70_000) });
  assertRefused(long, 'Payload too large.', null, 413);
  const gzip = await pages.post('/login', MIA, { headers: { 'content-encoding': 'gzip' } });
  assertRefused(gzip, 'Unsupported media type.', null, 415);
});

test('a fault of ours is a page with a number, under which the log has it', async (t) => {
  class BrokenHasher extends CountingHasher {
    override verify(): Promise<boolean> {
      throw new TypeError('secret detail');
    }
  }
  const pages = await startPages(t, { passwords: new BrokenHasher() });
  const reply = await pages.post('/login', MIA);
  assert.equal(reply.status, 500);
  const number = String(reply.headers['x-request-id']);
  assert.ok(reply.text.includes(`number ${number} in the log`), reply.text);
  assert.doesNotMatch(reply.text, /secret detail/);
  assert.match(pages.server.logs.notice.join(''), new RegExp(`${number}: TypeError: secret detail`));
});

test('GET /login has one form with the tokens that password managers look for, and takes pastes', async (t) => {
  const pages = await startPages(t);
  const reply = await pages.get('/login');
  assert.equal(reply.status, 200);
  assert.equal(reply.text.match(/<form/g)?.length, 1);
  assert.match(inputOf(reply, 'email'), /autocomplete="username" type="text".* inputmode="email"/);
  assert.match(inputOf(reply, 'password'), /autocomplete="current-password" type="password"/);
  assert.doesNotMatch(reply.text, /onpaste|maxlength|pattern=/);
});

test('GET /login names the host where the person is going, and lets the form lead there', async (t) => {
  const pages = await startPages(t, { redirectOrigins: ['https://wiki.example.com'] });
  const rd = 'https://wiki.example.com/page?a=1&b=2';
  const path = `/login?rd=${encodeURIComponent(rd)}`;
  const form = await pages.get(path);
  assert.match(form.text, /You are on your way to <strong>wiki\.example\.com<\/strong>/);
  assert.match(String(form.headers['content-security-policy']), /; form-action 'self' https:\/\/wiki\.example\.com;/);
  const wrong = await pages.post(path, { ...MIA, password: 'wrong' });
  assert.equal(wrong.status, 422);
  assert.match(String(wrong.headers['content-security-policy']), /; form-action 'self' https:\/\/wiki\.example\.com;/);
  assert.ok(wrong.text.includes(`action="${path}"`), wrong.text);
  assert.equal(locationOf(await pages.post(path, MIA)), rd);
});

test('GET /login says nothing of a host that is not listed, and goes to the account', async (t) => {
  const pages = await startPages(t);
  const path = `/login?rd=${encodeURIComponent('https://evil.example/')}`;
  const form = await pages.get(path);
  assert.doesNotMatch(form.text, /evil/);
  assert.match(String(form.headers['content-security-policy']), /; form-action 'self';/);
  assert.equal(locationOf(await pages.post(path, MIA)), '/account');
});

test('GET /login tells somebody who is signed in as whom, and keeps the form', async (t) => {
  const pages = await startPages(t, { redirectOrigins: ['https://wiki.example.com'] });
  const cookie = await pages.signIn(pages.mia);
  const plain = await pages.get('/login', { cookie });
  assert.match(plain.text, /You are signed in as <bdi>mia@example\.com<\/bdi>/);
  assert.equal(valueOf(plain, 'email'), 'mia@example.com');
  const away = await pages.get('/login?rd=https://wiki.example.com/', { cookie });
  assert.match(away.text, /If <strong>wiki\.example\.com<\/strong> turned you away, this account may not open it/);
  assert.equal(valueOf(away, 'email'), '');
});

test('a page of another site cannot sign anybody in, and Origin null does not pass', async (t) => {
  const pages = await startPages(t);
  for (const headers of [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': undefined },
  ]) {
    const { 'sec-fetch-site': site, ...rest } = headers;
    const reply = await pages.post('/login', MIA, { headers: { ...rest, 'sec-fetch-site': site ?? '' } });
    assert.equal(reply.status, 403);
    assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(reply.headers['set-cookie'], undefined);
  }
  // What Chromium sends from a page on plain http, thanks to Referrer-Policy: same-origin.
  const own = await pages.post('/login', MIA, { headers: { 'sec-fetch-site': '' } });
  assert.equal(own.status, 303);
});

test('POST /logout ends the session, clears the cookie and says so', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.mia);
  assert.match((await pages.get('/logout', { cookie })).text, /<form method="post" action="\/logout"/);
  assert.equal(await pages.statusOf(cookie), 200);
  const reply = await pages.post('/logout', {}, { cookie });
  assert.equal(locationOf(reply), '/signed-out');
  assert.match(String(reply.headers['set-cookie']), /^_my_session_id=; .*Max-Age=0/);
  assert.equal(await pages.statusOf(cookie), 403);
  assert.equal(pages.events('signed_out').length, 1);
  const page = await pages.get('/signed-out');
  assert.match(page.text, /You are signed out/);
  assert.match(page.text, /href="\/login">Sign in</);
  // Once more, from another tab.
  assert.equal(locationOf(await pages.post('/logout', {}, { cookie })), '/signed-out');
  assert.equal(pages.events('signed_out').length, 1);
});
