import type { Outcome } from './form-reader.ts';

/** What was sent, in latin1 where it is text, and what `readForm` makes of it (four fields at most). */
export type MultipartCase = readonly [what: string, type: string, body: string | Buffer, wanted: Outcome];

const EMAIL = 'bob@example.com';
const PASSWORD = 'p w+%é';
const WANTED: Outcome = [['email', EMAIL], ['password', PASSWORD]];

const lines = (...all: readonly string[]): Buffer => Buffer.from(all.join('\r\n'));
const type = (boundary: string): string => `multipart/form-data; boundary=${boundary}`;

/** A sign-in as each client writes it on the wire. */
export const CLIENT_CASES: readonly MultipartCase[] = [
  [
    'Chromium and Safari',
    type('----WebKitFormBoundary7MA4YWxkTrZu0gW'),
    lines(
      '------WebKitFormBoundary7MA4YWxkTrZu0gW', 'Content-Disposition: form-data; name="email"', '', EMAIL,
      '------WebKitFormBoundary7MA4YWxkTrZu0gW', 'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '------WebKitFormBoundary7MA4YWxkTrZu0gW--', '',
    ),
    WANTED,
  ],
  [
    'Chromium, with a file control that holds nothing',
    type('----WebKitFormBoundaryA'),
    lines(
      '------WebKitFormBoundaryA', 'Content-Disposition: form-data; name="photo"; filename=""',
      'Content-Type: application/octet-stream', '', '',
      '------WebKitFormBoundaryA', 'Content-Disposition: form-data; name="email"', '', EMAIL,
      '------WebKitFormBoundaryA', 'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '------WebKitFormBoundaryA--', '',
    ),
    WANTED,
  ],
  [
    'Firefox',
    type('---------------------------9051914041544843365972754266'),
    lines(
      '-----------------------------9051914041544843365972754266',
      'Content-Disposition: form-data; name="email"', '', EMAIL,
      '-----------------------------9051914041544843365972754266',
      'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '-----------------------------9051914041544843365972754266--', '',
    ),
    WANTED,
  ],
  [
    'Go, mime/multipart',
    type('0d1c9e0b1c1d2f6a0c3b5e7f9a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d1e3f'),
    lines(
      '--0d1c9e0b1c1d2f6a0c3b5e7f9a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d1e3f',
      'Content-Disposition: form-data; name="email"', '', EMAIL,
      '--0d1c9e0b1c1d2f6a0c3b5e7f9a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d1e3f',
      'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '--0d1c9e0b1c1d2f6a0c3b5e7f9a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d1e3f--', '',
    ),
    WANTED,
  ],
  [
    'Python, requests with files={"email": (None, …)}',
    type('c7cbfdd911b4e720f1dd8f479c50bc7f'),
    lines(
      '--c7cbfdd911b4e720f1dd8f479c50bc7f', 'Content-Disposition: form-data; name="email"', '', EMAIL,
      '--c7cbfdd911b4e720f1dd8f479c50bc7f', 'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '--c7cbfdd911b4e720f1dd8f479c50bc7f--', '',
    ),
    WANTED,
  ],
  [
    'Python, urllib3 before 2.0, with a name outside ASCII',
    type('b'),
    lines('--b', "Content-Disposition: form-data; name*=utf-8''caf%C3%A9", '', '1', '--b--', ''),
    [['café', '1']],
  ],
  [
    'Python, aiohttp',
    type('0eef1dc1ec4d4b1a8f4bd4f8ac6f3b2c'),
    lines(
      '--0eef1dc1ec4d4b1a8f4bd4f8ac6f3b2c', 'Content-Type: text/plain; charset=utf-8',
      'Content-Disposition: form-data; name="email"', '', EMAIL,
      '--0eef1dc1ec4d4b1a8f4bd4f8ac6f3b2c', 'Content-Type: text/plain; charset=utf-8',
      'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '--0eef1dc1ec4d4b1a8f4bd4f8ac6f3b2c--', '',
    ),
    WANTED,
  ],
  [
    '.NET, MultipartFormDataContent',
    'multipart/form-data; boundary="7f2d3c1e-6b0a-4a57-9a55-0b6f1d1c2e3f"',
    lines(
      '--7f2d3c1e-6b0a-4a57-9a55-0b6f1d1c2e3f', 'Content-Type: text/plain; charset=utf-8',
      'Content-Disposition: form-data; name=email', '', EMAIL,
      '--7f2d3c1e-6b0a-4a57-9a55-0b6f1d1c2e3f', 'Content-Type: text/plain; charset=utf-8',
      'Content-Disposition: form-data; name=password', '', PASSWORD,
      '--7f2d3c1e-6b0a-4a57-9a55-0b6f1d1c2e3f',
      "Content-Disposition: form-data; name=photo; filename=a.png; filename*=utf-8''a.png", '', 'a file',
      '--7f2d3c1e-6b0a-4a57-9a55-0b6f1d1c2e3f--', '',
    ),
    WANTED,
  ],
  [
    'curl -F',
    type('------------------------d74496d66958873e'),
    lines(
      '--------------------------d74496d66958873e', 'Content-Disposition: form-data; name="email"', '', EMAIL,
      '--------------------------d74496d66958873e', 'Content-Disposition: form-data; name="password"', '', PASSWORD,
      '--------------------------d74496d66958873e--', '',
    ),
    WANTED,
  ],
  [
    'curl -F with a type for the field',
    type('------------------------d74496d66958873e'),
    lines(
      '--------------------------d74496d66958873e', 'Content-Disposition: form-data; name="email"',
      'Content-Type: text/plain', '', EMAIL, '--------------------------d74496d66958873e--', '',
    ),
    [['email', EMAIL]],
  ],
  [
    'Dart and OkHttp: length and encoding beside the name',
    type('dart-http-boundary-_2m8F.x'),
    lines(
      '--dart-http-boundary-_2m8F.x', 'content-disposition: form-data; name="email"', 'Content-Length: 15',
      'content-transfer-encoding: binary', '', EMAIL,
      '--dart-http-boundary-_2m8F.x', 'Content-Disposition: form-data; name="password"',
      'Content-Transfer-Encoding: 8bit', '', PASSWORD, '--dart-http-boundary-_2m8F.x--', '',
    ),
    WANTED,
  ],
];

