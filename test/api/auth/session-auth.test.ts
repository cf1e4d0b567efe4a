import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Auth } from '../../../src/api/v1/auth/auth.ts';
import { SessionAuth } from '../../../src/api/v1/auth/session-auth.ts';
import { describeSessionAuth } from '../../contracts/sessions.ts';

describeSessionAuth('SessionAuth', (options) => new SessionAuth(options));

test('SessionAuth: userIdBySessionId holds session id → user id, for this object alone', async () => {
  const sa = new SessionAuth();
  assert.ok(sa instanceof Auth);
  assert.deepEqual(sa.userIdBySessionId, new Map());
  const [first, second] = [await sa.createSession('abcde'), await sa.createSession('fghij')];
  assert.deepEqual([...sa.userIdBySessionId], [[first, 'abcde'], [second, 'fghij']]);
  assert.equal(new SessionAuth().userIdBySessionId.size, 0);
});
