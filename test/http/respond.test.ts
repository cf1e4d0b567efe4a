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

test('fieldsFor() gives the fields of every answer, those it was made with, and those of the content', () => {
  const prepared = new PreparedHeaders([['A', '1']]);
  const withoutContent = ['X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-store', 'A', '1'];
  assert.deepEqual(prepared.fieldsFor(null), withoutContent);
  // As many characters, and other bytes.
  for (const [value, length] of [['', '3'], ['ab', '5'], ['é', '5'], ['éé', '7'], ['x'.repeat(2_500), '2503']] as const) {
    assert.deepEqual(prepared.fieldsFor(new JsonContent(value)), [
      ...withoutContent, 'Content-Type', 'application/json', 'Content-Length', length,
    ]);
  }
  assert.deepEqual(prepared.fieldsFor(null), withoutContent, 'unchanged');
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
