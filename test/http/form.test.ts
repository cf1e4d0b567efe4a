import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discardBody } from '../../src/http/body.ts';
import { readForm } from '../../src/http/form.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { serve } from '../helpers/plain-server.ts';
import { LATIN1, property } from '../helpers/random.ts';
import { dial, type RawConnection } from '../helpers/raw-connection.ts';

const LIMITS = { maxBytes: 4_096, maxFields: 4 };
const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=x';

type Outcome = readonly (readonly [string, string])[] | number;

/** Reads one form after another on one connection, as a server with these limits would. */
async function formReader(t: Parameters<typeof serve>[0]): Promise<(type: string, body: Buffer) => Promise<Outcome>> {
  let outcome: Outcome = [];
  let count = 0;
  const port = await serve(t, (request, response) => {
    const end = (result: Outcome): void => {
      outcome = result;
      response.end(`<${request.url}>`);
      discardBody(request, 1_000_000);
    };
    readForm(request, response, LIMITS).then(
      (form) => end([...form]),
      (error: unknown) => {
        assert.ok(error instanceof HttpError, String(error));
        end(error.status);
      },
    );
  });
  const connection: RawConnection = await dial(port);
  connection.socket.setMaxListeners(0);
  return async (type, body) => {
    count += 1;
    const contentType = type === '' ? '' : `Content-Type: ${type}\r\n`;
    const head = `POST /${count} HTTP/1.1\r\nHost: a\r\n${contentType}Content-Length: ${body.length}\r\n\r\n`;
    connection.socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    await connection.until(`</${count}>`);
    return outcome;
  };
}

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
  [URLENCODED, 'a=%FF', [['a', '\ufffd']]],
  [URLENCODED, Buffer.from('a=\xff', 'latin1'), [['a', '\ufffd']]],
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
    readForm(request, response, LIMITS).catch((error: Error) => response.end(`<${error.message}>`));
  });
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${MULTIPART}\r\nContent-Length: 3\r\n\r\n`;
  assert.match(await (await dial(port, `${head}abc`)).until('>'), /<Bad request: .*urlencoded>$/);
});

property('readForm() reads what URLSearchParams and FormData wrote', 1, async (random, t) => {
  const read = await formReader(t);
  const characters = [...LATIN1, '\u20ac', '\u{1f36a}'];
  for (let run = 0; run < 200; run += 1) {
    const fields = Array.from({ length: random.below(4) + 1 }, (_, index): [string, string] => [
      // Names as people write them: readers of multipart differ on quotes and control characters in one.
      `${index}${random.text(['a', 'Z', '_', '-', '.', ' ', '[]', '\u00e9', '\u20ac'], 8)}x`,
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
