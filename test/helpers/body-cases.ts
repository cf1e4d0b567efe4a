import { FORM_TYPE, HOST, inChunks, JSON_TYPE, LOGIN, request, withBody } from './requests.ts';
import type { Case, World } from './requests.ts';

const WRONG_FORMAT = 'Wrong format';
const NOT_READ = 'Unsupported media type';
const LARGE = 'x'.repeat(100_000);
const EMAIL_SENTENCE = 'email must be an address with one @ and no spaces, colons or invisible characters, such as bob@example.com';
const MULTIPART = 'Content-Type: multipart/form-data; boundary=b\r\n';
const MALFORMED_MULTIPART =
  'Bad request: the multipart body does not follow its boundary; send it again, ' +
  'or send the form as application/x-www-form-urlencoded';

const NOT_UTF8 = 'Bad request: the form is not in UTF-8';

const login = (body: string, fields = FORM_TYPE): string => withBody(LOGIN, fields, body);
const newUser =
  (body: string, fields = JSON_TYPE) =>
  ({ cookie }: World): string =>
    withBody('POST /api/v1/users', cookie + fields, body);
const rename =
  (body: string) =>
  ({ cookie, userId }: World): string =>
    withBody(`PUT /api/v1/users/${userId}`, cookie + JSON_TYPE, body);
const part = (name: string, value: string): string =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

