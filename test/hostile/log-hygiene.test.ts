import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService } from '../helpers/service.ts';
import { basic, FORM_TYPE, inChunks, JSON_TYPE, LOGIN, request, withBody } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';

const EMAIL = 'bob@example.com';
const PASSWORD = 'canary-password-9d2f';
const HOLDS_UP = { timeout: 60_000 };

/** Each stands for a secret; some in the spellings in which a log could show it. */
const SECRETS = ['canary-', Buffer.from('canary-').toString('base64').slice(0, 8), 'Y2FuYXJ5'];

/** What ends a line, moves a cursor, colours a terminal or turns the direction of writing. */
const HOSTILE_TEXTS = [
  '\r\n127.0.0.1 - - [20/May/2024 21:50:42] "GET /forged HTTP/1.1" 200 -',
  '\n{"event":"forged"}',
  '\x1b[2J\x1b[31m',
  '\x9b31m',
  '\u2028\u2029\u0085',
  '\u202e\u200b\ufeff',
  '\0\x07\x08\x7f',
  '" 200 -\\',
];

/** A line is printable ASCII with one line end; in JSON it parses. */
function assertCleanLine(line: string, isJson: boolean): void {
  assert.match(line, /^[\x20-\x7e]+\n$/, JSON.stringify(line));
  for (const secret of SECRETS) assert.ok(!line.includes(secret), `${secret} in ${line}`);
  if (isJson) assert.doesNotThrow(() => JSON.parse(line), line);
}

function assertClean({ logs }: TestService, isJson: boolean): void {
  for (const line of logs.access) assertCleanLine(line, isJson);
  for (const line of logs.security) assertCleanLine(line, true);
  for (const line of logs.notice) assertCleanLine(line, false);
  // Forged text may stand inside a line, escaped; it must not begin one.
  for (const line of [...logs.access, ...logs.security]) assert.ok(!line.startsWith('{"event":"forged"'), line);
}

/** Requests that carry a canary in each place where a client may put a secret. */
function canaryRequests(cookie: string): string[] {
  const json = (text: string): string => withBody('POST /api/v1/users', `Cookie: ${cookie}\r\n${JSON_TYPE}`, text);
  const login = (text: string, fields = FORM_TYPE): string => withBody(LOGIN, fields, text);
  const multipart = 'Content-Type: multipart/form-data; boundary=canary-boundary\r\n';
  return [
    request('GET /api/v1/users/me', 'Cookie: _my_session_id=canary-session\r\n'),
    request('GET /api/v1/users/me', 'Cookie: canary-name=canary-value; x=canary-x\r\n'),
    request('GET /api/v1/users/me', 'Cookie: _my_session_id="canary-session\r\n'),
    request('DELETE /api/v1/auth_session/logout', 'Cookie: _my_session_id=canary-session\r\n'),
    request('GET /api/v1/users/me', basic(`${EMAIL}:canary-basic`)),
    request('GET /api/v1/users/me', basic(`canary-email:canary-basic`)),
    request('GET /api/v1/users/me', 'Authorization: canary-scheme canary-token\r\n'),
    request('GET /api/v1/users/me', 'Authorization: Basic canary-\xff\r\nProxy-Authorization: Basic canary-proxy\r\n'),
    request('GET http://canary-user:canary-basic@b/api/v1/status'),
    login('email=canary-password-typed-here&password=canary-form'),
    login('email=canary-p%40ssword&password=canary-form'),
    login(`email=${EMAIL}&password=canary-wrong`),
    login('email=canary-a%0d%0acanary-b&password=canary-form'),
    login('email=canary-a', `${FORM_TYPE}Content-Encoding: canary-coding\r\n`),
    login('email=canary-a', `${FORM_TYPE.trim()}; charset=canary-charset\r\n`),
    login('email=canary-a', multipart),
    login(`canary-body${'x'.repeat(70_000)}`),
    inChunks(LOGIN, FORM_TYPE, 'email=canary-a&password=canary-b', 4),
    json('{"email":"canary-email","password":"canary-password"}'),
    json('{"email":"canary-email@x.y","password":"canary-"}'),
    json('{"email":"new@x.y","password":"canary-new-password","first_name":"canary-name"}'),
    json('{"canary-key'),
    request('PUT /api/v1/status?password=canary-query&a=b'),
    request('PUT /api/v1/status?a=b&password=canary-query'),
  ];
}

