import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionDBAuth } from '../../../src/api/v1/auth/session-db-auth.ts';
import { SessionExpAuth } from '../../../src/api/v1/auth/session-exp-auth.ts';
import { digestSessionId } from '../../../src/models/user-session.ts';
import { modelsWithUser, requestWith } from '../../contracts/auth.ts';
import { describeSessionExpAuth, START } from '../../contracts/sessions.ts';

describeSessionExpAuth('SessionDBAuth', (options) => new SessionDBAuth(options));

test('SessionDBAuth: a session is a UserSession that another object finds', async () => {
  const { user, ...repositories } = await modelsWithUser();
  const auth = new SessionDBAuth({ ...repositories, clock: () => START });
  assert.ok(auth instanceof SessionExpAuth);
  const sessionId = (await auth.createSession(user.id)) ?? '';
  const [session, ...others] = await repositories.userSessions.search({ userId: user.id });
  assert.equal(others.length, 0);
  assert.deepEqual([session?.userId, session?.createdAt], [user.id, START]);
  assert.equal(auth.userIdBySessionId.size, 0, 'none in the memory of this object');
  const restarted = new SessionDBAuth(repositories);
  assert.equal(await restarted.currentUser(requestWith(sessionId)), user);
  assert.equal(await restarted.destroySession(requestWith(sessionId)), true);
  assert.equal(await auth.userIdForSessionId(sessionId), null);
  assert.equal(await repositories.userSessions.count(), 0);
});

test('SessionDBAuth: what is stored of a session id is its digest, which is no session id', async () => {
  const { user, ...repositories } = await modelsWithUser();
  const auth = new SessionDBAuth(repositories);
  const sessionId = (await auth.createSession(user.id)) ?? '';
  const [session] = await repositories.userSessions.all();
  assert.equal(session?.sessionId, digestSessionId(sessionId));
  assert.ok(!JSON.stringify(session).includes(sessionId));
  assert.equal(await auth.userIdForSessionId(session?.sessionId), null);
});

test('SessionDBAuth: a removed user has no session left in the database', async () => {
  const { user, ...repositories } = await modelsWithUser();
  const auth = new SessionDBAuth(repositories);
  await auth.createSession(user.id);
  await auth.createSession(user.id);
  await auth.createSession('another');
  await repositories.users.remove(user.id);
  auth.endSessionsOf();
  assert.deepEqual((await repositories.userSessions.all()).map(({ userId }) => userId), ['another']);
});
