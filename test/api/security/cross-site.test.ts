import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf, send } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';
import type { TestService, TestServiceOptions } from '../../helpers/service.ts';
import { EMAIL, login, PASSWORD, signedIn } from '../../helpers/accounts.ts';

const HOST = 'api.example.com';
const OWN = 'https://api.example.com';
const FOREIGN = 'https://evil.example';
const LISTED = 'https://app.example.org';

interface Row {
  readonly site?: string;
  readonly origin?: string;
  /** api.example.com, where not given. */
  readonly host?: string;
  readonly forwardedHost?: string;
  /** Refused with CORS_ORIGINS=*, and with a list that names LISTED. */
  readonly refused: readonly [any: boolean, listed: boolean];
}

const PASSES = [false, false] as const;
const REFUSED = [true, true] as const;
const LISTED_PASSES = [true, false] as const;

const ROWS: readonly Row[] = [
  // No browser's.
  { refused: PASSES },
  { host: 'localhost', refused: PASSES },
  // Fetch Metadata decides, where it is there.
  { site: 'same-origin', refused: PASSES },
  { site: 'same-origin', origin: OWN, refused: PASSES },
  { site: 'same-origin', origin: 'https://behind.a.proxy', refused: PASSES },
  { site: 'none', refused: PASSES },
  { site: 'same-site', refused: REFUSED },
  { site: 'same-site', origin: 'https://blog.example.com', refused: REFUSED },
  { site: 'same-site', origin: LISTED, refused: LISTED_PASSES },
  { site: 'cross-site', refused: REFUSED },
  { site: 'cross-site', origin: FOREIGN, refused: REFUSED },
  { site: 'cross-site', origin: OWN, refused: REFUSED },
  { site: 'cross-site', origin: 'null', refused: REFUSED },
  { site: 'cross-site', origin: LISTED, refused: LISTED_PASSES },
  { site: 'cross-site', origin: `${LISTED}/`, refused: REFUSED },
  { site: 'cross-site', origin: LISTED.toUpperCase(), refused: REFUSED },
  // A value yet unknown counts as none.
  { site: 'same-party', refused: PASSES },
  { site: 'same-party', origin: FOREIGN, refused: REFUSED },
  { site: 'same-party', origin: LISTED, refused: LISTED_PASSES },
  // Without it, Origin is held against Host.
  { origin: OWN, refused: PASSES },
  { origin: 'http://api.example.com', refused: PASSES },
  { origin: OWN, host: 'API.example.com:443', refused: PASSES },
  { origin: `${OWN}:443`, refused: PASSES },
  { origin: 'http://api.example.com', host: 'api.example.com:80', refused: PASSES },
  { origin: 'http://api.example.com:80', refused: PASSES },
  { origin: 'http://localhost:5000', host: 'localhost:5000', refused: PASSES },
  { origin: 'http://[::1]:5000', host: '[::1]:5000', refused: PASSES },
  { origin: OWN, host: 'api.example.com:80', refused: REFUSED },
  { origin: 'http://localhost:5001', host: 'localhost:5000', refused: REFUSED },
  { origin: 'http://localhost:5000', host: '127.0.0.1:5000', refused: REFUSED },
  { origin: FOREIGN, refused: REFUSED },
  { origin: 'null', refused: REFUSED },
  { origin: 'null', host: 'null', refused: REFUSED },
  { origin: '', refused: REFUSED },
  { origin: 'https://example.com', refused: REFUSED },
  { origin: 'https://blog.example.com', refused: REFUSED },
  { origin: 'https://api.example.com.evil.example', refused: REFUSED },
  { origin: 'https://api.example.com@evil.example', refused: REFUSED },
  { origin: `${OWN}, ${FOREIGN}`, refused: REFUSED },
  { origin: OWN, host: '', refused: REFUSED },
  { origin: LISTED, refused: LISTED_PASSES },
  { origin: 'http://app.example.org', refused: REFUSED },
  // Only a proxy of ours could mean it, and it has no reason to hide the Host.
  { origin: FOREIGN, forwardedHost: 'evil.example', refused: REFUSED },
  { origin: OWN, host: 'internal', forwardedHost: HOST, refused: REFUSED },
  { origin: OWN, forwardedHost: 'evil.example', refused: PASSES },
];

function headersOf({ site, origin, host = HOST, forwardedHost }: Row) {
  return {
    host,
    ...(site !== undefined && { 'sec-fetch-site': site }),
    ...(origin !== undefined && { origin }),
    ...(forwardedHost !== undefined && { 'x-forwarded-host': forwardedHost, forwarded: `host=${forwardedHost}` }),
  };
}

const SETTINGS: readonly TestServiceOptions[] = [
  { corsOrigins: '*', trustedProxies: 1 },
  { corsOrigins: [LISTED], trustedProxies: 1 },
];

