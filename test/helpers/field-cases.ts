import { CROSS_SITE_MESSAGES } from '../../src/security/cross-site.ts';
import { basic, FORM_TYPE, JSON_TYPE, LOGIN, request, withBody } from './requests.ts';
import type { Case, World } from './requests.ts';

const BAD = 'Bad request';
const LONG = 'a'.repeat(20_000);
const FOREIGN = CROSS_SITE_MESSAGES.origin;
const TOO_LARGE = 'Request header fields too large';
const status = (fields: string): string => request('GET /api/v1/status', fields);
const me =
  (fields: (world: World) => string) =>
  (world: World): string =>
    request('GET /api/v1/users/me', fields(world));
const NO_SESSION = 'Cookie: _my_session_id=00000000-0000-4000-8000-000000000000\r\n';
const pair = (cookie: string): string => cookie.slice('Cookie: '.length).trim();

/** Header fields: malformed, too many, too long, there twice, empty, named like what every object has. */
export const FIELD_CASES: readonly Case[] = [
  ['a field without a colon', '400 closed', status('nonsense\r\n'), BAD],
  ['a field without a name', '400 closed', status(': x\r\n'), BAD],
  ['a space before the colon', '400 closed', status('X : a\r\n'), BAD],
  ['a folded field', '400 closed', status('X: a\r\n b\r\n'), BAD],
  ['NUL in a value', '400 closed', status('X: a\0b\r\n'), BAD],
  ['NUL in the cookie', '400 closed', status('Cookie: _my_session_id=\0\r\n'), BAD],
  ['a bare CR in a value', '400 closed', status('X: a\rY: b\r\n'), BAD],
  ['a byte above 127 in a name', '400 closed', status('\xe9: a\r\n'), BAD],
  ['bytes above 127 in values', '200 open', status('X: \xe9\xff\r\nCookie: \xe9=\xff\r\n')],
  ['a Host with a path', '400 closed', 'GET /api/v1/status HTTP/1.1\r\nHost: a/b\r\n\r\n', BAD],
  ['an over-long value', '431 closed', status(`X: ${LONG}\r\n`), TOO_LARGE],
  ['an over-long name', '431 closed', status(`${LONG}: x\r\n`), TOO_LARGE],
  ['an over-long cookie', '431 closed', status(`Cookie: a=${LONG}\r\n`), TOO_LARGE],
  ['too many fields', '431 closed', status('X: y\r\n'.repeat(201)), TOO_LARGE],
  ['thousands of fields', '431 closed', status('X:\r\n'.repeat(5_000)), TOO_LARGE],
  ['many fields', '200 open', status('X: y\r\n'.repeat(150))],

  ['two Cookies', '200 open', me(({ cookie }) => `Cookie: a=b\r\n${cookie}`)],
  ['a thousand cookies', '200 open', me(({ cookie }) => `Cookie: ${'a=b; '.repeat(1_000)}${pair(cookie)}\r\n`)],
  ['nothing but semicolons', '401 open', me(() => `Cookie: ${';'.repeat(15_000)}\r\n`), 'Unauthorized'],
  ['the session in the second Cookie', '200 open', me(({ cookie }) => NO_SESSION + cookie)],
  ['the session in the first Cookie', '200 open', me(({ cookie }) => cookie + NO_SESSION)],
  ['a quoted session', '200 open', me(({ cookie }) => `Cookie: ${pair(cookie).replace('=', '="')}"\r\n`)],
  ['an empty Cookie', '401 open', me(() => 'Cookie:\r\n'), 'Unauthorized'],
  ['an empty session', '403 open', me(() => 'Cookie: _my_session_id=\r\n'), 'Forbidden'],
  ['the session __proto__', '403 open', me(() => 'Cookie: _my_session_id=__proto__\r\n'), 'Forbidden'],
  ['the session constructor', '403 open', me(() => 'Cookie: _my_session_id=constructor\r\n'), 'Forbidden'],
  ['the cookie __proto__', '401 open', me(() => 'Cookie: __proto__=a; constructor=b; =c\r\n'), 'Unauthorized'],
  ['the field __proto__', '200 open', status('__proto__: a\r\nconstructor: b\r\nhasOwnProperty: c\r\n')],
  ['Authorization under sessions', '403 open', me(({ email, password }) => basic(`${email}:${password}`)), 'Forbidden'],
  ['two Authorizations', '403 open', me(() => 'Authorization: a\r\nAuthorization: b\r\n'), 'Forbidden'],
  ['an empty Authorization', '403 open', me(() => 'Authorization:\r\n'), 'Forbidden'],
  ['a long Authorization', '403 open', me(() => `Authorization: Basic ${'A'.repeat(14_000)}\r\n`), 'Forbidden'],
  ['empty values everywhere', '200 open', status('Cookie:\r\nOrigin:\r\nX-Forwarded-For:\r\nContent-Type:\r\nTE:\r\n')],
  ['two Content-Types', '400 open', withBody(LOGIN, `${FORM_TYPE}${JSON_TYPE}`, 'email=a'), 'password missing'],
  [
    'two Content-Types, the form last',
    '400 open',
    withBody(LOGIN, `${JSON_TYPE}${FORM_TYPE}`, 'email=a'),
    'email missing',
  ],
  ['an empty Content-Type', '400 open', withBody(LOGIN, 'Content-Type:\r\n', 'email=a'), 'email missing'],
  ['a malformed Content-Type', '400 open', withBody(LOGIN, 'Content-Type: ;;=/"\r\n', 'email=a'), 'email missing'],
  ['no Content-Type', '400 open', withBody(LOGIN, '', 'email=a'), 'email missing'],
  ['a foreign Origin', '403 open', withBody(LOGIN, `Origin: http://b\r\n${FORM_TYPE}`, 'email=a'), FOREIGN],
  ['Origin: null', '403 open', withBody(LOGIN, `Origin: null\r\n${FORM_TYPE}`, 'email=a'), FOREIGN],
  [
    'two Origins',
    '403 open',
    withBody(LOGIN, `Origin: http://a\r\nOrigin: http://b\r\n${FORM_TYPE}`, 'a'),
    FOREIGN,
  ],
  [
    'a cross-site form',
    '403 open',
    withBody(LOGIN, `Sec-Fetch-Site: cross-site\r\n${FORM_TYPE}`, 'a=b'),
    CROSS_SITE_MESSAGES.fetch_site,
  ],
];

