import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { requestIdOf } from '../../src/http/request-id.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function requestWith(id: string | undefined): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  if (id !== undefined) request.headers['x-request-id'] = id;
  return request;
}

test('requestIdOf() takes the id of a trusted proxy where it is a short, visible word, else makes one', () => {
  const taken = ['a', '7b1f0c0a9d', '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '1/2:3+4=;{}', 'x'.repeat(128)];
  const refused = [undefined, '', 'a b', 'a, b', 'a"b', 'a\\b', 'a\tb', 'a\x7f', 'é', 'x'.repeat(129)];
  for (const id of taken) {
    assert.equal(requestIdOf(requestWith(id), 1), id);
    assert.match(requestIdOf(requestWith(id), 0), UUID);
  }
  for (const id of refused) assert.match(requestIdOf(requestWith(id), 1), UUID, id);
  assert.notEqual(requestIdOf(requestWith(undefined), 0), requestIdOf(requestWith(undefined), 0));
});
