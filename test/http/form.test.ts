import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForm } from '../../src/http/form.ts';
import { FORM_LIMITS, formReader, type Outcome } from '../helpers/form-reader.ts';
import { serve } from '../helpers/plain-server.ts';
import { LATIN1, property } from '../helpers/random.ts';
import { dial } from '../helpers/raw-connection.ts';

const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=x';

const part = (name: string, value: string, more = ''): string =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const END = '--x--\r\n';
const FILE = '; filename="a.txt"\r\nContent-Type: text/plain';

const CASES: readonly (readonly [type: string, body: string | Buffer, wanted: Outcome])[] = [
  [URLENCODED, 'email=a%40b.c&password=p+w%2B', [['email', 'a@b.c'], ['password', 'p w+']]],
  ['Application/X-WWW-Form-URLencoded; charset=UTF-8', 'a=1', [['a', '1']]],
  [URLENCODED, '', []],
  [URLENCODED, '&', []],
  [URLENCODED, 'a', [['a', '']]],
  [URLENCODED, '=b', [['', 'b']]],
  [URLENCODED, 'a=1&a=2', [['a', '1']]],
  [URLENCODED, 'a=&a=2', [['a', '']]],
  [URLENCODED, 'a=b=c', [['a', 'b=c']]],
  [URLENCODED, '?a=1', [['?a', '1']]],
  [URLENCODED, '??a=1', [['??a', '1']]],
  [URLENCODED, 'a=%C3%A9\u00e9', [['a', '\u00e9\u00e9']]],
  [URLENCODED, 'a=%zz%4', [['a', '%zz%4']]],
  [URLENCODED, 'a=%EF%BB%BFb', [['a', '\ufeffb']]],
  [URLENCODED, '\ufeffa=b', [['\ufeffa', 'b']]],
  [URLENCODED, 'a=\ufffd%EF%BF%BD', [['a', '\ufffd\ufffd']]],
  ...[
    ...['%FF', '%C3', '%C3%28', '%C3%', '%C3%%A9', '%C0%AF', '%E0%80%AF', '%ED%A0%80', '%F4%90%80%80', '%E2%82'],
    ...['%C3\u00e9', '%ff%fe', 'ok&%80=1'],
  ].map((text) => [URLENCODED, `a=${text}`, 400] as const),
  [URLENCODED, Buffer.from('a=\xff', 'latin1'), 400],
  [URLENCODED, Buffer.from('\xe9=1', 'latin1'), 400],
  [URLENCODED, Buffer.from('a=%C3\xa9', 'latin1'), 400],
  [URLENCODED, Buffer.from('a=1', 'utf16le'), [['a\0', '\x001\0']]],
  [URLENCODED, 'a=%00', [['a', '\0']]],
  [URLENCODED, '__proto__=1&constructor=2', [['__proto__', '1'], ['constructor', '2']]],
  [URLENCODED, '{"email":"a"}', [['{"email":"a"}', '']]],
  [URLENCODED, 'a=1&b=2&c=3&d=4', [['a', '1'], ['b', '2'], ['c', '3'], ['d', '4']]],
  [URLENCODED, 'a=1&b=2&c=3&d=4&e=5', 413],
  [URLENCODED, '&&&&', 413],
  [URLENCODED, `a=${'a'.repeat(4_096)}`, 413],
  [`${URLENCODED}; charset=latin1`, 'a=1', 415],
  [MULTIPART, part('email', 'a@b.c') + part('password', 'p w+%') + END, [['email', 'a@b.c'], ['password', 'p w+%']]],
  ['Multipart/Form-Data; Boundary="x"', part('a', '1') + END, [['a', '1']]],
  [`${MULTIPART}; charset=utf-8`, part('a', '\u00e9') + END, [['a', '\u00e9']]],
  [MULTIPART, part('a', '1') + part('a', '2') + END, [['a', '1']]],
  [MULTIPART, part('a', '') + END, [['a', '']]],
  [MULTIPART, part('a', 'two\r\nlines') + END, [['a', 'two\r\nlines']]],
  [MULTIPART, part('__proto__', '1') + END, [['__proto__', '1']]],
  [MULTIPART, part('a', 'the file', FILE) + part('a', 'the field') + END, [['a', 'the field']]],
  [MULTIPART, part('a', 'the file', FILE) + END, []],
  [MULTIPART, END, []],
  [MULTIPART, '', []],
  [MULTIPART, part('a', '1').repeat(4) + END, [['a', '1']]],
  [MULTIPART, part('a', '1').repeat(5) + END, 413],
  [MULTIPART, part('a', '1', FILE).repeat(5) + END, 413],
  [MULTIPART, part('a', 'a'.repeat(4_096)) + END, 413],
  [MULTIPART, part('a', '1'), 400],
  [MULTIPART, 'a=1', 400],
  [MULTIPART, '--y\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--y--\r\n', 400],
  ['multipart/form-data', part('a', '1') + END, 400],
  [`multipart/form-data; boundary=${'x'.repeat(71)}`, part('a', '1') + END, 400],
  ['multipart/form-data; boundary="x\\"y"', part('a', '1') + END, 400],
  ['multipart/form-data; boundary="x\u00e9"', part('a', '1') + END, 400],
  ['multipart/form-data; boundary="x "', part('a', '1') + END, 400],
  [`${MULTIPART}; charset=utf-16`, part('a', '1') + END, 415],
  ['multipart/mixed; boundary=x', part('a', '1') + END, []],
  ['', 'a=1', []],
  ['text/plain', 'a=1', []],
  ['application/json', '{"a":1}', []],
  ['nonsense', 'a=1', []],
];

