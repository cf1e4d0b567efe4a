import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD, startOrganisation } from '../helpers/organisation.ts';
import { startTestService } from '../helpers/service.ts';
import type { Reply } from '../helpers/client.ts';

const PATHS = ['/auth_request', '/forward_auth'] as const;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'] as const;
const PUBLIC_URL = 'https://auth.example.com';

/** As UTF-8, which node:http reads as Latin-1. */
function utf8(value: unknown): string {
  return Buffer.from(String(value), 'latin1').toString('utf8');
}

test('204 with every identity header, for every method, and no content', async (t) => {
  const { server, mia, signIn } = await startOrganisation(t);
  await server.service.users.update(mia.id, (user) => user.with({ firstName: 'Mía', lastName: '李', groups: ['ops', 'staff'] }));
  const cookie = await signIn(mia);
  for (const path of PATHS) {
    for (const method of METHODS) {
      const headers = { origin: 'https://wiki.example.com', 'sec-fetch-site': 'cross-site' };
      const reply = await server.api(method, path, { cookie, headers });
      assert.equal(reply.status, 204, `${method} ${path}`);
      const { headers: own } = reply;
      assert.deepEqual(
        ['remote-user', 'remote-email', 'remote-name', 'remote-groups', 'remote-id'].map((name) => utf8(own[name])),
        [mia.email, mia.email, 'Mía 李', 'ops,staff', mia.id],
      );
      assert.equal(reply.text, '');
    }
  }
});

test('identity headers are there for users without names and groups, empty', async (t) => {
  const { server, noah, signIn } = await startOrganisation(t);
  const cookie = await signIn(noah);
  for (const path of PATHS) {
    const { headers } = await server.api('GET', path, { cookie });
    assert.deepEqual([headers['remote-name'], headers['remote-groups']], ['', '']);
  }
});

test('?group= lets users of any of the groups through, and nobody else', async (t) => {
  const { server, mia, noah, admin, signIn } = await startOrganisation(t);
  const [ofMia, ofNoah, ofAdmin] = [await signIn(mia), await signIn(noah), await signIn(admin)];
  const cases: readonly (readonly [query: string, mia: number, noah: number, admin: number])[] = [
    ['', 204, 204, 204],
    ['?group=staff', 204, 403, 403],
    ['?group=ops&group=staff', 204, 403, 403],
    ['?group=admins', 403, 403, 204],
    ['?group=', 403, 403, 403],
    ['?group=Staff', 403, 403, 403],
    ['?group=staff,admins', 403, 403, 403],
    ['?group=%zz', 403, 403, 403],
    // A parameter that is mistyped is no permission.
    ['?groups=staff', 403, 403, 403],
    ['?group=staff&x', 403, 403, 403],
  ];
  for (const path of PATHS) {
    for (const [query, ...expected] of cases) {
      const replies: Reply[] = [];
      for (const cookie of [ofMia, ofNoah, ofAdmin]) replies.push(await server.api('GET', path + query, { cookie }));
      assert.deepEqual(replies.map(({ status }) => status), expected, path + query);
      for (const reply of replies) assert.equal(reply.text, '');
    }
  }
});

test('401 with where to sign in, and the address that was asked for, encoded', async (t) => {
  const { server } = await startOrganisation(t, { publicUrl: PUBLIC_URL });
  const address = 'https://wiki.example.com/a?b=c&d=2#e';
  const location = `${PUBLIC_URL}/login?rd=${encodeURIComponent(address)}`;
  const cases: readonly (readonly [headers: Record<string, string>, location: string])[] = [
    [{}, `${PUBLIC_URL}/login`],
    [{ 'x-original-url': address }, location],
    [
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'wiki.example.com', 'x-forwarded-uri': '/a?b=c&d=2#e' },
      location,
    ],
    [{ 'x-forwarded-proto': 'https' }, `${PUBLIC_URL}/login`],
    [{ 'x-original-url': '/relative' }, `${PUBLIC_URL}/login`],
    [{ 'x-original-url': 'javascript:alert(1)' }, `${PUBLIC_URL}/login`],
    [{ 'x-original-url': `https://wiki.example.com/${'a'.repeat(5_000)}` }, `${PUBLIC_URL}/login`],
  ];
  for (const [headers, expected] of cases) {
    const reply = await server.api('GET', '/auth_request', { headers });
    assert.deepEqual([reply.status, reply.headers.location, reply.text], [401, expected, ''], JSON.stringify(headers));
    assert.match(String(reply.headers['www-authenticate']), /^Session realm=/);
    assert.equal(reply.headers['content-length'], '0');
    const browser = await server.api('GET', '/forward_auth', { headers: { ...headers, accept: 'text/html,*/*' } });
    assert.deepEqual([browser.status, browser.headers.location, browser.text], [303, expected, '']);
  }
});

