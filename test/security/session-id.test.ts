import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { mock, test } from 'node:test';
import { newSessionId } from '../../src/security/session-id.ts';

test('newSessionId() gives a random UUID, another each time', () => {
  const ids = Array.from({ length: 1000 }, newSessionId);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(new Set(ids).size, 1000);
});

test('newSessionId() leaves no random bytes of ids to come in memory', (t) => {
  const randomUUID = mock.method(crypto, 'randomUUID');
  syncBuiltinESMExports();
  t.after(() => {
    randomUUID.mock.restore();
    syncBuiltinESMExports();
  });
  newSessionId();
  assert.deepEqual(randomUUID.mock.calls.map((call) => call.arguments), [[{ disableEntropyCache: true }]]);
});
