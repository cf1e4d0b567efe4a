import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldEmail } from '../../../src/models/user.ts';
import { passwordProblem } from '../../../src/security/password-policy.ts';
import { startTestService } from '../../helpers/service.ts';

/** Accents of two classes in turn: what Unicode's composition has to sort, in the square of their number. */
const ACCENTS = `a${'\u0301'.repeat(16_000)}${'\u0323'.repeat(16_000)}`;

test('foldEmail() and passwordProblem() do not compose what is too long to be one', (t) => {
  const { mock } = t.mock.method(String.prototype, 'normalize');
  assert.equal(foldEmail(ACCENTS), ACCENTS);
  assert.equal(passwordProblem(ACCENTS, 8), 'password must be at most 1024 bytes long in UTF-8');
  assert.equal(mock.callCount(), 0);
  // The longest that can be one still is composed.
  assert.equal(foldEmail('E\u0301@EXAMPLE.COM'), '\u00e9@example.com');
  const longest = `${'\u1f82'.repeat(242)}@example.com`; // each is four characters, decomposed
  assert.equal(foldEmail(longest.normalize('NFD')), longest);
  assert.equal(passwordProblem('e\u0301'.repeat(512), 8), null);
});

test('a login with 32,000 accents is answered like any other that fails', async (t) => {
  const { base, addUser } = await startTestService(t);
  await addUser('bob@example.com', 'fake pwd');
  for (const [email, password, status] of [
    [ACCENTS, 'fake pwd', 404],
    ['bob@example.com', ACCENTS, 401],
  ] as const) {
    const form = new FormData();
    form.set('email', email);
    form.set('password', password);
    const reply = await fetch(`${base}/api/v1/auth_session/login`, { method: 'POST', body: form });
    assert.equal(reply.status, status);
  }
});