/** Bodies: where none is expected, of the wrong kind, too large, malformed, and with names every object has. */
export const BODY_CASES: readonly Case[] = [
  ['a body on GET', '200 open', withBody('GET /api/v1/status', '', 'GET / HTTP/1.1\r\n\r\n')],
  ['chunks on GET', '200 open', inChunks('GET /api/v1/status', '', LARGE)],
  ['a body on HEAD', 'HEAD:200 open', withBody('HEAD /api/v1/status', '', LARGE)],
  ['a body on DELETE', '404 open', ({ cookie }) => withBody('DELETE /api/v1/users/x', cookie, LARGE), 'Not found'],
  ['a body on OPTIONS', '204 open', withBody('OPTIONS /api/v1/users', JSON_TYPE, LARGE)],
  ['a body before the gate', '401 open', withBody('POST /api/v1/users', JSON_TYPE, LARGE), 'Unauthorized'],
  ['a body on a bad target', '400 open', withBody('POST /%zz', JSON_TYPE, LARGE), 'Bad request'],
  ['a body on 405', '405 open', withBody('POST /api/v1/status', '', LARGE), 'Method not allowed'],

  ['a body too large', '413 open', login(LARGE), 'Payload too large'],
  ['a body too large by one', '413 open', login('x'.repeat(65_537)), 'Payload too large'],
  ['a body of the limit', '400 open', login('x'.repeat(65_536)), 'email missing'],
  ['chunks too large', '413 open', inChunks(LOGIN, FORM_TYPE, LARGE), 'Payload too large'],
  ['too many form fields', '413 open', login('a&'.repeat(200)), 'Payload too large'],
  ['too many parts', '413 open', login(`${part('a', '').repeat(200)}--b--\r\n`, MULTIPART), 'Payload too large'],
  ['gzip', '415 open', login('\x1f\x8b\x08', `${FORM_TYPE}Content-Encoding: gzip\r\n`), NOT_READ],
  ['gzip, twice', '415 open', login('a', `${FORM_TYPE}Content-Encoding: gzip\r\nContent-Encoding: br\r\n`), NOT_READ],
  ['a coding of no effect', '400 open', login('a', `${FORM_TYPE}Content-Encoding: identity\r\n`), 'email missing'],
  ['a form in latin1', '415 open', login('a', FORM_TYPE.replace('\r', '; charset=latin1\r')), NOT_READ],
  ['JSON in UTF-16', '415 open', newUser('{}', JSON_TYPE.replace('\r', '; charset=utf-16\r')), NOT_READ],
  ['JSON in gzip', '415 open', newUser('{}', `${JSON_TYPE}Content-Encoding: gzip\r\n`), NOT_READ],

  ['text for JSON', '400 open', newUser('{"email": "a@b"}', 'Content-Type: text/plain\r\n'), WRONG_FORMAT],
  ['large text for JSON', '400 open', newUser(LARGE, 'Content-Type: text/plain\r\n'), WRONG_FORMAT],
  ['no JSON', '400 open', newUser('{'), WRONG_FORMAT],
  ['nothing for JSON', '400 open', newUser(''), WRONG_FORMAT],
  ['a list for an object', '400 open', newUser('[]'), WRONG_FORMAT],
  ['null for an object', '400 open', newUser('null'), WRONG_FORMAT],
  ['JSON in bad UTF-8', '400 open', newUser('{"email": "\xc0\xaf@b"}'), WRONG_FORMAT],
  ['JSON with a NUL', '400 open', newUser('{"email": "\0"}'), WRONG_FORMAT],
  ['deep JSON', '400 open', newUser('['.repeat(60_000)), WRONG_FORMAT],
  [
    'deep JSON, sound',
    '400 open',
    newUser(`{"email":${'['.repeat(30_000)}${']'.repeat(30_000)},"password":1}`),
    EMAIL_SENTENCE,
  ],
  ['an email of __proto__', '400 open', newUser('{"__proto__":{"email":"a@b","password":"c"}}'), 'email missing'],
  ['an email of a constructor', '400 open', newUser('{"constructor":{"prototype":{"email":"a@b"}}}'), 'email missing'],
  ['an email with a NUL', '400 open', newUser('{"email":"a\\u0000@b","password":"c"}'), EMAIL_SENTENCE],
  ['an email with half a surrogate', '400 open', newUser('{"email":"\\ud800@b","password":"c"}'), EMAIL_SENTENCE],
  ['an email that is an object', '400 open', newUser('{"email":{"toString":1},"password":"c"}'), EMAIL_SENTENCE],
  ['a password that is a list', '400 open', newUser('{"email":"a@b","password":["c"]}'), 'password must be a text'],
  ['a user with __proto__', '201 open', newUser('{"__proto__":{"x":1},"email":"p@x.y","password":"o-k 4 now"}')],
  ['names of __proto__', '200 open', rename('{"__proto__":{"first_name":"x"},"constructor":{"last_name":"y"}}')],
  [
    'a fractional name',
    '400 open',
    rename('{"first_name":1.5}'),
    'first_name must be a text without control or invisible characters, or null',
  ],
  ['a byte order mark', '200 open', rename('\xef\xbb\xbf{}')],

  ['the form field __proto__', '400 open', login('__proto__=a&constructor=b&__proto__[email]=c'), 'email missing'],
  [
    'the form email __proto__',
    '404 open',
    login('email=__proto__&password=constructor'),
    'no user found for this email',
  ],
  ['bad escapes in a form', '404 open', login('email=%zz%&password=%zz'), 'no user found for this email'],
  ['escapes of no UTF-8 in a form', '400 open', login('email=a@b&password=%c0%af'), NOT_UTF8],
  ['bytes of no UTF-8 in a form', '400 open', login('email=a@b&password=\xff'), NOT_UTF8],
  ['NUL in a form', '404 open', login('email=%00&password=\0'), 'no user found for this email'],
  ['the part __proto__', '400 open', login(`${part('__proto__', 'a')}--b--\r\n`, MULTIPART), 'email missing'],
  ['multipart cut short', '400 open', login(part('email', 'a'), MULTIPART), MALFORMED_MULTIPART],
  [
    'multipart without boundary',
    '400 open',
    login('--b--', 'Content-Type: multipart/form-data\r\n'),
    MALFORMED_MULTIPART,
  ],
  ['multipart that is no multipart', '400 open', login('email=a', MULTIPART), MALFORMED_MULTIPART],
  [
    'a file for an email',
    '400 open',
    login(`${part('email"; filename="f', 'a')}--b--\r\n`, MULTIPART),
    'email missing',
  ],

  ['an expectation of tea', '417 closed', request(LOGIN, 'Expect: tea\r\n'), 'Expectation failed'],
  ['an expectation with its body', '400 open', login('a=b', `${FORM_TYPE}Expect: 100-continue\r\n`), 'email missing'],
  ['an expectation without a body', '200 closed', request('GET /api/v1/status', 'Expect: 100-continue\r\n')],
  ['an empty expectation', '200 open', request('GET /api/v1/status', 'Expect:\r\n')],
  [
    'an expectation from HTTP/1.0',
    '400 closed',
    `${LOGIN} HTTP/1.0\r\n${HOST}Expect: 100-continue\r\n${FORM_TYPE}Content-Length: 3\r\n\r\na=b`,
    'email missing',
  ],
];
