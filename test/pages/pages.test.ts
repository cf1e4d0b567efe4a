import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PAGE_ROUTES } from '../../src/pages/routes.ts';
import { send } from '../helpers/client.ts';
import type { Reply } from '../helpers/client.ts';
import { PASSWORD } from '../helpers/organisation.ts';
import { locationOf, startPages } from '../helpers/pages.ts';
import type { Pages } from '../helpers/pages.ts';

const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What no page may have: checked on the markup, since no page of ours has such a text. */
function checkMarkup(reply: Reply, what: string): void {
  const { text } = reply;
  assert.match(text, /^<!doctype html>\n<html lang="en">/, what);
  assert.doesNotMatch(text, /<script|<iframe|<object|<style|javascript:|\sstyle=|\son\w+=/i, `${what}: a script or a style`);
  for (const [, address = ''] of text.matchAll(/(?:href|src|action)="([^"]*)"/g)) {
    assert.match(address, /^(?:\/(?!\/)|#)/, `${what}: ${address} is not ours`);
  }
  const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  assert.deepEqual(ids.length, new Set(ids).size, `${what}: an id twice in ${ids.join(' ')}`);
  for (const [, names = ''] of text.matchAll(/(?:aria-describedby|for)="([^"]*)"/g)) {
    for (const name of names.split(' ')) assert.ok(ids.includes(name), `${what}: ${name} names nothing`);
  }
  for (const [input] of text.matchAll(/<input[^>]*>/g)) {
    if (/ hidden/.test(input)) continue;
    const id = / id="([^"]*)"/.exec(input)?.[1];
    assert.ok(text.includes(`<label for="${id}">`), `${what}: ${input} has no label`);
    assert.match(input, / autocomplete="[a-z-]+"/, what);
  }
  assert.equal(text.match(/<h1/g)?.length, 1, what);
}

function checkHeaders(reply: Reply, what: string): void {
  assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8', what);
  assert.equal(reply.headers['content-security-policy'], POLICY, what);
  assert.equal(reply.headers['referrer-policy'], 'same-origin', what);
  assert.equal(reply.headers['cache-control'], 'no-store', what);
  assert.equal(reply.headers['x-content-type-options'], 'nosniff', what);
  for (const name of Object.keys(reply.headers)) assert.doesNotMatch(name, /^access-control-|^vary$/, what);
}

/** Every page that can be looked at, with what stands for its parameters. */
async function addresses(pages: Pages, cookie: string): Promise<string[]> {
  const { headers } = await pages.post(`/users/${pages.mia.id}/link`, {}, { cookie });
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  const handle = /\/account\/sessions\/([^/]+)\/end/.exec((await pages.get('/account', { cookie })).text)?.[1];
  assert.ok(handle !== undefined);
  const { url } = (await pages.server.service.services.passwords.makeLink(pages.noah.id, pages.caller)) ?? {};
  const token = url?.split('/').at(-1) ?? '';
  return PAGE_ROUTES.filter(({ method, kind }) => method === 'GET' && kind === 'page').map(({ path }) =>
    path.replace(':id', pages.mia.id).replace(':handle', handle).replace(':token', token),
  );
}

test('every page has the headers that protect it, no script, no inline style and no address of others', async (t) => {
  const pages = await startPages(t);
  await pages.signIn(pages.admin);
  const cookie = await pages.signIn(pages.admin);
  const shown = [];
  for (const path of await addresses(pages, cookie)) {
    const reply = await pages.get(path, { cookie });
    if (reply.status === 303) {
      assert.equal(reply.headers['referrer-policy'], 'same-origin', path);
      assert.match(locationOf(reply), /^\/(?!\/)/, path);
      continue;
    }
    assert.equal(reply.status, 200, path);
    checkHeaders(reply, path);
    checkMarkup(reply, path);
    shown.push(path);
  }
  assert.equal(shown.length, 14, shown.join(' '));
});

