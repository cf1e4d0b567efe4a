import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import type { SessionExpAuth } from '../../src/api/v1/auth/session-exp-auth.ts';
import { describeAuth, modelsWithUser, NO_STRINGS, requestWith } from './auth.ts';
import type { Factory } from './auth.ts';

/** 2017-10-16 04:57:08 UTC, in milliseconds since the epoch. */
export const START = Date.UTC(2017, 9, 16, 4, 57, 8);

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function createdBy(auth: SessionAuth, userId: string): Promise<string> {
  const sessionId = await auth.createSession(userId);
  assert.ok(sessionId !== null);
  return sessionId;
}

/** What holds for every class that has sessions; and all that holds for its base. */
export function describeSessionAuth(name: string, make: Factory<SessionAuth>): void {
  describeAuth(name, make);

  test(`${name}: createSession() returns null when the user id is no string`, async () => {
    const auth = make();
    for (const userId of NO_STRINGS) assert.equal(await auth.createSession(userId), null, String(userId));
    assert.equal(await auth.createSession(), null);
    assert.equal(auth.userIdBySessionId.size, 0);
  });

  test(`${name}: createSession() makes another id each time, a user may have many`, async () => {
    const auth = make();
    const ids = await Promise.all(Array.from({ length: 1_000 }, (_, index) => createdBy(auth, `user ${index % 3}`)));
    assert.equal(new Set(ids).size, 1_000);
    for (const [index, sessionId] of ids.entries()) {
      assert.match(sessionId, UUID_4);
      assert.equal(await auth.userIdForSessionId(sessionId), `user ${index % 3}`);
    }
  });

  test(`${name}: userIdForSessionId() returns null for no string, or an id that it did not make`, async () => {
    const auth = make();
    const sessionId = await createdBy(auth, 'abcde');
    for (const other of NO_STRINGS) assert.equal(await auth.userIdForSessionId(other), null, String(other));
    const unknown = ['', 'doesntexist', 'abcde', '__proto__', 'constructor', 'toString', 'size'];
    for (const other of [...unknown, sessionId.toUpperCase(), `${sessionId} `, sessionId.slice(0, -1)]) {
      assert.equal(await auth.userIdForSessionId(other), null, other);
    }
    assert.equal(await auth.userIdForSessionId(), null);
    assert.equal(await auth.userIdForSessionId(sessionId), 'abcde');
  });

  test(`${name}: currentUser() is the user of the session in the cookie`, async () => {
    const { user, ...repositories } = await modelsWithUser();
    const auth = make(repositories);
    const sessionId = await createdBy(auth, user.id);
    assert.equal(await auth.currentUser(requestWith(sessionId)), user);
    assert.equal(await auth.currentUser(requestWith(sessionId, 'other')), null);
    assert.equal(await auth.currentUser(requestWith(null)), null);
    assert.equal(await auth.currentUser({ headers: { authorization: sessionId } }), null);
    // The session of a user who is not there.
    const stray = await createdBy(auth, 'nobody');
    assert.equal(await auth.currentUser(requestWith(stray)), null);
  });

  test(`${name}: destroySession() ends the session in the cookie, once, and no other`, async () => {
    const auth = make();
    const [first, second] = [await createdBy(auth, 'abcde'), await createdBy(auth, 'abcde')];
    assert.equal(await auth.destroySession(), false);
    assert.equal(await auth.destroySession(null), false);
    assert.equal(await auth.destroySession(requestWith(null)), false);
    assert.equal(await auth.destroySession(requestWith('doesntexist')), false);
    assert.equal(await auth.destroySession(requestWith(first)), true);
    assert.equal(await auth.destroySession(requestWith(first)), false);
    assert.equal(await auth.userIdForSessionId(first), null);
    assert.equal(await auth.userIdForSessionId(second), 'abcde');
  });

  test(`${name}: destroySession() twice at once succeeds once`, async () => {
    const auth = make();
    const request = requestWith(await createdBy(auth, 'abcde'));
    const results = await Promise.all([auth.destroySession(request), auth.destroySession(request)]);
    assert.deepEqual(results.sort(), [false, true]);
  });

  test(`${name}: endSessionsOf() a removed user leaves none of that user's, and the others'`, async () => {
    const { user, ...repositories } = await modelsWithUser();
    const auth = make(repositories);
    const ended = [await createdBy(auth, user.id), await createdBy(auth, user.id)];
    const kept = await createdBy(auth, 'another');
    await repositories.users.remove(user.id);
    auth.endSessionsOf(user.id);
    for (const sessionId of ended) assert.equal(await auth.userIdForSessionId(sessionId), null);
    assert.equal(await auth.userIdForSessionId(kept), 'another');
  });

  test(`${name}: removeExpired() leaves what is not over`, async () => {
    let now = START;
    const auth = make({ sessionDuration: 0, clock: () => now });
    const sessionId = await createdBy(auth, 'abcde');
    now += 400 * 24 * 60 * 60 * 1000;
    assert.equal(await auth.removeExpired(), 0);
    assert.equal(await auth.userIdForSessionId(sessionId), 'abcde');
    assert.equal(auth.sessionLifetimeSeconds, null);
  });
}

