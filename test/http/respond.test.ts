import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonContent } from '../../src/http/json.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { json, jsonHead, PreparedHeaders, send } from '../../src/http/respond.ts';
import { CLOSE, dial, get, start } from '../helpers/raw-connection.ts';

test('JsonContent() says how many bytes it has, and that they may be copied only where they are ASCII', () => {
  for (const [value, encoding, bytes] of [
    [{ a: 'x' }, 'latin1', 15],
    [{ a: 'é' }, 'utf8', 16],
    [{ a: '€' }, 'utf8', 17],
    [{ a: '😀' }, 'utf8', 18],
    [{ a: '\ud800' }, 'latin1', 20], // JSON.stringify escapes a lone surrogate
  ] as const) {
    const content = new JsonContent(value);
    assert.deepEqual([content.encoding, content.byteLength], [encoding, bytes], content.text);
    assert.equal(Buffer.byteLength(content.text, content.encoding), bytes);
    assert.deepEqual(JSON.parse(Buffer.from(content.text, content.encoding).toString('utf8')), value);
  }
});

test('fieldsFor() gives the fields of each length of content, however many there are, and makes them once', () => {
  const prepared = new PreparedHeaders([['A', '1']]);
  const withoutContent = prepared.fieldsFor(null);
  assert.deepEqual(withoutContent.slice(-2), ['A', '1']);
  assert.equal(withoutContent.includes('Content-Length'), false);
  for (let length = 0; length < 2_500; length += 1) {
    const content = new JsonContent('x'.repeat(length));
    const fields = prepared.fieldsFor(content);
    const expected = [...withoutContent, 'Content-Type', 'application/json', 'Content-Length', String(length + 3)];
    assert.deepEqual(fields, expected);
    assert.equal(prepared.fieldsFor(new JsonContent('y'.repeat(length))), fields);
  }
  assert.equal(prepared.fieldsFor(null), withoutContent);
  // As many characters as the other has bytes.
  const [wide, ascii] = [new JsonContent('é'), new JsonContent('ab')];
  assert.equal(wide.byteLength, ascii.byteLength);
  assert.deepEqual([...prepared.fieldsFor(new JsonContent('éé'))].at(-1), '7');
  assert.deepEqual([...prepared.fieldsFor(ascii)].at(-1), '5');
  assert.equal(prepared.fieldsFor(wide), prepared.fieldsFor(ascii));
});

test('fieldsFor() holds the fields of so many lengths, and no more', () => {
  const prepared = new PreparedHeaders([]);
  const first = prepared.fieldsFor(new JsonContent(''));
  for (let length = 1; length < 2_500; length += 1) prepared.fieldsFor(new JsonContent('x'.repeat(length)));
  assert.notEqual(prepared.fieldsFor(new JsonContent('')), first);
});

test('json() has no header but those it is given', () => {
  assert.deepEqual(json(200, {}).headers, []);
  assert.deepEqual(json(200, {}, [['A', 'b']]).headers, [['A', 'b']]);
});

test('send() writes nothing after the header of a HEAD, made without its content or not', async (t) => {
  const answers = [jsonHead(200, [['A', 'b']]), json(200, ['x']), jsonHead(200)];
  const server = new HttpServer((request, response) => {
    send(request, response, answers.shift() ?? json(500, {}), new PreparedHeaders([]));
  });
  const port = await start(t, server);
  const head = (fields = ''): string => get(fields).replace('GET', 'HEAD');
  const client = await dial(port, head() + head() + head(CLOSE));
  const { text } = await client.ended;
  const [first = '', second = '', third = '', ...rest] = text.split('\r\n\r\n');
  assert.deepEqual(rest, ['']);
  for (const fields of [first, second, third]) {
    assert.match(fields, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(fields, /\r\nContent-Type: application\/json\r\n/);
  }
  assert.match(first, /\r\nA: b\r\n[^]*keep-alive/);
  assert.doesNotMatch(first, /Content-Length|Transfer-Encoding/);
  assert.match(second, /\r\nContent-Length: 10\r\n/);
});