const NOBODY = 'Forbidden';

/** The same against `basic_auth`. */
export const BASIC_CASES: readonly Case[] = [
  ['right credentials', '200 open', me(({ email, password }) => basic(`${email}:${password}`))],
  ['two Authorizations, the first right', '200 open', me((w) => basic(`${w.email}:${w.password}`) + basic('a:b'))],
  [
    'two Authorizations, the first wrong',
    '403 open',
    me((w) => basic('a:b') + basic(`${w.email}:${w.password}`)),
    NOBODY,
  ],
  ['the scheme alone', '403 open', me(() => 'Authorization: Basic\r\n'), NOBODY],
  ['a scheme and a space', '403 open', me(() => 'Authorization: Basic \r\n'), NOBODY],
  ['no Base64', '403 open', me(() => 'Authorization: Basic !!!\r\n'), NOBODY],
  ['Base64 without padding', '403 open', me(() => 'Authorization: Basic YTpi=\r\n'), NOBODY],
  ['Base64 of no UTF-8', '403 open', me(() => basic('\xff\xfe:\xc0\xaf')), NOBODY],
  ['no colon', '403 open', me(() => basic('nobody')), NOBODY],
  ['NUL and CRLF inside', '403 open', me(() => basic('a\0\r\nb:c\0')), NOBODY],
  ['the email __proto__', '403 open', me(() => basic('__proto__:constructor')), NOBODY],
  ['nothing but a colon', '403 open', me(() => basic(':')), NOBODY],
  ['a password past every limit', '403 open', me((w) => basic(`${w.email}:${'x'.repeat(10_000)}`)), NOBODY],
  ['the login route', '401 open', withBody('POST /api/v1/auth_session/logout', FORM_TYPE, 'a=b'), 'Unauthorized'],
];
