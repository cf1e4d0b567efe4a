import { CROSS_SITE_MESSAGES } from '../../src/security/cross-site.ts';
import { FORM_TYPE, request, withBody } from './requests.ts';
import type { Case, World } from './requests.ts';

const BAD = 'Bad request';
const get = (target: string, fields = ''): string => request(`GET ${target}`, fields);
const signedIn =
  (target: string, method = 'GET') =>
  ({ cookie }: World): string =>
    request(`${method} ${target}`, cookie);

/** Methods and request targets: what the gate judges is what the router looks up. */
export const TARGET_CASES: readonly Case[] = [
  ['a lone percent', '400 open', get('/api/v1/users/%'), BAD],
  ['a percent without hex digits', '400 open', get('/api/v1/users/%zz'), BAD],
  ['half an escape', '400 open', get('/api/v1/users/%4'), BAD],
  ['a %u escape', '400 open', get('/api/v1/users/%u0041'), BAD],
  ['an overlong slash in UTF-8', '400 open', get('/api/v1/status%c0%afusers'), BAD],
  ['an overlong NUL in UTF-8', '400 open', get('/api/v1/status%e0%80%80'), BAD],
  ['a surrogate in UTF-8', '400 open', get('/api/v1/users/%ed%a0%80'), BAD],
  ['UTF-8 cut short', '400 open', get('/api/v1/users/%e2%82'), BAD],
  ['a byte that is never UTF-8', '400 open', get('/api/v1/users/%ff'), BAD],
  ['a code point past the last', '400 open', get('/api/v1/users/%f4%90%80%80'), BAD],
  ['an escaped NUL', '404 open', signedIn('/api/v1/users/%00'), 'Not found'],
  ['an escaped NUL after an open path', '401 open', get('/api/v1/status%00'), 'Unauthorized'],
  ['an escaped CRLF', '404 open', signedIn('/api/v1/users/a%0d%0aX:%20y'), 'Not found'],
  ['a NUL', '400 closed', get('/api/v1/\0status'), BAD],
  ['a byte above 127', '400 closed', get('/api/v1/\xe9'), BAD],
  ['DEL', '400 closed', get('/api/v1/\x7f'), BAD],
  ['a target that is no path', '400 closed', get('api/v1/status'), BAD],
  ['an over-long target', '414 closed', get(`/${'a'.repeat(20_000)}`), 'URI too long'],
  ['an over-long query', '414 closed', get(`/api/v1/status?${'a'.repeat(20_000)}`), 'URI too long'],
  ['a long target', '401 open', get(`/api/v1/${'a/'.repeat(7_000)}`), 'Unauthorized'],
  ['an escape that needs no escape', '200 open', get('/api/v1/stat%75s')],
  ['an escaped slash', '200 open', get('/api%2fv1%2Fstatus%2F')],
  ['an escape of an escape', '401 open', get('/api/v1/stat%2575s'), 'Unauthorized'],
  ['a bad escape in the query', '200 open', get('/api/v1/status?a=%zz&__proto__[x]=1')],
  ['dot segments', '401 open', get('/api/v1/status/../users'), 'Unauthorized'],
  ['escaped dot segments', '401 open', get('/api/v1/status/%2e%2e/users'), 'Unauthorized'],
  ['two slashes', '401 open', get('//api/v1/status'), 'Unauthorized'],
  ['a path parameter', '401 open', get('/api/v1/status;a=b'), 'Unauthorized'],
  ['another case', '401 open', get('/API/V1/STATUS'), 'Unauthorized'],
  ['an open path and more', '401 open', get('/api/v1/statusx'), 'Unauthorized'],
  ['absolute-form', '200 open', get('http://b.example/api/v1/status')],
  [
    'absolute-form, and an Origin of its host',
    '400 open',
    withBody('POST http://b.example:81/api/v1/auth_session/login', `Origin: http://b.example:81\r\n${FORM_TYPE}`, 'a=b'),
    'email missing',
  ],
  [
    'absolute-form, and an Origin of the Host field',
    '403 open',
    withBody('POST http://b.example/api/v1/auth_session/login', `Origin: http://a\r\n${FORM_TYPE}`, 'a=b'),
    CROSS_SITE_MESSAGES.origin,
  ],
  ['absolute-form to another path', '401 open', get('http://b.example/api/v1/users'), 'Unauthorized'],
  ['absolute-form that hides a path', '303 open', get('http://b/?/api/v1/status')],
  ['absolute-form without a path', '303 open', get('http://b')],
  ['absolute-form with userinfo', '400 open', get('http://u:p@b/api/v1/status'), BAD],
  ['absolute-form of another scheme', '400 open', get('ftp://b/api/v1/status'), BAD],
  ['the id __proto__', '404 open', signedIn('/api/v1/users/__proto__'), 'Not found'],
  ['the id constructor', '404 open', signedIn('/api/v1/users/constructor', 'DELETE'), 'Not found'],
  ['the id toString', '404 open', signedIn('/api/v1/users/toString', 'PUT'), 'Not found'],
  ['a path below __proto__', '404 open', signedIn('/__proto__/constructor'), 'Not found'],
  ['an id of nothing', '404 open', signedIn('/api/v1/users//'), 'Not found'],

  ['HEAD', 'HEAD:200 open', request('HEAD /api/v1/status')],
  ['HEAD of nothing', 'HEAD:404 open', signedIn('/api/v1/nothing', 'HEAD')],
  ['HEAD without credentials', 'HEAD:401 open', request('HEAD /api/v1/users')],
  ['HEAD of a route without GET', 'HEAD:405 open', signedIn('/api/v1/auth_session/logout', 'HEAD')],
  ['OPTIONS', '204 open', request('OPTIONS /api/v1/users')],
  ['OPTIONS of nothing', '404 open', request('OPTIONS /api/v1/nothing'), 'Not found'],
  ['OPTIONS *', '204 open', request('OPTIONS *')],
  ['GET *', '400 open', get('*'), BAD],
  ['GET * signed in', '400 open', signedIn('*'), BAD],
  ['POST *', '400 open', withBody('POST *', FORM_TYPE, 'a=b'), BAD],
  ['TRACE', '405 open', signedIn('/api/v1/users', 'TRACE'), 'Method not allowed'],
  ['TRACE without credentials', '401 open', request('TRACE /api/v1/users'), 'Unauthorized'],
  ['PATCH', '405 open', signedIn('/api/v1/users/me', 'PATCH'), 'Method not allowed'],
  ['PROPFIND', '405 open', signedIn('/api/v1/users', 'PROPFIND'), 'Method not allowed'],
  ['POST to a route of GET', '405 open', request('POST /api/v1/status'), 'Method not allowed'],
  ['an Upgrade', '200 closed', get('/api/v1/status', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')],
  [
    'an Upgrade to h2c, and what follows it',
    '200 closed',
    get('/api/v1/status', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n') + get('/api/v1/users'),
  ],
  ['an Upgrade to h2c', '200 closed', get('/api/v1/status', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n')],
];
