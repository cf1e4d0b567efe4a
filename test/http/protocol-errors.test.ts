import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpServer } from '../../src/http/http-server.ts';
import { protocolErrorFor, rawErrorAnswer } from '../../src/http/protocol-errors.ts';
import type { ProtocolErrorEvent } from '../../src/http/refusals.ts';
import { CLOSE, HOST, SOUND, assertErrorForm, dial, echo, exchange, get, post, start } from '../helpers/raw-connection.ts';
import { LATIN1, Random } from '../helpers/random.ts';

const LONG = 'a'.repeat(20_000);
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

const REFUSED: readonly (readonly [what: string, status: number, bytes: string])[] = [
  ['length, then chunked', 400, post(`Content-Length: 3\r\n${CHUNKED}`, '0\r\n\r\n')],
  ['chunked, then length', 400, post(`${CHUNKED}Content-Length: 3\r\n`, '0\r\n\r\n')],
  ['two different Content-Lengths', 400, post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd')],
  ['two equal Content-Lengths', 400, post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc')],
  ['a list of Content-Lengths', 400, post('Content-Length: 3, 3\r\n', 'abc')],
  ['a negative Content-Length', 400, post('Content-Length: -1\r\n')],
  ['a signed Content-Length', 400, post('Content-Length: +3\r\n', 'abc')],
  ['a hexadecimal Content-Length', 400, post('Content-Length: 0x3\r\n', 'abc')],
  ['an empty Content-Length', 400, post('Content-Length:\r\n', 'abc')],
  ['a Content-Length beyond 64 bits', 400, post(`Content-Length: ${'9'.repeat(30)}\r\n`)],
  ['Transfer-Encoding not chunked', 400, post('Transfer-Encoding: gzip\r\n', 'abc')],
  ['Transfer-Encoding not ending in chunked', 400, post('Transfer-Encoding: chunked, gzip\r\n', 'abc')],
  ['chunked, then identity', 400, post(`${CHUNKED}Transfer-Encoding: identity\r\n`, '0\r\n\r\n')],
  ['Transfer-Encoding: xchunked', 400, post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n')],
  ['Transfer-Encoding: gzip, chunked', 501, post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n')],
  ['Transfer-Encoding: deflate, chunked', 501, post('Transfer-Encoding: deflate, chunked\r\n', '0\r\n\r\n')],
  ['Transfer-Encoding in HTTP/1.0', 400, `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a chunk size that is no number', 400, post(CHUNKED, 'zz\r\n')],
  ['a chunk longer than it says', 400, post(CHUNKED, '1\r\nabc\r\n0\r\n\r\n')],
  ['a chunk extension without end', 400, post(CHUNKED, `1;${LONG}\r\na\r\n0\r\n\r\n`)],
  ['a folded header line', 400, get('X: a\r\n b\r\n')],
  ['a space before the colon', 400, get('X : a\r\n')],
  ['a header line without a colon', 400, get('nonsense\r\n')],
  ['a space before the first header', 400, `GET / HTTP/1.1\r\n X: a\r\n${HOST}\r\n`],
  ['bare LF after the request line', 400, `GET / HTTP/1.1\n${HOST}\n`],
  ['bare LF after a header', 400, get('X: a\nY: b\r\n')],
  ['bare CR in a header', 400, get('X: a\rb\r\n')],
  ['NUL in the target', 400, `GET /\0 HTTP/1.1\r\n${HOST}\r\n`],
  ['NUL in a header value', 400, get('X: a\0b\r\n')],
  ['NUL in a header name', 400, get('X\0: a\r\n')],
  ['a byte above 127 in the target', 400, `GET /\xe9 HTTP/1.1\r\n${HOST}\r\n`],
  ['a tab in the target', 400, `GET /a\tb HTTP/1.1\r\n${HOST}\r\n`],
  ['a space in the target', 400, `GET /a b HTTP/1.1\r\n${HOST}\r\n`],
  ['a target that is neither a path nor a URL', 400, `GET foo HTTP/1.1\r\n${HOST}\r\n`],
  ['a method in lower case', 400, `get / HTTP/1.1\r\n${HOST}\r\n`],
  ['an unknown method', 400, `FOO / HTTP/1.1\r\n${HOST}\r\n`],
  ['HTTP/0.9', 400, 'GET /\r\n\r\n'],
  ['HTTP/1.2', 400, `GET / HTTP/1.2\r\n${HOST}\r\n`],
  ['HTTP/2.0 in a request line', 400, `GET / HTTP/2.0\r\n${HOST}\r\n`],
  ['the HTTP/2 preface', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a TLS hello', 400, '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
  ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ['no Host, with a body', 400, 'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'],
  ['two Hosts', 400, get('Host: b\r\n')],
  ['two Hosts in HTTP/1.0', 400, `GET / HTTP/1.0\r\n${HOST}hOsT: a\r\n\r\n`],
  ['a Host with a path', 400, 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
  ['a Host with userinfo', 400, 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n'],
  ['two Hosts in one line', 400, 'GET / HTTP/1.1\r\nHost: a, b\r\n\r\n'],
  ['a target that is too long', 414, `GET /${LONG} HTTP/1.1\r\n${HOST}\r\n`],
  ['a header value that is too long', 431, get(`X: ${LONG}\r\n`)],
  ['a header name that is too long', 431, get(`${LONG}: x\r\n`)],
  ['too many header lines', 431, get('X: 1\r\n'.repeat(201))],
  ['a few thousand header lines', 431, get('X:\r\n'.repeat(6_000))],
  ['an unknown expectation', 417, get('Expect: tea\r\n')],
  ['CONNECT', 405, `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`],
];

const TAKEN: readonly (readonly [what: string, answer: string, bytes: string])[] = [
  ['HTTP/1.0 without Host', 'GET /x 0', 'GET /x HTTP/1.0\r\n\r\n'],
  ['an absolute-form target', 'GET http://a/y 0', `GET http://a/y HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
  ['OPTIONS *', 'OPTIONS * 0', `OPTIONS * HTTP/1.1\r\n${HOST}${CLOSE}\r\n`],
  ['empty lines before the request line', 'GET /sound 0', `\r\n\r\n${SOUND}`],
  ['chunks', 'POST / 3', post(`Transfer-Encoding: Chunked\r\n${CLOSE}`, '1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n')],
  ['an Upgrade', 'POST / 3', post('Connection: Upgrade, close\r\nUpgrade: h2c\r\nContent-Length: 3\r\n', 'abc')],
  ['an empty Host', 'GET / 0', `GET / HTTP/1.1\r\nHost:\r\n${CLOSE}\r\n`],
  ['a Host with port', 'GET / 0', `GET / HTTP/1.1\r\nHost: a.example:5000\r\n${CLOSE}\r\n`],
  ['an IPv6 Host', 'GET / 0', `GET / HTTP/1.1\r\nHost: [::1]:5000\r\n${CLOSE}\r\n`],
  ['200 header lines', 'GET / 0', get(`${CLOSE}${'X: 1\r\n'.repeat(198)}`)],
];

test('HttpServer answers each malformed request in the error form, and the next request right', async (t) => {
  const events: ProtocolErrorEvent[] = [];
  const port = await start(t, new HttpServer(echo, {}, (event) => events.push(event)));
  for (const [what, status, bytes] of REFUSED) {
    const { text, reset } = await exchange(port, bytes);
    assert.ok(!reset, `${what}: reset before the answer could be read`);
    assertErrorForm(text, status);
    assert.equal(text.split('HTTP/1.1 ').length, 2, `${what}: one answer`);
    const event = events.shift();
    assert.equal(event?.status, status, what);
    assert.equal(event.address, '127.0.0.1');
    assert.doesNotMatch(event.reason, /[^\x20-\x7e]/);
    assert.equal(events.length, 0, `${what}: told once`);
    assert.match((await exchange(port, SOUND)).text, /^HTTP\/1\.1 200 .*GET \/sound 0\n$/s, `after ${what}`);
  }
});

test('HttpServer passes each unusual but sound request to the handler', async (t) => {
  const port = await start(t, new HttpServer(echo));
  for (const [what, answer, bytes] of TAKEN) {
    const { text } = await exchange(port, bytes);
    assert.match(text, /^HTTP\/1\.1 200 /, what);
    assert.ok(text.endsWith(`${answer}\n`) || text.includes(`${answer}\n`), `${what}: ${text}`);
  }
});

const PIECES = ['GET', ' ', '/', 'HTTP/1.1', '\r\n', 'Host: a', ':', '\0', 'Content-Length: 5', 'chunked', '\n', 'a'];

test('HttpServer answers random bytes with 2xx or 4xx and goes on', async (t) => {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_007);
  t.diagnostic(`TEST_SEED=${seed}`);
  const random = new Random(seed);
  const port = await start(t, new HttpServer(echo));
  for (let round = 0; round < 300; round += 1) {
    const client = await dial(port);
    const bytes = random.text(random.pick([PIECES, LATIN1]), 20);
    client.socket.end(random.pick(['', `GET / HTTP/1.1\r\n${HOST}`]) + bytes, 'latin1');
    const { text } = await client.ended;
    assert.match(text, /^(?:HTTP\/1\.1 [24]\d\d |$)/, JSON.stringify(bytes));
    assert.doesNotMatch(text, /HTTP\/1\.1 [^24]/, JSON.stringify(bytes));
  }
  assert.match((await exchange(port, SOUND)).text, /^HTTP\/1\.1 200 /);
});

test('protocolErrorFor() knows when nobody is left to answer', () => {
  for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT']) {
    assert.equal(protocolErrorFor(Object.assign(new Error('x'), { code })), null);
  }
  assert.equal(protocolErrorFor(new Error('x'))?.status, 400);
  assert.equal(protocolErrorFor(Object.assign(new Error('x'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }))?.status, 408);
});

test('protocolErrorFor() answers 414 only where the packet shows that the target overflowed', () => {
  const overflow = (text: string, bytesParsed: unknown = text.length): number | undefined =>
    protocolErrorFor(
      Object.assign(new Error('x'), { code: 'HPE_HEADER_OVERFLOW', rawPacket: Buffer.from(text), bytesParsed }),
    )?.status;
  assert.equal(overflow('GET /aaaa'), 414);
  assert.equal(overflow('\r\nGET /aaaa HTTP/1.1\r\nA: b', 9), 414);
  assert.equal(overflow('GET /aaaa HTTP/1.1\r\nA: b'), 431);
  assert.equal(overflow('aaaaaaa'), 431);
  assert.equal(overflow('GET /aaaa', null), 431);
});

test('rawErrorAnswer() has the error form and the extra header lines', () => {
  for (const status of [400, 405, 408, 414, 417, 431, 501, 503]) {
    const text = rawErrorAnswer(status, ['X-Test: 1']);
    assertErrorForm(text, status);
    assert.match(text, /\r\nX-Test: 1\r\n/);
  }
});
