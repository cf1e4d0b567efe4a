import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionAuth } from '../../../src/api/v1/auth/session-auth.ts';
import { SessionExpAuth } from '../../../src/api/v1/auth/session-exp-auth.ts';
import { describeSessionExpAuth, START } from '../../contracts/sessions.ts';

describeSessionExpAuth('SessionExpAuth', (options) => new SessionExpAuth(options));

test('SessionExpAuth: userIdBySessionId holds the session dictionary', async () => {
  const auth = new SessionExpAuth({ sessionDuration: 60, clock: () => START });
  assert.ok(auth instanceof SessionAuth);
  const sessionId = await auth.createSession('abcde');
  assert.deepEqual([...auth.userIdBySessionId], [[sessionId, { userId: 'abcde', createdAt: START }]]);
});

test('SessionExpAuth: a session without createdAt is live only where sessions are for ever', async () => {
  for (const [sessionDuration, userId] of [[60, null], [0, 'abcde'], [-1, 'abcde']] as const) {
    const auth = new SessionExpAuth({ sessionDuration });
    auth.userIdBySessionId.set('id', 'abcde');
    assert.equal(await auth.userIdForSessionId('id'), userId);
  }
});

test('SessionExpAuth: removeExpired() looks at no more than what is over, and one', async () => {
  let now = START;
  const auth = new SessionExpAuth({ sessionDuration: 60, clock: () => now });
  await auth.createSession('over');
  now += 30_000;
  for (let index = 0; index < 1_000; index += 1) await auth.createSession('live');
  now += 31_000;
  let looks = 0;
  const entries = auth.userIdBySessionId.entries.bind(auth.userIdBySessionId);
  Object.defineProperty(auth.userIdBySessionId, Symbol.iterator, {
    value: function* () {
      for (const entry of entries()) {
        looks += 1;
        yield entry;
      }
    },
  });
  assert.equal(await auth.removeExpired(), 1);
  assert.equal(looks, 2);
});
