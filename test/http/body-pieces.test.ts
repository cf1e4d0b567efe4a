import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody } from '../../src/http/body.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { exchange, start } from '../helpers/raw-connection.ts';
import { inChunks } from '../helpers/requests.ts';

test('readBody() gives the bytes in their order, however many pieces they come in', async (t) => {
  const server = new HttpServer((request, response) => {
    void readBody(request, response, 65_536).then((body) => response.end(body));
  });
  const port = await start(t, server);
  const body = Array.from({ length: 1_000 }, (_, index) => `<${index}>`).join('');
  for (const size of [1, 7, 4_096, body.length]) {
    const { text } = await exchange(port, inChunks('POST /', 'Connection: close\r\n', body, size));
    assert.equal(text.slice(text.indexOf('\r\n\r\n') + 4), body, `pieces of ${size}`);
  }
});
