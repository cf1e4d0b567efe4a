import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readJsonObject } from '../../src/http/body.ts';
import { OTHER_TEXTS, REFUSED_BYTES, REFUSED_VALUES, TAKEN_VALUES } from '../helpers/json-cases.ts';
import { serve } from '../helpers/plain-server.ts';
import { dial } from '../helpers/raw-connection.ts';

/** Reads one body after another on one connection. */
async function jsonReader(t: TestContext): Promise<(body: Buffer) => Promise<ReadonlyMap<string, unknown> | null>> {
  let outcome: ReadonlyMap<string, unknown> | null = null;
  let count = 0;
  const port = await serve(t, (request, response) => {
    void readJsonObject(request, response, 65_536).then((value) => {
      outcome = value;
      response.end(`<${request.url}>`);
    });
  });
  const connection = await dial(port);
  connection.socket.setMaxListeners(0);
  return async (body) => {
    count += 1;
    const head = `POST /${count} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    connection.socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    await connection.until(`</${count}>`);
    return outcome;
  };
}

test('readJsonObject() takes every value that JSON has', async (t) => {
  const read = await jsonReader(t);
  for (const [text, value] of TAKEN_VALUES) {
    assert.deepEqual(await read(Buffer.from(`{"a":${text}}`)), new Map([['a', value]]), text);
  }
  const nested = `${'['.repeat(500)}${']'.repeat(500)}`;
  assert.ok((await read(Buffer.from(`\ufeff{"a":${nested}}`)))?.has('a'));
  assert.deepEqual(await read(Buffer.from('\ufeff{}')), new Map());
});

test('readJsonObject() gives null for what is no JSON text', async (t) => {
  const read = await jsonReader(t);
  for (const text of REFUSED_VALUES) {
    for (const body of [`{"a":${text}}`, text]) assert.equal(await read(Buffer.from(body)), null, body.slice(0, 80));
  }
});

test('readJsonObject() gives null for bytes that are not UTF-8, and for texts that are no object', async (t) => {
  const read = await jsonReader(t);
  for (const bytes of REFUSED_BYTES) assert.equal(await read(Buffer.from(bytes, 'latin1')), null, JSON.stringify(bytes));
  for (const text of OTHER_TEXTS) assert.equal(await read(Buffer.from(text)), null, text);
});