const field = (disposition: string, value = '1', more = ''): string =>
  `--x\r\nContent-Disposition: ${disposition}\r\n${more}\r\n${value}\r\n`;
const one = (disposition: string, wanted: Outcome = [['a', '1']]): MultipartCase => [
  disposition, type('x'), `${field(disposition)}--x--\r\n`, wanted,
];
const withHead = (what: string, head: string, wanted: Outcome): MultipartCase => [
  what, type('x'), `--x\r\n${head}\r\n\r\n1\r\n--x--\r\n`, wanted,
];
const A = 'form-data; name="a"';
const whole = (what: string, body: string, wanted: Outcome): MultipartCase => [what, type('x'), body, wanted];

/** What the RFCs allow and readers trip over, and what no RFC allows. */
export const GRAMMAR_CASES: readonly MultipartCase[] = [
  one('form-data; name=a'),
  one('form-data;name=a'),
  one('form-data ; name=a'),
  one('FORM-DATA; NAME="a"'),
  one('form-data; x="y"; name="a"; z=1'),
  one('form-data; name="a";'),
  one('form-data; name=""', [['', '1']]),
  one('form-data; name="a;b=c"', [['a;b=c', '1']]),
  one('form-data; name="a\\"b"', [['a"b', '1']]),
  one('form-data; name="a\\\\b"', [['a\\b', '1']]),
  one('form-data; name="a\\b"', [['a\\b', '1']]),
  one('form-data; name="a%22b%0D%0Ac%41"', [['a"b\r\nc%41', '1']]),
  one('form-data; filename="f"; name="a"', []),
  one('form-data; name="a"; FileName=f', []),
  one("form-data; name=a; filename*0*=utf-8''b; filename*1=c", []),
  one('form-data; name="\xe9"', 400),
  one("form-data; name*=utf-8''%E9", 400),
  one("form-data; name*=iso-8859-1''%E9", 400),
  one('form-data', 400),
  one('form-data; filename="f"', 400),
  one('form-data; name="a', 400),
  one('form-data; name', 400),
  one('form-datax; name="a"', 400),
  one('attachment; name="a"', 400),
  one('', 400),
  withHead('two Content-Dispositions', `Content-Disposition: ${A}\r\ncontent-disposition: form-data; name="b"`, 400),
  withHead('two of another field', `X: 1\r\nContent-Disposition: ${A}\r\nX: 2`, [['a', '1']]),
  withHead('a folded field', 'Content-Disposition: form-data;\r\n\tname="a"', [['a', '1']]),
  withHead('a space before the colon', `Content-Disposition : ${A}`, 400),
  withHead('a bare LF between fields', `Content-Disposition: ${A}\nX: y`, 400),
  withHead('NUL in a field', `Content-Disposition: ${A}\r\nX: \0`, 400),
  withHead('a charset', `Content-Disposition: ${A}\r\nContent-Type: text/plain; charset="UTF-8"`, [['a', '1']]),
  withHead('a charset that we do not read', `Content-Disposition: ${A}\r\nContent-Type: text/plain; charset=latin1`, 415),
  withHead('base64', `Content-Disposition: ${A}\r\nContent-Transfer-Encoding: BASE64`, 415),
  withHead('quoted-printable', `Content-Disposition: ${A}\r\nContent-Transfer-Encoding: quoted-printable`, 415),
  withHead(
    'base64 for a file',
    `Content-Disposition: ${A}; filename=f\r\nContent-Transfer-Encoding: base64\r\nContent-Type: a/b; charset=latin1`,
    [],
  ),
  whole('a value that is not UTF-8', `${field(A, '\xff')}--x--`, 400),
  whole('a file that is not UTF-8', `${field(`${A}; filename="\xe9"`, '\xff')}--x--`, []),
  whole('a byte order mark', `${field(A, '\xef\xbb\xbfb')}--x--`, [['a', '\ufeffb']]),
  whole('a preamble and an epilogue', `Hello --x\r\n\r\n${field(A)}--x--\r\nBye\r\n--x\r\nmore`, [['a', '1']]),
  whole('padding after the boundary', `${field(A).replace('--x', '--x \t')}--x-- \t\r\n`, [['a', '1']]),
  whole('no line end at the end', `${field(A)}--x--`, [['a', '1']]),
  whole('LF at the end', `${field(A)}--x--\n`, [['a', '1']]),
  whole('the boundary in a value', `${field(A, '--x --x-- \r\n--xy\r\n --x\r\n--x-\r\n\r--x\n--x\r\n--x y')}--x--`, [
    ['a', '--x --x-- \r\n--xy\r\n --x\r\n--x-\r\n\r--x\n--x\r\n--x y'],
  ]),
  whole('the boundary of other texts often in a value', `${field(A, '\r\n--xy'.repeat(9))}--x--`, [
    ['a', '\r\n--xy'.repeat(9)],
  ]),
  whole('line ends round a value', `${field(A, '\r\n1\r\n')}--x--`, [['a', '\r\n1\r\n']]),
  whole('an empty value', `${field(A, '')}--x--`, [['a', '']]),
  whole('an empty part without its empty line', `--x\r\nContent-Disposition: ${A}\r\n\r\n--x--`, [['a', '']]),
  whole('a part that ends in its header', `--x\r\nContent-Disposition: ${A}\r\n--x--`, 400),
  whole('a part that ends in a name', '--x\r\nContent-Disposition: form-data; name=abc\r\n--x--', 400),
  whole('a part of nothing', '--x\r\n\r\n--x--', 400),
  whole('two delimiters in a row', '--x\r\n--x--', 400),
  whole('a delimiter inside the preamble only', ' --x--', 400),
  whole('lines that end in LF', `${field(A)}--x--\r\n`.replace(/\r\n/g, '\n'), 400),
  whole('no closing delimiter', field(A), 400),
  whole('half a closing delimiter', `${field(A)}--x-`, 400),
];