test('forward_auth leads browsers to the sign-in, and tells others 401', async (t) => {
  const { server } = await startOrganisation(t, { publicUrl: PUBLIC_URL });
  const html = { accept: 'text/html,application/xhtml+xml' };
  const cases: readonly (readonly [method: string, headers: Record<string, string>, status: number])[] = [
    ['GET', html, 303],
    ['HEAD', html, 303],
    ['POST', html, 401],
    ['GET', { accept: 'application/json' }, 401],
    ['GET', {}, 401],
    ['GET', { accept: '*/*' }, 401],
    // The proxy always asks with GET: what the client did is in a header.
    ['GET', { ...html, 'x-forwarded-method': 'POST' }, 401],
    ['GET', { ...html, 'x-forwarded-method': 'GET' }, 303],
  ];
  for (const [method, headers, status] of cases) {
    assert.equal((await server.api(method, '/forward_auth', { headers })).status, status, JSON.stringify([method, headers]));
  }
});

test('a stale or foreign cookie is 401 here, not 403, and never 2xx', async (t) => {
  const { server, mia, signIn } = await startOrganisation(t);
  const dead = await signIn(mia);
  await server.api('DELETE', '/auth_session/logout', { cookie: dead });
  for (const cookie of [dead, '_my_session_id=', '_my_session_id=x', 'other=1', '_my_session_id=__proto__']) {
    for (const path of PATHS) assert.equal((await server.api('GET', path, { cookie })).status, 401, cookie);
  }
  for (const path of ['/auth_request/%', '/auth_requestx', '/auth_request//', '/auth_request/x', '/auth_request%00']) {
    const { status } = await server.api('GET', path, { cookie: await signIn(mia) });
    assert.ok(status >= 400, path);
  }
});

test('under AUTH_TYPE=none and auth nobody is let through', async (t) => {
  for (const authType of ['none', 'auth'] as const) {
    const server = await startTestService(t, { authType });
    for (const path of PATHS) assert.equal((await server.api('GET', path)).status, 401, authType);
  }
});

test('under basic_auth the password is asked for; too many wrong ones are 403 for nginx, 429 for others', async (t) => {
  const server = await startTestService(t, { authType: 'basic_auth', loginMaxFailures: 2 });
  await server.addUser('mia@example.com', PASSWORD, []);
  const right = { basic: ['mia@example.com', PASSWORD] as const };
  const anonymous = await server.api('GET', '/auth_request');
  assert.equal(anonymous.status, 401);
  assert.match(String(anonymous.headers['www-authenticate']), /^Basic /);
  assert.equal(anonymous.headers.location, undefined);
  assert.equal((await server.api('GET', '/auth_request', right)).status, 204);
  for (let count = 0; count < 2; count += 1) {
    assert.equal((await server.api('GET', '/auth_request', { basic: ['mia@example.com', 'wrong'] })).status, 401);
  }
  const later = await server.api('GET', '/auth_request', { basic: ['mia@example.com', 'other'] });
  assert.deepEqual([later.status, later.text], [403, '']);
  assert.match(String(later.headers['retry-after']), /^\d+$/);
  assert.equal((await server.api('GET', '/forward_auth', { basic: ['mia@example.com', 'other'] })).status, 429);
});

test('a check counts as use of the session', async (t) => {
  const { server, mia, signIn, advance } = await startOrganisation(t, { sessionIdleTimeoutSeconds: 10 });
  const cookie = await signIn(mia);
  for (let count = 0; count < 5; count += 1) {
    advance(6);
    assert.equal((await server.api('GET', '/auth_request', { cookie })).status, 204);
  }
});

test('a body that comes along is not waited for, and the connection goes on', async (t) => {
  const { server, mia, signIn } = await startOrganisation(t);
  const cookie = await signIn(mia);
  const reply = await server.api('POST', '/auth_request', { cookie, body: 'a'.repeat(100_000) });
  assert.equal(reply.status, 204);
});
