import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionDBAuth } from '../../../src/api/v1/auth/session-db-auth.ts';
import { SessionExpAuth } from '../../../src/api/v1/auth/session-exp-auth.ts';
import { MissingOwnerError } from '../../../src/errors.ts';
import { digestSessionId } from '../../../src/models/user-session.ts';
import { describeSessionExpAuth } from '../../contracts/sessions.ts';
import { authKit, requestWith, START } from '../../helpers/auth-kit.ts';

describeSessionExpAuth('SessionDBAuth', (options) => new SessionDBAuth(options), 'stored');

test('SessionDBAuth: a session is a UserSession that another object finds', async () => {
  const { options, database, addUser } = authKit({ sessionsAre: 'stored' });
  const user = await addUser('bob@hbtn.io');
  const auth = new SessionDBAuth(options);
  assert.ok(auth instanceof SessionExpAuth);
  const sessionId = (await auth.createSession(user.id)) ?? '';
  const [session, ...others] = await database.userSessions.search({ userId: user.id });
  assert.equal(others.length, 0);
  assert.deepEqual([session?.userId, session?.createdAt], [user.id, START]);
  const restarted = new SessionDBAuth(options);
  assert.equal((await restarted.currentUser(requestWith(sessionId)))?.id, user.id);
  assert.equal(await restarted.destroySession(requestWith(sessionId)), true);
  assert.equal(await auth.userIdForSessionId(sessionId), null);
  assert.equal(await database.userSessions.count(), 0);
});

test('SessionDBAuth: what is stored of a session id is its digest, which is no session id', async () => {
  const { options, database, addUser } = authKit({ sessionsAre: 'stored' });
  const user = await addUser('bob@hbtn.io');
  const auth = new SessionDBAuth(options);
  const sessionId = (await auth.createSession(user.id)) ?? '';
  const [session] = await database.userSessions.all();
  assert.equal(session?.sessionId, digestSessionId(sessionId));
  assert.ok(!JSON.stringify(session).includes(sessionId));
  assert.equal(await auth.userIdForSessionId(session?.sessionId), null);
});

test('SessionDBAuth: createSession() refuses a user who is not in the database', async () => {
  const { options } = authKit({ sessionsAre: 'stored' });
  await assert.rejects(new SessionDBAuth(options).createSession('abcde'), MissingOwnerError);
});
