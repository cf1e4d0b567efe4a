import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Auth } from '../../../src/api/v1/auth/auth.ts';
import { describeAuth, modelsWithUser, requestWith } from '../../contracts/auth.ts';

describeAuth('Auth', (options) => new Auth(options));

test('Auth: currentUser() knows nobody', async () => {
  const { user, userSessions, users } = await modelsWithUser();
  const auth = new Auth({ users, userSessions });
  assert.equal(await auth.currentUser(requestWith(user.id)), null);
});

test('Auth: challenge is one at which no browser opens a password box', () => {
  assert.match(new Auth().challenge, /^Session realm="[^"]+"$/);
});
