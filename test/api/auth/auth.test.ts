import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Auth } from '../../../src/api/v1/auth/auth.ts';
import { describeAuth } from '../../contracts/auth.ts';
import { authKit, requestWith } from '../../helpers/auth-kit.ts';

describeAuth('Auth', (options) => new Auth(options));

test('Auth: currentUser() knows nobody', async () => {
  const { options, addUser } = authKit();
  const user = await addUser('bob@hbtn.io');
  const auth = new Auth(options);
  assert.equal(await auth.currentUser(requestWith(user.id)), null);
  assert.equal(await auth.authenticate(requestWith(user.id)), null);
  assert.equal(await auth.destroySession(requestWith(user.id)), false);
  assert.equal(auth.sessions, null);
});

test('Auth: challenge is one at which no browser opens a password box', () => {
  assert.match(new Auth(authKit().options).challenge, /^Session realm="[^"]+"$/);
});