/** Ones after which the connection ends: the parser's own words must hold nothing of them. */
const CANARY_GARBAGE = [
  'canary-method /canary-target HTTP/1.1\r\n\r\n',
  request('GET /api/v1/status', 'Cookie canary-session\r\n'),
  request('GET /api/v1/status', 'Cookie: canary-session\0\r\n'),
  request('GET /api/v1/status', `Authorization: ${'canary-'.repeat(3_000)}\r\n`),
  request(LOGIN, `${FORM_TYPE}Transfer-Encoding: chunked\r\n`) + 'canary-size\r\n',
  withBody(LOGIN, FORM_TYPE, '') + 'email=canary-a&password=canary-b\r\n\r\n',
  request('GET /api/v1/status', 'Expect: canary-expectation\r\n'),
  request('GET /api/v1/status', 'Host: canary-host/\r\n'),
  request('CONNECT canary-host:443', basic('canary-user:canary-basic')),
];

/** Requests that carry control characters where they can be carried, raw and escaped. */
function hostileRequests(text: string): string[] {
  const latin1 = Buffer.from(text).toString('latin1').replace(/[\r\n\0]/g, '');
  const escaped = encodeURIComponent(text);
  return [
    request(`GET /api/v1/${escaped}`),
    request(`GET /api/v1/status?${escaped}&password=${escaped}`),
    request('GET /api/v1/status', `X-Forwarded-For: ${latin1}\r\nX-Forwarded-Proto: ${latin1}\r\n`),
    request('GET /api/v1/status', `User-Agent: ${latin1}\r\nReferer: ${latin1}\r\nX-Request-Id: ${latin1}\r\n`),
    withBody(LOGIN, `${FORM_TYPE}X-Forwarded-For: ${latin1}\r\n`, `email=${escaped}&password=${escaped}`),
    withBody(LOGIN, FORM_TYPE, `email=${encodeURIComponent(EMAIL)}${escaped}&password=${escaped}`),
    request('GET /api/v1/users/me', basic(`${Buffer.from(text).toString('latin1')}:x`)),
  ].map((bytes) => bytes.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, ''));
}

async function sendEach(port: number, requests: readonly string[]): Promise<void> {
  for (const bytes of requests) {
    const wire = await Wire.open(port);
    wire.end(bytes);
    assert.match(await wire.rest(), /^HTTP\/1\.1 [24]/, JSON.stringify(bytes.slice(0, 200)));
  }
}

for (const logFormat of ['common', 'json'] as const) {
  for (const authType of ['session_db_auth', 'basic_auth'] as const) {
    test(`no line of a log holds a secret or a control character (${logFormat}, ${authType})`, HOLDS_UP, async (t) => {
      const service = await startTestService(t, { logFormat, authType, trustedProxies: 1, loginMaxFailures: 1 });
      await service.addUser(EMAIL, PASSWORD);
      const form = { email: EMAIL, password: PASSWORD };
      const login = await service.api('POST', '/auth_session/login', { form });
      const cookie = authType === 'basic_auth' ? '' : cookieOf(login);
      const raw = HOSTILE_TEXTS.map((text) => `GET /${text} HTTP/1.1\r\nHost: a\r\nCookie: canary-x\r\n\r\n`);
      await sendEach(service.service.address.port, [
        ...canaryRequests(cookie),
        ...CANARY_GARBAGE,
        ...HOSTILE_TEXTS.flatMap(hostileRequests),
        ...raw,
        ...canaryRequests(cookie), // by now the throttle speaks too
      ]);
      if (cookie !== '') await service.api('DELETE', '/auth_session/logout', { cookie });
      assertClean(service, logFormat === 'json');
      const sessionId = cookie.split('=')[1] ?? '-';
      for (const line of [...service.logs.access, ...service.logs.security, ...service.logs.notice]) {
        assert.ok(sessionId === '-' || !line.includes(sessionId), line);
      }
      assert.ok(service.logs.access.length > 100, 'there was something to look at');
      assert.ok(service.logs.security.some((line) => line.includes('throttled')));
      assert.ok(service.logs.security.some((line) => line.includes('unknown_email')));
      assert.deepEqual(service.logs.notice, []);
    });
  }
}
