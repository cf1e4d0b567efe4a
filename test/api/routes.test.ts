import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH_TYPES } from '../../src/config.ts';
import type { AuthType } from '../../src/config.ts';
import { cookieOf, send } from '../helpers/client.ts';
import type { Reply, RequestOptions } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService } from '../helpers/service.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';
const NO_USER = '9375973a-68c7-46aa-b135-29f79e837495';

type Credentials = 'none' | 'wrong' | 'right';

interface Row {
  readonly method: string;
  /** `:id` stands for the user's. */
  readonly path: string;
  /** Once let through: the status, by whether AUTH_TYPE has sessions where that matters. */
  readonly status: number | { readonly sessions: number; readonly others: number };
  readonly excluded?: true;
  /** The status where nobody is authenticated, since AUTH_TYPE=none. */
  readonly withoutUser?: number;
  readonly allow?: string;
}

const ROWS: readonly Row[] = [
  { method: 'GET', path: '/status', status: 200, excluded: true },
  { method: 'POST', path: '/status', status: 405, excluded: true, allow: 'GET, HEAD, OPTIONS' },
  { method: 'GET', path: '/stats', status: 200 },
  { method: 'GET', path: '/unauthorized', status: 401, excluded: true },
  { method: 'GET', path: '/forbidden', status: 403, excluded: true },
  { method: 'GET', path: '/users', status: 200 },
  { method: 'POST', path: '/users', status: 400 },
  { method: 'PUT', path: '/users', status: 405, allow: 'GET, HEAD, OPTIONS, POST' },
  { method: 'DELETE', path: '/users', status: 405, allow: 'GET, HEAD, OPTIONS, POST' },
  { method: 'GET', path: '/users/me', status: 200, withoutUser: 404 },
  { method: 'GET', path: '/users/:id', status: 200 },
  { method: 'GET', path: `/users/${NO_USER}`, status: 404 },
  { method: 'PUT', path: '/users/:id', status: 400 },
  { method: 'PUT', path: `/users/${NO_USER}`, status: 404 },
  { method: 'POST', path: '/users/:id', status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PUT' },
  { method: 'PATCH', path: '/users/:id', status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PUT' },
  { method: 'DELETE', path: `/users/${NO_USER}`, status: 404 },
  { method: 'GET', path: '/users/:id/more', status: 404 },
  { method: 'GET', path: '', status: 404 },
  { method: 'GET', path: '/nothing', status: 404 },
  { method: 'GET', path: '/statusx', status: 404 },
  { method: 'DELETE', path: '/nothing', status: 404 },
  { method: 'GET', path: '/auth_session', status: 404 },
  { method: 'POST', path: '/auth_session/login', status: { sessions: 400, others: 404 }, excluded: true },
  {
    method: 'GET',
    path: '/auth_session/login',
    status: { sessions: 405, others: 404 },
    excluded: true,
    allow: 'OPTIONS, POST',
  },
  { method: 'GET', path: '/auth_session/logout', status: { sessions: 405, others: 404 }, allow: 'DELETE, OPTIONS' },
  { method: 'DELETE', path: '/auth_session/logout', status: { sessions: 200, others: 404 } },
];

function hasSessions(authType: AuthType): boolean {
  return authType.startsWith('session_');
}

function isKnownCredentials(authType: AuthType, credentials: Credentials): boolean {
  return credentials !== 'right' || (authType !== 'none' && authType !== 'auth');
}

/** What a client sends along; fresh each time, since a logout ends it. */
async function credentialsOf(
  authType: AuthType,
  credentials: Credentials,
  api: TestService['api'],
): Promise<RequestOptions> {
  if (credentials === 'none') return {};
  if (!hasSessions(authType)) {
    if (credentials === 'right') return { basic: [EMAIL, PASSWORD] };
    return { basic: [EMAIL, 'wrong'], cookie: '_my_session_id=a' };
  }
  if (credentials === 'wrong') return { basic: [EMAIL, PASSWORD], cookie: `_my_session_id=${NO_USER}` };
  const login = await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  return { cookie: cookieOf(login) };
}

function expectedStatus(row: Row, authType: AuthType, credentials: Credentials): number {
  const { status } = row;
  const routed = typeof status === 'number' ? status : status[hasSessions(authType) ? 'sessions' : 'others'];
  if (authType === 'none') return row.withoutUser ?? routed;
  if (row.excluded === true || credentials === 'right') return routed;
  return credentials === 'none' ? 401 : 403;
}

/** What holds for every answer below /api/v1, whatever the route. */
function assertSound(reply: Reply, row: Row, authType: AuthType, what: string): void {
  const { headers } = reply;
  assert.equal(headers['access-control-allow-origin'], '*', what);
  assert.equal(headers['x-content-type-options'], 'nosniff', what);
  assert.equal(headers['cache-control'], 'no-store', what);
  assert.equal(headers['content-type'], 'application/json', what);
  assert.equal(headers.allow, reply.status === 405 ? row.allow : undefined, what);
  const challenge = authType === 'basic_auth' ? /^Basic realm="[^"]+", charset="UTF-8"$/ : /^Session realm="[^"]+"$/;
  if (reply.status === 401) assert.match(headers['www-authenticate'] ?? '', challenge, what);
  else assert.equal(headers['www-authenticate'], undefined, what);
  if (row.method !== 'HEAD') {
    assert.equal(reply.text, `${JSON.stringify(reply.json(), sortedKeys, 2)}\n`, what);
    assert.equal(headers['content-length'], String(Buffer.byteLength(reply.text)), what);
  }
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const MESSAGES: ReadonlyMap<number, string> = new Map([
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not found'],
  [405, 'Method not allowed'],
]);

for (const authType of AUTH_TYPES) {
  test(`every route answers as it should under ${authType}, with no, wrong and right credentials`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType, loginMaxFailures: 0 });
    const user = await addUser(EMAIL, PASSWORD);
    for (const credentials of ['none', 'wrong', 'right'] as const) {
      if (!isKnownCredentials(authType, credentials)) continue;
      for (const row of ROWS) {
        for (const slash of ['', '/']) {
          const path = row.path.replace(':id', user.id) + slash;
          const what = `${row.method} ${path} with ${credentials} credentials`;
          const reply = await api(row.method, path, await credentialsOf(authType, credentials, api));
          const status = expectedStatus(row, authType, credentials);
          assert.equal(reply.status, status, what);
          assertSound(reply, row, authType, what);
          const message = MESSAGES.get(status);
          if (message !== undefined) assert.deepEqual(reply.json(), { error: message }, what);
        }
      }
    }
  });

  test(`HEAD is GET without a body under ${authType}`, async (t) => {
    const { api, addUser } = await startTestService(t, { authType });
    const user = await addUser(EMAIL, PASSWORD);
    const options = await credentialsOf(authType, isKnownCredentials(authType, 'right') ? 'right' : 'none', api);
    for (const row of ROWS.filter(({ method }) => method === 'GET')) {
      const path = row.path.replace(':id', user.id);
      const [get, head] = [await api('GET', path, options), await api('HEAD', path, options)];
      assert.equal(head.text, '', path);
      const { date: _dateOfHead, ...headHeaders } = head.headers;
      const { date: _dateOfGet, ...getHeaders } = get.headers;
      if (row.path === '/users' && get.status === 200) {
        // The list's text is not made for a client that wants none of it (RFC 9110 section 9.3.2).
        delete getHeaders['content-length'];
      }
      assert.deepEqual([head.status, headHeaders], [get.status, getHeaders], path);
    }
  });

  test(`OPTIONS is answered before authentication under ${authType}`, async (t) => {
    const { api, base, addUser } = await startTestService(t, { authType });
    const user = await addUser(EMAIL, PASSWORD);
    const sessions = hasSessions(authType);
    const cases: readonly (readonly [path: string, allow: string | null])[] = [
      ['/status', 'GET, HEAD, OPTIONS'],
      ['/status/', 'GET, HEAD, OPTIONS'],
      ['/stats', 'GET, HEAD, OPTIONS'],
      ['/users', 'GET, HEAD, OPTIONS, POST'],
      ['/users/me', 'DELETE, GET, HEAD, OPTIONS, PUT'],
      // The same for a user who is there and one who is not: it tells nothing.
      [`/users/${user.id}`, 'DELETE, GET, HEAD, OPTIONS, PUT'],
      [`/users/${NO_USER}`, 'DELETE, GET, HEAD, OPTIONS, PUT'],
      ['/auth_session/login', sessions ? 'OPTIONS, POST' : null],
      ['/auth_session/logout', sessions ? 'DELETE, OPTIONS' : null],
      ['/nothing', null],
    ];
    for (const [path, allow] of cases) {
      const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'PUT' };
      const reply = await api('OPTIONS', path, { headers });
      assert.equal(reply.status, allow === null ? 404 : 204, path);
      assert.equal(reply.headers.allow, allow ?? undefined, path);
      assert.equal(reply.headers['access-control-allow-methods'], allow ?? undefined, path);
      assert.equal(reply.headers['access-control-allow-origin'], '*', path);
      assert.equal(reply.headers['access-control-allow-credentials'], undefined, path);
    }
    // Of the server as a whole: what any path has.
    const { status, headers } = await send(base, 'OPTIONS', '*');
    assert.deepEqual([status, headers.allow], [204, 'DELETE, GET, HEAD, OPTIONS, POST, PUT']);
  });
}