const WEBKIT = '----WebKitFormBoundaryTkr3kCBQlBe1nrhc';
const F = 'Content-Disposition: form-data; name="field"';
const suite = (what: string, boundary: string, body: string, wanted: Outcome): MultipartCase => [
  what, type(boundary), body.replace(/\n/g, '\r\n'), wanted,
];
const webkit = (what: string, head: string, wanted: Outcome): MultipartCase =>
  suite(what, WEBKIT, `--${WEBKIT}\n${head}\n\nThis is a test.\n--${WEBKIT}--`, wanted);
const Q = 'Q'.repeat(20);
const lookalike = (what: string, after: string): MultipartCase =>
  suite(what, '--boundary', `----boundary\n${F}\n\n${Q}\n----boundary${after}${Q}\n----boundary--`, [
    ['field', `${Q}\r\n----boundary${after}${Q}`],
  ]);
const TEST: Outcome = [['field', 'This is a test.']];

/**
 * What the suites of busboy, werkzeug and python-multipart expect, in cases of ours. We differ, on purpose:
 * - A part without a Content-Disposition or without a name is 400, as RFC 7578 section 4.2 has it; busboy drops it,
 *   and its sender thinks that the field was sent.
 * - Of a body that breaks off nothing is read; busboy gives what came before.
 * - A field in base64 is 415; all three hand out the encoded text, which as a password would only be a wrong one.
 * - Lines that end in LF or CR are 400: werkzeug takes all three, and then cannot tell a value that ends in one.
 * - The disposition `form-field`, which werkzeug's own tests write, is 400.
 * - Another boundary's delimiter before the first of ours is a preamble; python-multipart refuses it.
 * - A form without a boundary is 400; werkzeug reads no fields.
 */