test('CORS_ORIGINS opens no page to another origin', async (t) => {
  const pages = await startPages(t, { corsOrigins: ['https://app.example'] });
  const reply = await pages.get('/login', { headers: { origin: 'https://app.example' } });
  checkHeaders(reply, 'GET');
  const preflight = await send(pages.server.base, 'OPTIONS', '/login', {
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.allow, 'GET, HEAD, OPTIONS, POST');
  assert.deepEqual(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control-')), []);
  const api = await pages.server.api('GET', '/status', { headers: { origin: 'https://app.example' } });
  assert.equal(api.headers['access-control-allow-origin'], 'https://app.example');
});

test('HEAD of a page answers as GET, without the page', async (t) => {
  const pages = await startPages(t);
  const get = await pages.get('/login');
  const head = await send(pages.server.base, 'HEAD', '/login');
  assert.deepEqual([head.status, head.text], [200, '']);
  for (const name of ['content-type', 'content-length', 'content-security-policy', 'referrer-policy']) {
    assert.equal(head.headers[name], get.headers[name], name);
  }
});

test('errors of pages are pages, those of the API are JSON', async (t) => {
  const pages = await startPages(t);
  const admin = await pages.signIn(pages.admin);
  const mia = await pages.signIn(pages.mia);
  for (const [what, reply, status, text] of [
    ['unknown', await pages.get('/nothing', { cookie: mia }), 404, 'Nothing is here'],
    ['unknown user', await pages.get('/users/nobody', { cookie: admin }), 404, 'Nothing is here'],
    ['not an administrator', await pages.get('/users', { cookie: mia }), 403, 'You may not open this page'],
    ['another user', await pages.post(`/users/${pages.noah.id}/names`, {}, { cookie: mia }), 403, 'You may not'],
    ['method', await pages.post('/account', {}, { cookie: mia }), 405, 'This address does not take what was sent'],
    ['link', await pages.get('/password-reset/nope'), 400, 'This link has been used or is too old: ask an administrator'],
  ] as const) {
    assert.equal(reply.status, status, what);
    assert.ok(reply.text.includes(text), `${what}: ${reply.text}`);
    checkHeaders(reply, what);
    checkMarkup(reply, what);
    assert.equal(reply.headers.allow, status === 405 ? 'GET, HEAD, OPTIONS' : undefined);
  }
  const api = await pages.get('/api/v1/nothing', { cookie: mia });
  assert.deepEqual([api.status, api.json()], [404, { error: 'Not found' }]);
  // A program that asks for no page is answered as ever.
  const program = await pages.get('/nothing', { cookie: mia, headers: { accept: '*/*' } });
  assert.deepEqual([program.status, program.json()], [404, { error: 'Not found' }]);
});

test('the style sheet and the icon may be kept, and are the same for everybody', async (t) => {
  const pages = await startPages(t);
  const { text } = await pages.get('/login');
  for (const [pattern, type] of [
    [/<link rel="stylesheet" href="([^"]+)">/, 'text/css; charset=utf-8'],
    [/<link rel="icon" href="([^"]+)">/, 'image/svg+xml'],
  ] as const) {
    const reply = await pages.get(pattern.exec(text)?.[1] ?? '');
    assert.equal(reply.status, 200);
    assert.equal(reply.headers['content-type'], type);
    assert.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(reply.headers['set-cookie'], undefined);
  }
  const missing = await pages.get('/assets/style-000.css');
  assert.equal(missing.headers['cache-control'], 'no-store');
});

test('whoever is not signed in is led to the sign-in and back; a dead cookie is cleared', async (t) => {
  const pages = await startPages(t);
  const reply = await pages.get('/users?email=a%26b&after=1');
  assert.equal(locationOf(reply), `/login?rd=${encodeURIComponent('/users?email=a%26b&after=1')}`);
  assert.equal(reply.headers['set-cookie'], undefined);
  const signedIn = await pages.post(locationOf(reply), { email: 'admin@example.com', password: PASSWORD });
  assert.equal(locationOf(signedIn), '/users?email=a%26b&after=1');
  const dead = await pages.get('/account', { cookie: '_my_session_id=made-up' });
  assert.equal(locationOf(dead), '/login?rd=%2Faccount');
  assert.match(String(dead.headers['set-cookie']), /^_my_session_id=; .*Max-Age=0/);
  assert.equal(locationOf(await pages.post('/account/password', {})), '/login?rd=%2Faccount%2Fpassword');
  assert.equal(locationOf(await pages.get('/nothing')), '/login?rd=%2Fnothing');
  assert.equal(locationOf(await pages.get('/')), '/login?rd=%2F');
});

