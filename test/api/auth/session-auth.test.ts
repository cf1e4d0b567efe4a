import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Auth } from '../../../src/api/v1/auth/auth.ts';
import { SessionAuth } from '../../../src/api/v1/auth/session-auth.ts';
import { describeSessionAuth } from '../../contracts/sessions.ts';
import { authKit } from '../../helpers/auth-kit.ts';

describeSessionAuth('SessionAuth', (options) => new SessionAuth(options), 'in memory');

test('SessionAuth: userIdBySessionId holds session id → user id, also of nobody, for this object alone', async () => {
  const sa = new SessionAuth(authKit().options);
  assert.ok(sa instanceof Auth);
  assert.deepEqual(await sa.userIdBySessionId, new Map());
  const [first, second] = [await sa.createSession('abcde'), await sa.createSession('fghij')];
  assert.deepEqual([...(await sa.userIdBySessionId)], [[first, 'abcde'], [second, 'fghij']]);
  assert.equal((await new SessionAuth(authKit().options).userIdBySessionId).size, 0);
});
