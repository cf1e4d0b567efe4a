import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestService } from '../../helpers/service.ts';
import type { TestServiceOptions } from '../../helpers/service.ts';
import { EMAIL, login, PASSWORD, SESSION_TYPES } from '../../helpers/accounts.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const FOUR_HUNDRED_DAYS = 400 * 86_400;

const NAMES = [
  { sessionName: '_my_session_id', isAlwaysSecure: false },
  { sessionName: 'Secure', isAlwaysSecure: false },
  { sessionName: '__Host-id', isAlwaysSecure: true },
  { sessionName: '__Secure-id', isAlwaysSecure: true },
  { sessionName: '__hOST-id', isAlwaysSecure: true },
  { sessionName: '__secure-id', isAlwaysSecure: true },
  { sessionName: "!#$%&'*+-.^_`|~", isAlwaysSecure: false },
];

/** X-Forwarded-Proto, and whether one proxy of ours makes it TLS. */
const PROTOCOLS = [
  [undefined, false],
  ['https', true],
  ['HTTPS', true],
  ['http', false],
  ['http, https', true],
  ['https, http', false],
  ['wss', false],
  ['', false],
] as const;

/** The one Set-Cookie of an answer, apart: name=value, and the attributes in one order. */
function parsed(header: readonly string[] | undefined): { pair: string; attributes: string } {
  assert.equal(header?.length, 1, 'one Set-Cookie');
  const [pair = '', ...attributes] = header?.[0]?.split('; ') ?? [];
  return { pair, attributes: attributes.sort().join('; ') };
}

function expected(isSecure: boolean, maxAge: number | null): string {
  const attributes = ['HttpOnly', 'Path=/', 'SameSite=Lax'];
  if (isSecure) attributes.push('Secure');
  if (maxAge !== null) attributes.push(`Max-Age=${maxAge}`);
  return attributes.sort().join('; ');
}

/** Signs in and out again; both cookies must have these attributes. */
async function check(
  server: Awaited<ReturnType<typeof startTestService>>,
  name: string,
  headers: { [field: string]: string },
  isSecure: boolean,
  maxAge: number | null,
): Promise<void> {
  const reply = await login(server, EMAIL, PASSWORD, { headers });
  const made = parsed(reply.headers['set-cookie']);
  const what = JSON.stringify([name, headers]);
  assert.equal(reply.text.includes(made.pair.slice(name.length + 1)), false, 'the cookie alone carries the id');
  assert.ok(made.pair.startsWith(`${name}=`), what);
  assert.match(made.pair.slice(name.length + 1), new RegExp(`^${UUID}$`), what);
  assert.equal(made.attributes, expected(isSecure, maxAge), what);
  const out = await server.api('DELETE', '/auth_session/logout', { headers, cookie: made.pair });
  assert.equal(out.status, 200, what);
  const cleared = parsed(out.headers['set-cookie']);
  assert.equal(cleared.pair, `${name}=`, what);
  assert.equal(cleared.attributes, expected(isSecure, 0), what);
}

for (const cookieSecure of ['auto', 'true', 'false'] as const) {
  for (const trustedProxies of [0, 1]) {
    test(`the cookie is right when COOKIE_SECURE=${cookieSecure}, TRUST_PROXY=${trustedProxies}`, async (t) => {
      for (const { sessionName, isAlwaysSecure } of NAMES) {
        const options = { authType: 'session_auth', cookieSecure, trustedProxies, sessionName } as const;
        const server = await startTestService(t, options);
        await server.addUser(EMAIL, PASSWORD);
        for (const [protocol, isTls] of PROTOCOLS) {
          const isSecure =
            isAlwaysSecure || cookieSecure === 'true' || (cookieSecure === 'auto' && trustedProxies === 1 && isTls);
          const headers = protocol === undefined ? {} : { 'x-forwarded-proto': protocol };
          await check(server, sessionName, headers, isSecure, null);
        }
        await server.service.close();
      }
    });
  }
}

/** SESSION_DURATION → Max-Age, where sessions end by themselves. */
const DURATIONS = [
  [0, null],
  [1, 1],
  [60, 60],
  [FOUR_HUNDRED_DAYS, FOUR_HUNDRED_DAYS],
  [FOUR_HUNDRED_DAYS + 1, FOUR_HUNDRED_DAYS],
  [Number.MAX_SAFE_INTEGER, FOUR_HUNDRED_DAYS],
  [Number.POSITIVE_INFINITY, FOUR_HUNDRED_DAYS],
] as const;

for (const authType of SESSION_TYPES) {
  test(`${authType} says Max-Age when its sessions expire, 400 days at most`, async (t) => {
    for (const [sessionDurationSeconds, maxAge] of DURATIONS) {
      const options: TestServiceOptions = { authType, sessionDurationSeconds };
      const server = await startTestService(t, options);
      await server.addUser(EMAIL, PASSWORD);
      await check(server, '_my_session_id', {}, false, authType === 'session_auth' ? null : maxAge);
      await server.service.close();
    }
  });

  test(`${authType} sets no cookie but at login and logout, and clears that of a dead session`, async (t) => {
    const server = await startTestService(t, { authType });
    await server.addUser(EMAIL, PASSWORD);
    const { pair } = parsed((await login(server, EMAIL, PASSWORD)).headers['set-cookie']);
    const replies = [
      await login(server, EMAIL, 'wrong', { cookie: pair }),
      await login(server, 'nobody@example.com', PASSWORD, { cookie: pair }),
      await login(server, '', '', { cookie: pair }),
      await server.api('GET', '/users/me', { cookie: pair }),
      await server.api('GET', '/users/me', { cookie: '_my_session_id=made-up' }),
      await server.api('GET', '/users/me'),
      await server.api('OPTIONS', '/auth_session/login'),
      await server.api('DELETE', '/auth_session/logout', { cookie: '_my_session_id=made-up' }),
    ];
    assert.deepEqual(replies.map(({ status }) => status), [401, 404, 400, 200, 403, 401, 204, 403]);
    for (const [index, { headers }] of replies.entries()) {
      const isDead = index === 4 || index === 7;
      assert.equal(headers['set-cookie']?.[0]?.split(';')[0], isDead ? '_my_session_id=' : undefined);
    }
  });
}
