import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { PasswordHasher } from '../../../src/security/password.ts';
import { send } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';
import { exchange } from '../../helpers/raw-connection.ts';
import { EMAIL, PASSWORD, signedIn, TestDisk } from '../../helpers/accounts.ts';
import { CountingHasher } from '../../helpers/hashers.ts';
import { journalOnly } from '../../helpers/test-database.ts';

interface Raw {
  readonly status: number;
  /** Lower-case name → every value that came, in order. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
}

/** One request, with the answer's header fields as they came: none joined, none dropped. */
async function raw(base: string, method: string, path: string, headers: OutgoingHttpHeaders, body = ''): Promise<Raw> {
  const { status, rawHeaders, text } = await send(base, method, path, { headers, ...(body !== '' && { body }) });
  const fields = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    fields.set(name, [...(fields.get(name) ?? []), rawHeaders[at + 1] ?? '']);
  }
  return { status, fields, text };
}

/** Breaks at one password, in a way that nobody foresaw. */
class BrokenHasher extends CountingHasher {
  override verify(password: string, stored: string | null): Promise<boolean> {
    if (password === 'break') throw new TypeError('secret detail of our own bug');
    return super.verify(password, stored);
  }
}

interface Row {
  readonly status: number;
  readonly method?: string;
  readonly path: string;
  readonly signedIn?: boolean;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const CREATE = { method: 'POST', signedIn: true, headers: { 'content-type': 'application/json' } };
const LOGIN = '/api/v1/auth_session/login';
const USER = JSON.stringify({ email: 'new@example.com', password: PASSWORD });

const ROWS: readonly Row[] = [
  { status: 200, path: '/api/v1/status' },
  { status: 200, path: '/api/v1/users', signedIn: true },
  { status: 200, path: '/api/v1/users/me', method: 'HEAD', signedIn: true },
  { status: 200, path: LOGIN, method: 'POST', headers: FORM, body: `email=${EMAIL}&password=${PASSWORD}` },
  { status: 201, path: '/api/v1/users', ...CREATE, body: USER },
  { status: 204, path: '/api/v1/users', method: 'OPTIONS' },
  { status: 400, path: '/api/v1/%', signedIn: true },
  { status: 400, path: LOGIN, method: 'POST', headers: FORM, body: 'email=' },
  { status: 400, path: '/api/v1/users', ...CREATE, body: '{"email":"a b","password":"x"}' },
  { status: 401, path: '/api/v1/users' },
  { status: 401, path: '/api/v1/unauthorized' },
  { status: 401, path: '/nothing' },
  { status: 401, path: LOGIN, method: 'POST', headers: FORM, body: `email=${EMAIL}&password=wrong` },
  { status: 403, path: '/api/v1/users', headers: { cookie: '_my_session_id=made-up' } },
  { status: 403, path: LOGIN, method: 'POST', headers: { origin: 'https://evil.example' } },
  { status: 404, path: LOGIN, method: 'POST', headers: FORM, body: 'email=nobody@example.com&password=wrong' },
  { status: 404, path: '/nothing', signedIn: true },
  { status: 405, path: '/api/v1/users/me', method: 'PATCH', signedIn: true },
  { status: 409, path: '/api/v1/users', ...CREATE, body: USER.replace('new', 'bob') },
  { status: 413, path: LOGIN, method: 'POST', headers: FORM, body: 'a'.repeat(70_000) },
  { status: 415, path: LOGIN, method: 'POST', headers: { ...FORM, 'content-encoding': 'gzip' }, body: 'a' },
  { status: 500, path: LOGIN, method: 'POST', headers: FORM, body: `email=${EMAIL}&password=break` },
];

const COMMON = new Map([
  ['x-content-type-options', 'nosniff'],
  ['cache-control', 'no-store'],
  ['access-control-allow-origin', '*'],
]);

function check({ status, fields, text }: Raw, row: Row): void {
  const what = JSON.stringify(row);
  assert.equal(status, row.status, `${what} ${text}`);
  for (const [name, value] of COMMON) assert.deepEqual(fields.get(name), [value], `${what} ${name}`);
  for (const [name, values] of fields) assert.equal(values.length, 1, `${what} ${name} twice`);
  for (const name of ['server', 'x-powered-by', 'etag', 'last-modified', 'expires']) {
    assert.equal(fields.has(name), false, `${what} ${name}`);
  }
  assert.equal(fields.get('content-type')?.[0], status === 204 ? undefined : 'application/json', what);
  if (row.method !== 'HEAD' && status !== 204) {
    assert.deepEqual(fields.get('content-length'), [String(Buffer.byteLength(text))], what);
  }
  assert.equal(fields.has('www-authenticate'), status === 401, what);
  assert.equal(fields.has('allow'), status === 405 || status === 204, what);
  assert.equal(fields.has('retry-after'), status === 429 || status === 503, what);
  const clears = row.headers?.['cookie'] !== undefined && status === 403;
  assert.equal(fields.has('set-cookie'), clears || (row.path === LOGIN && status === 200), what);
  assert.equal(fields.has('x-request-id'), status === 500, what);
  if (status >= 400) assert.match(text, /^\{\n {2}"error": "[^\n]+"\n\}\n$/, what);
}

test('every kind of answer has the headers that protect it, each once', async (t) => {
  const server = await startTestService(t, { passwords: new BrokenHasher() });
  await server.addUser(EMAIL, PASSWORD);
  const cookie = await signedIn(server);
  for (const row of ROWS) {
    const headers = { ...(row.signedIn === true && { cookie }), ...row.headers };
    check(await raw(server.base, row.method ?? 'GET', row.path, headers, row.body), row);
  }
});

test('an answer that nobody foresaw has no detail but an id, under which the log has it whole', async (t) => {
  const server = await startTestService(t, { passwords: new BrokenHasher() });
  const form = { email: EMAIL, password: 'break' };
  const reply = await server.api('POST', '/auth_session/login', { form });
  assert.deepEqual(reply.json(), { error: 'Internal server error' });
  const [notice = ''] = server.logs.notice;
  assert.ok(notice.startsWith(`request ${String(reply.headers['x-request-id'])}: TypeError: secret detail`), notice);
});

test('429 and 503 have them too, with Retry-After', journalOnly('a full disk'), async (t) => {
  const fileSystem = new TestDisk();
  const server = await startTestService(t, { loginMaxFailures: 1, fileSystem });
  await server.addUser(EMAIL, PASSWORD);
  const body = (password: string): string => `email=${EMAIL}&password=${password}`;
  const base = { path: LOGIN, method: 'POST', headers: FORM };
  fileSystem.isFull = true;
  check(await raw(server.base, 'POST', LOGIN, FORM, body(PASSWORD)), { ...base, status: 503 });
  check(await raw(server.base, 'POST', LOGIN, FORM, body('wrong')), { ...base, status: 401 });
  check(await raw(server.base, 'POST', LOGIN, FORM, body(PASSWORD)), { ...base, status: 429 });
});

for (const [authType, challenge] of [
  ['none', 'Session realm="session-auth-server"'],
  ['auth', 'Session realm="session-auth-server"'],
  ['basic_auth', 'Basic realm="session-auth-server", charset="UTF-8"'],
  ['session_auth', 'Session realm="session-auth-server"'],
  ['session_exp_auth', 'Session realm="session-auth-server"'],
  ['session_db_auth', 'Session realm="session-auth-server"'],
] as const) {
  test(`${authType} challenges with ${challenge}, so that no browser asks for a password in vain`, async (t) => {
    const server = await startTestService(t, { authType, passwords: new PasswordHasher() });
    const paths = authType === 'none' ? ['/unauthorized'] : ['/unauthorized', '/users', '/nothing'];
    for (const path of paths) {
      const reply = await server.api('GET', path);
      assert.equal(reply.status, 401);
      assert.equal(reply.headers['www-authenticate'], challenge);
    }
  });
}

test('what cannot be read as a request is answered with them, and told nothing', async (t) => {
  const server = await startTestService(t);
  const { port } = server.service.address;
  for (const bytes of ['NONSENSE\r\n\r\n', `GET / HTTP/1.1\r\nHost: a\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`]) {
    const { text } = await exchange(port, bytes);
    assert.match(text, /^HTTP\/1\.1 4\d\d /);
    assert.match(text, /\r\nX-Content-Type-Options: nosniff\r\n/);
    assert.match(text, /\r\nCache-Control: no-store\r\n/);
    assert.match(text, /\r\n\r\n\{\n {2}"error": "[A-Z][a-z ]+"\n\}\n$/);
  }
});
