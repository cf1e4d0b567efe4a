import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionAuth } from '../../../src/api/v1/auth/session-auth.ts';
import { SessionExpAuth } from '../../../src/api/v1/auth/session-exp-auth.ts';
import { describeSessionExpAuth } from '../../contracts/sessions.ts';
import { authKit, START } from '../../helpers/auth-kit.ts';

describeSessionExpAuth('SessionExpAuth', (options) => new SessionExpAuth(options), 'in memory');

test('SessionExpAuth: userIdBySessionId holds the session dictionary', async () => {
  const auth = new SessionExpAuth(authKit({ durationSeconds: 60 }).options);
  assert.ok(auth instanceof SessionAuth);
  const sessionId = await auth.createSession('abcde');
  assert.deepEqual([...(await auth.userIdBySessionId)], [[sessionId, { userId: 'abcde', createdAt: START }]]);
});