test('a grave step with an old sign-in leads to the sign-in, and back to that step', async (t) => {
  const pages = await startPages(t, { reauthWindowSeconds: 900 });
  const cookie = await pages.signIn(pages.admin);
  const home = `/users/${pages.mia.id}`;
  assert.match((await pages.get(home, { cookie })).text, /name="groups"/);
  pages.advance(901);
  for (const step of ['email', 'groups', 'link', 'remove', 'sessions/end']) {
    const reply = await pages.post(`${home}/${step}`, { groups: 'ops', email: 'new@example.com' }, { cookie });
    assert.equal(locationOf(reply), `/login?rd=${encodeURIComponent(`${home}/${step}`)}`, step);
    assert.equal(reply.headers['set-cookie'], undefined, step);
  }
  const administrator = await pages.post('/users/new', { groups: 'admins', email: 'new@example.com' }, { cookie });
  assert.equal(locationOf(administrator), '/login?rd=%2Fusers%2Fnew');
  // What would be typed would be lost: the page asks for the sign-in first.
  const page = await pages.get(home, { cookie });
  assert.doesNotMatch(page.text, /name="(?:groups|email)"/);
  assert.ok(page.text.includes(`href="/login?rd=${encodeURIComponent(home)}"`), page.text);
  const form = await pages.get(`/login?rd=${encodeURIComponent(`${home}/remove`)}`, { cookie });
  assert.match(form.text, /Enter your password again to go on/);
  const again = await pages.post(
    `/login?rd=${encodeURIComponent(`${home}/email`)}`,
    { email: 'admin@example.com', password: PASSWORD },
    { cookie },
  );
  assert.equal(locationOf(again), `${home}/email`);
  const fresh = String(again.headers['set-cookie']).split(';', 1)[0] ?? '';
  assert.equal(locationOf(await pages.get(`${home}/email`, { cookie: fresh })), `${home}#email-form`);
});

test('every address that a form is sent to can be looked at, and leads to its page', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.admin);
  for (const { method, path } of PAGE_ROUTES.filter((route) => route.method === 'POST')) {
    assert.equal(method, 'POST');
    const address = path.replace(':id', pages.mia.id).replace(':handle', 'x').replace(':token', 'x');
    const { status } = await pages.get(address, { cookie });
    assert.ok(status === 200 || status === 303 || address.startsWith('/password-reset'), `${address}: ${status}`);
  }
  assert.equal(locationOf(await pages.get('/account/names', { cookie })), '/account#names-form');
});

test('the addresses that others know lead to the account', async (t) => {
  const pages = await startPages(t);
  const cookie = await pages.signIn(pages.mia);
  assert.equal(locationOf(await pages.get('/', { cookie })), '/account');
  assert.equal(locationOf(await pages.get('/.well-known/change-password')), '/account/password');
  assert.equal(locationOf(await pages.get('/account/password', { cookie })), '/account#password-form');
  assert.match((await pages.get('/account', { cookie })).text, /id="password-form"/);
});

test('links and redirects carry the path of PUBLIC_URL, which a proxy strips', async (t) => {
  const pages = await startPages(t, { publicUrl: 'https://example.com/auth' });
  const anonymous = await pages.get('/account');
  assert.equal(locationOf(anonymous), '/auth/login?rd=%2Faccount');
  const form = await pages.get('/login?rd=%2Faccount');
  assert.match(form.text, /action="\/auth\/login\?rd=%2Faccount"/);
  assert.match(form.text, /<title>Sign in – example\.com<\/title>/);
  const headers = { origin: 'https://example.com' };
  const reply = await pages.post('/login?rd=%2Faccount', { email: 'mia@example.com', password: PASSWORD }, { headers });
  assert.equal(locationOf(reply), '/auth/account');
  assert.match(String(reply.headers['set-cookie']), /; Path=\/;/);
  const cookie = String(reply.headers['set-cookie']).split(';', 1)[0] ?? '';
  const account = await pages.get('/account', { cookie });
  const addresses = [...account.text.matchAll(/(?:href|src|action)="([^"#]+)"/g)].map(([, address = '']) => address);
  assert.ok(account.status === 200 && addresses.length > 3, String(addresses));
  for (const address of addresses) assert.match(address, /^\/auth\//);
});

for (const authType of ['none', 'auth', 'basic_auth'] as const) {
  test(`${authType} has no pages but, under Basic, the one to set a password`, async (t) => {
    const pages = await startPages(t, { authType });
    for (const path of ['/login', '/signed-out', '/.well-known/change-password']) {
      assert.equal((await pages.get(path)).status, 404, path);
    }
    for (const path of ['/', '/account', '/users']) {
      const { status, headers } = await pages.get(path);
      assert.equal(status, authType === 'none' ? 404 : 401, path);
      assert.equal(headers['content-type'], 'application/json', path);
    }
    const reset = await pages.get('/password-reset/x');
    assert.equal(reset.status, authType === 'basic_auth' ? 400 : 404);
    assert.equal(reset.headers['content-type'], 'text/html; charset=utf-8');
    assert.doesNotMatch(reset.text, /href="\/account"/);
  });
}

test('the pages with their style sheet stay under 900 lines', () => {
  const names = readdirSync('src/pages');
  const lines = names.map((name) => readFileSync(`src/pages/${name}`, 'utf8').split('\n').length - 1);
  const sum = lines.reduce((all, some) => all + some, 0);
  assert.ok(sum > 500 && sum < 900, String(sum));
});