/** What holds for every class whose sessions end by themselves; and all that holds for its base. */
export function describeSessionExpAuth(name: string, make: Factory<SessionExpAuth>): void {
  describeSessionAuth(name, make);

  test(`${name}: sessionDuration is 0, for ever, when nothing else is said`, () => {
    assert.equal(make().sessionDuration, 0);
    assert.equal(make().sessionLifetimeSeconds, null);
    assert.equal(make({ sessionDuration: 60 }).sessionDuration, 60);
    assert.equal(make({ sessionDuration: 60 }).sessionLifetimeSeconds, 60);
    assert.equal(make({ sessionDuration: -1 }).sessionLifetimeSeconds, null);
  });

  const ages: readonly (readonly [durationSeconds: number, ageMs: number, isLive: boolean])[] = [
    [60, 0, true],
    [60, 10_000, true],
    [60, 60_000, true],
    [60, 60_001, false],
    [60, 61_000, false],
    [60, 1e12, false],
    [1, 1_000, true],
    [1, 1_001, false],
    // A negative age is not a valid age.
    [60, -1, false],
    [60, -1e12, false],
    // 0 and below: for ever.
    [0, 1e12, true],
    [-1, 1e12, true],
    [-60, 0, true],
  ];
  for (const [sessionDuration, ageMs, isLive] of ages) {
    const what = `a session of ${sessionDuration} s is ${isLive ? 'live' : 'over'} at the age of ${ageMs} ms`;
    test(`${name}: ${what}`, async () => {
      const { user, ...repositories } = await modelsWithUser();
      let now = START;
      const auth = make({ ...repositories, sessionDuration, clock: () => now });
      const sessionId = await createdBy(auth, user.id);
      now = START + ageMs;
      assert.equal(await auth.userIdForSessionId(sessionId), isLive ? user.id : null);
      assert.equal(await auth.currentUser(requestWith(sessionId)), isLive ? user : null);
      assert.equal(await auth.destroySession(requestWith(sessionId)), isLive);
    });
  }

  test(`${name}: removeExpired() forgets what is over, says how many, and leaves the rest`, async () => {
    let now = START;
    const auth = make({ sessionDuration: 60, clock: () => now });
    const sessionIds: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      now = START + index * 1_000;
      sessionIds.push(await createdBy(auth, 'abcde'));
    }
    assert.equal(await auth.removeExpired(), 0);
    now = START + 60_000;
    assert.equal(await auth.removeExpired(), 0, 'the first one is in its last millisecond');
    now = START + 63_500;
    assert.equal(await auth.removeExpired(), 4);
    assert.equal(await auth.removeExpired(), 0);
    // Back in time, what was forgotten is not there; what is left would be.
    now = START + 10_000;
    const live = await Promise.all(sessionIds.map((sessionId) => auth.userIdForSessionId(sessionId)));
    assert.deepEqual(live, sessionIds.map((_, index) => (index < 4 ? null : 'abcde')));
    now = START + 1e9;
    assert.equal(await auth.removeExpired(), 6);
  });

  test(`${name}: removeExpired() forgets what is dated more than a minute ahead`, async () => {
    for (const [aheadMs, removed] of [[60_000, 0], [60_001, 2]] as const) {
      let now = START + aheadMs;
      const auth = make({ sessionDuration: 3_600, clock: () => now });
      const fromTheFuture = [await createdBy(auth, 'abcde'), await createdBy(auth, 'abcde')];
      now = START;
      const live = await createdBy(auth, 'abcde');
      assert.equal(await auth.userIdForSessionId(fromTheFuture[0]), null);
      assert.equal(await auth.removeExpired(), removed);
      assert.equal(await auth.userIdForSessionId(live), 'abcde');
      now = START + aheadMs;
      const found = await Promise.all(fromTheFuture.map((sessionId) => auth.userIdForSessionId(sessionId)));
      assert.deepEqual(found, removed === 0 ? ['abcde', 'abcde'] : [null, null]);
    }
  });

  test(`${name}: removeExpired() forgets nothing where sessions are for ever, whatever the clock says`, async () => {
    let now = START + 1e9;
    const auth = make({ sessionDuration: 0, clock: () => now });
    const sessionId = await createdBy(auth, 'abcde');
    now = START;
    assert.equal(await auth.removeExpired(), 0);
    assert.equal(await auth.userIdForSessionId(sessionId), 'abcde');
  });
}