export const SUITE_CASES: readonly MultipartCase[] = [
  suite('busboy: fields and files', 'b', `--b\n${F}\n\none\n--b\n${F}; filename="f"\nContent-Type: a/b\n\nA\n--b--`, [
    ['field', 'one'],
  ]),
  suite('busboy: a name without quotes', 'b', '--b\nContent-Disposition: form-data; name=bit\n\n2\n--b--', [['bit', '2']]),
  suite('busboy: an empty form', 'b', '--b--', []),
  suite('busboy: an empty Content-Type', 'b', `--b\n${F}\nContent-Type: \n\none\n--b--`, [['field', 'one']]),
  suite('busboy: an empty Content-Disposition', 'b', '--b\nContent-Disposition: \n\none\n--b--', 400),
  suite('busboy: no Content-Disposition', 'b', '--b\nContent-Type: text/plain\n\na\n--b--', 400),
  suite('busboy: a filename in other letters', 'b', `--b\n${F}; filename*=utf-8''n%C3%A4me.txt\n\na\n--b--`, []),
  suite('busboy: a path as filename', 'b', `--b\n${F}; filename="C:\\files\\1k.dat"\n\na\n--b--`, []),
  suite('busboy: stopped in the header', 'b', '--b\n:)Content-Type: a/b\n:)\n:)asd\n:)--b--', 400),
  suite('busboy: JSON in a field', 'b', `--b\n${F}\nContent-Type: application/json\n\n{}\n--b--`, [['field', '{}']]),
  suite('busboy: stopped in a part', 'b', `--b\n${F}; filename="f"\n\na`, 400),
  suite('busboy: a folded Content-Type', 'b', `--b\n${F}\nContent-Type: \n text/plain; charset=utf8\n\na\n--b--`, [
    ['field', 'a'],
  ]),
  suite('busboy: an empty part', 'b', '\n--b\nContent-Disposition: form-data; name=b1; filename=b1\n\n\n--b--', []),
  suite('busboy: a bare CR in a value', 'b', `--b\n${F}\n\n${'a'.repeat(31)}\r${'b'.repeat(40)}\n--b--`, [
    ['field', `${'a'.repeat(31)}\r${'b'.repeat(40)}`],
  ]),
  suite('busboy: a part header that is too long', 'b', `--b\n${F}; filename="${'a'.repeat(5_000)}"\n\na\n--b--`, 413),

  suite('werkzeug: $ in a boundary', '97$', `\n--97$\n${F}\n\n\xc3\x9f\n--97$\n${F}; filename="b"\n\na\n--97$--\n    `, [
    ['field', 'ß'],
  ]),
  ...['A', '\n', '\r', '\r\n', '\n\r', 'A\n', 'A\r', 'A\r\n', 'A\n\r'].map((start) =>
    whole(`werkzeug: a value that begins with ${JSON.stringify(start)}`, `\r\n${field(A, `${start}\r\nBCDE`)}--x--`, [
      ['a', `${start}\r\nBCDE`],
    ])),
  suite('werkzeug: an empty field', 'b', `--b\n${F}\nContent-Type: text/plain; charset="UTF-8"\n\n--b--\n    `, [
    ['field', ''],
  ]),
  suite('werkzeug: two fields called form-field', 'foo', '--foo\nContent-Disposition: form-field; name=foo\n\nH\n--foo--', 400),
  ['werkzeug: no boundary', 'multipart/form-data', field(A), 400],
  suite('werkzeug: text that looks like the boundary', '-----14', `-------14\n${F}\n\n--long\n--with b\n--like--\n-------14--`, [
    ['field', '--long\r\n--with b\r\n--like--'],
  ]),
  suite('werkzeug: the end came too soon', 'foo', `--foo\n${F}; filename="t"\n\nno end`, 400),
  suite('werkzeug: empty lines before', 'foo', `\n\n--foo\n${F}\n\na string\n--foo--`, [['field', 'a string']]),
  whole('werkzeug: lines that end in CR', `${field(A)}--x--\r\n`.replace(/\r\n/g, '\r'), 400),
  suite('werkzeug: no header at all', 'foo', '--foo\n\nHello World\n--foo--', 400),
  suite(
    'werkzeug: pieces of a filename', 'foo',
    "--foo\nContent-Disposition: form-data; name=r;\n\tfilename*0*=ascii''a%20;\n\tfilename*1=\"b\"\n\nc\n--foo--", [],
  ),

  webkit('python-multipart: a single field', F, TEST),
  webkit('python-multipart: CRLF in a name', F.replace('D', '\nD'), 400),
  webkit('python-multipart: CR in a name', F.replace('D', '\rD'), 400),
  webkit('python-multipart: CR in a value', F.replace('name', 'n\rme'), 400),
  webkit('python-multipart: a bad character in a name', F.replace('Dis', '<<<'), 400),
  webkit('python-multipart: an empty name', F.replace('Content-Disposition', ''), 400),
  webkit('python-multipart: names in capitals', F.replace('Content-Disposition', 'CONTENT-DISPOSITION'), TEST),
  webkit('python-multipart: digits and signs in names', `X-1: a\nother!#$%&'*+-.^_\`|~: b\n${F}`, TEST),
  webkit('python-multipart: base64', `${F}\nContent-Transfer-Encoding: base64`, 415),
  suite('python-multipart: a bad end of the header', 'b', `--b\n${F}\n\rQ\n--b--`, 400),
  suite('python-multipart: another boundary at first', 'b', `--c\n${F}\n\n1\n--b--`, []),
  suite('python-multipart: an empty message', '--boundary', '----boundary--\n', []),
  suite('python-multipart: an empty message with a bad end', '--boundary', '----boundary-X\n', 400),
  suite('python-multipart: a trailer', 'b', `--b\n${F}\n\nThis is a test.\n--b--\nto be ignored`, TEST),
  lookalike('python-multipart: almost the boundary, without CR', ''),
  lookalike('python-multipart: almost the boundary, without LF', '\r'),
  lookalike('python-multipart: almost the boundary, without the last hyphen', '-'),
];