test('readForm() reads what a form holds, and the connection goes on', async (t) => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning.message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const read = await formReader(t);
  for (const [type, body, wanted] of CASES) {
    const bytes = Buffer.from(body);
    assert.deepEqual(await read(type, bytes), wanted, `${type}: ${bytes.toString('latin1').slice(0, 80)}`);
  }
  await new Promise(setImmediate);
  assert.deepEqual(warnings, []);
});

test('readForm() refuses a content coding', async (t) => {
  const read = await formReader(t);
  assert.equal(await read(`${URLENCODED}\r\nContent-Encoding: gzip`, Buffer.from('a=1')), 415);
});

test('readForm() tells who sent malformed multipart what to do', async (t) => {
  const port = await serve(t, (request, response) => {
    readForm(request, response, FORM_LIMITS).catch((error: Error) => response.end(`<${error.message}>`));
  });
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${MULTIPART}\r\nContent-Length: 3\r\n\r\n`;
  assert.match(await (await dial(port, `${head}abc`)).until('>'), /<Bad request: .*urlencoded>$/);
});

property('readForm() reads what URLSearchParams and FormData wrote', 1, async (random, t) => {
  const read = await formReader(t);
  const characters = [...LATIN1, '\u20ac', '\u{1f36a}'];
  for (let run = 0; run < 200; run += 1) {
    const fields = Array.from({ length: random.below(4) + 1 }, (_, index): [string, string] => [
      // But NUL, which no header holds, and a backslash, which browsers write as it is and others double.
      `${index}${random.text(characters.filter((it) => !'\\\r\n\0'.includes(it)), 8)}x`,
      random.text(characters, 20),
    ]);
    const search = new URLSearchParams(fields);
    assert.deepEqual(await read(URLENCODED, Buffer.from(search.toString())), fields);
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    const encoded = new Response(data);
    const type = encoded.headers.get('content-type') ?? '';
    const newlines = (text: string): string => text.replace(/\r\n|\r|\n/g, '\r\n');
    const sent = fields.map(([name, value]) => [name, newlines(value)]);
    assert.deepEqual(await read(type, Buffer.from(await encoded.arrayBuffer())), sent);
  }
});

property('readForm() answers random bytes with a form or a 4xx', 1, async (random, t) => {
  const read = await formReader(t);
  const pieces = ['--x', '--', '\r\n', 'Content-Disposition: form-data; name="a"', ';', '=', '"', '&', '%', ...LATIN1];
  for (let run = 0; run < 500; run += 1) {
    const body = random.pick(['', part('a', '1'), '--x\r\n']) + random.text(pieces, 12) + random.pick(['', END]);
    const outcome = await read(random.pick([URLENCODED, MULTIPART]), Buffer.from(body, 'latin1'));
    assert.ok(Array.isArray(outcome) || outcome === 400 || outcome === 413, String(outcome));
  }
});