/** What each request answers where nothing is refused; the session cookie goes with all but the login. */
function requests(server: TestService, cookie: string, headers: { [name: string]: string }) {
  const mine = { headers, cookie };
  return [
    { name: 'POST login', passed: 200, sent: login(server, EMAIL, PASSWORD, { headers }) },
    { name: 'POST /users', passed: 400, sent: server.api('POST', '/users', { ...mine, body: '{}' }) },
    { name: 'PUT', passed: 404, sent: server.api('PUT', '/users/nobody', { ...mine, body: '{}' }) },
    { name: 'DELETE', passed: 404, sent: server.api('DELETE', '/users/nobody', mine) },
    { name: 'PATCH', passed: 405, sent: server.api('PATCH', '/users/me', mine) },
    { name: 'POST /nothing', passed: 404, sent: server.api('POST', '/nothing', mine) },
  ];
}

SETTINGS.forEach((settings, index) => {
  test(`an unsafe request answers as its row says when CORS_ORIGINS is ${String(settings.corsOrigins)}`, async (t) => {
    const server = await startTestService(t, { authType: 'session_auth', ...settings });
    await server.addUser(EMAIL, PASSWORD);
    const cookie = await signedIn(server);
    for (const row of ROWS) {
      for (const { name, passed, sent } of requests(server, cookie, headersOf(row))) {
        const reply = await sent;
        const what = `${name} ${JSON.stringify(row)}`;
        assert.equal(reply.status, row.refused[index] === true ? 403 : passed, what);
        if (row.refused[index] === true) assert.match(reply.text, /^\{\n  "error": "Forbidden: .*CORS_ORIGINS/, what);
      }
    }
  });

  test(`a safe request passes whatever the row when CORS_ORIGINS is ${String(settings.corsOrigins)}`, async (t) => {
    const server = await startTestService(t, { authType: 'session_auth', ...settings });
    await server.addUser(EMAIL, PASSWORD);
    const cookie = await signedIn(server);
    for (const row of ROWS) {
      for (const [method, status] of [['GET', 200], ['HEAD', 200], ['OPTIONS', 204]] as const) {
        const reply = await server.api(method, '/users/me', { cookie, headers: headersOf(row) });
        assert.equal(reply.status, status, `${method} ${JSON.stringify(row)}`);
      }
    }
  });
});

test('a request from another site changes nothing: no session, no user, no sign-in counted or logged', async (t) => {
  const server = await startTestService(t, { authType: 'session_db_auth', loginMaxFailures: 1 });
  await server.addUser(EMAIL, PASSWORD);
  const cookie = await signedIn(server);
  const logged = server.logs.security.length;
  const headers = { 'sec-fetch-site': 'cross-site', origin: FOREIGN };
  for (const password of [PASSWORD, 'wrong', 'wrong']) {
    const reply = await login(server, EMAIL, password, { headers });
    assert.equal(reply.status, 403);
    assert.equal(reply.headers['set-cookie'], undefined);
  }
  const json = { email: 'mallory@example.com', password: PASSWORD };
  assert.equal((await server.api('POST', '/users', { headers, cookie, json })).status, 403);
  assert.equal((await server.api('DELETE', '/users/me', { headers, cookie })).status, 403);
  assert.equal((await server.api('DELETE', '/auth_session/logout', { headers, cookie })).status, 403);
  assert.equal(await server.service.users.count(), 1);
  const events = server.logs.security.slice(logged).map((line) => JSON.parse(line)).map(({ event, origin }) => [event, origin]);
  assert.deepEqual(events, Array.from({ length: 6 }, () => ['cross_site_refused', FOREIGN]));
  assert.equal((await login(server, EMAIL, PASSWORD, { cookie })).status, 200);
});

test('Basic from another site is refused too: browsers send a remembered password unasked', async (t) => {
  const server = await startTestService(t, { authType: 'basic_auth' });
  const user = await server.addUser(EMAIL, PASSWORD);
  const headers = { 'sec-fetch-site': 'cross-site' };
  const reply = await server.api('DELETE', `/users/${user.id}`, { headers, basic: [EMAIL, PASSWORD] });
  assert.equal(reply.status, 403);
  assert.equal(await server.service.users.count(), 1);
});

test('a browser on the origin that it was served from signs in when the scheme is http', async (t) => {
  const server = await startTestService(t);
  await server.addUser(EMAIL, PASSWORD);
  const reply = await send(server.base, 'POST', '/api/v1/auth_session/login', {
    headers: { origin: server.base, 'sec-fetch-site': 'same-origin' },
    form: { email: EMAIL, password: PASSWORD },
  });
  assert.match(cookieOf(reply), /^_my_session_id=/);
});
