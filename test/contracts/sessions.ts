import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import type { SessionExpAuth } from '../../src/api/v1/auth/session-exp-auth.ts';
import { authKit, CLIENT, requestWith, START } from '../helpers/auth-kit.ts';
import type { AuthKit, KitOptions } from '../helpers/auth-kit.ts';
import { describeAuth, NO_STRINGS } from './auth.ts';
import type { Factory } from './auth.ts';

const UUID_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DAY_MS = 86_400_000;

async function createdBy(auth: SessionAuth, userId: string): Promise<string> {
  const sessionId = await auth.createSession(userId);
  assert.ok(sessionId !== null);
  return sessionId;
}

type SessionsAre = NonNullable<KitOptions['sessionsAre']>;

/** What holds for every class that has sessions; and all that holds for its base. */
export function describeSessionAuth(name: string, make: Factory<SessionAuth>, sessionsAre: SessionsAre): void {
  describeAuth(name, make);

  async function kitWithUser(options: KitOptions = {}): Promise<AuthKit & { auth: SessionAuth; userId: string }> {
    const kit = authKit({ sessionsAre, ...options });
    const user = await kit.addUser('bob@hbtn.io');
    return { ...kit, auth: make(kit.options), userId: user.id };
  }

  test(`${name}: createSession() returns null when the user id is no string`, async () => {
    const { auth } = await kitWithUser();
    for (const userId of NO_STRINGS) assert.equal(await auth.createSession(userId), null, String(userId));
    assert.equal(await auth.createSession(), null);
    assert.equal((await auth.userIdBySessionId).size, 0);
  });

  test(`${name}: createSession() makes another id each time, a user may have many`, async () => {
    const { auth, addUser } = await kitWithUser();
    const users = await Promise.all(['a@b', 'b@b', 'c@b'].map((email) => addUser(email)));
    const owner = (index: number): string => users[index % users.length]?.id ?? '';
    const ids = await Promise.all(Array.from({ length: 300 }, (_, index) => createdBy(auth, owner(index))));
    assert.equal(new Set(ids).size, 300);
    for (const [index, sessionId] of ids.entries()) {
      assert.match(sessionId, UUID_4);
      assert.equal(await auth.userIdForSessionId(sessionId), owner(index));
    }
  });

  test(`${name}: userIdForSessionId() returns null for no string, or an id that it did not make`, async () => {
    const { auth, userId } = await kitWithUser();
    const sessionId = await createdBy(auth, userId);
    for (const other of NO_STRINGS) assert.equal(await auth.userIdForSessionId(other), null, String(other));
    const unknown = ['', 'doesntexist', userId, '__proto__', 'constructor', 'toString', 'size'];
    for (const other of [...unknown, sessionId.toUpperCase(), `${sessionId} `, sessionId.slice(0, -1)]) {
      assert.equal(await auth.userIdForSessionId(other), null, other);
    }
    assert.equal(await auth.userIdForSessionId(), null);
    assert.equal(await auth.userIdForSessionId(sessionId), userId);
  });

  test(`${name}: currentUser() is the user of the session in the cookie`, async () => {
    const { auth, userId } = await kitWithUser();
    const sessionId = await createdBy(auth, userId);
    assert.equal((await auth.currentUser(requestWith(sessionId)))?.id, userId);
    assert.equal(await auth.currentUser(requestWith(sessionId, 'other')), null);
    assert.equal(await auth.currentUser(requestWith(null)), null);
    assert.equal(await auth.currentUser({ headers: { authorization: sessionId } }), null);
  });

  test(`${name}: of several cookies of the session's name the live one counts, and logout ends all`, async () => {
    const { auth, userId } = await kitWithUser();
    const [first, second] = [await createdBy(auth, userId), await createdBy(auth, userId)];
    const cookie = `_my_session_id=stale; _my_session_id=; _my_session_id=${first}; _my_session_id=${second}`;
    assert.equal((await auth.currentUser({ headers: { cookie } }))?.id, userId);
    assert.equal(await auth.destroySession({ headers: { cookie } }), true);
    for (const sessionId of [first, second]) assert.equal(await auth.userIdForSessionId(sessionId), null);
  });

  test(`${name}: destroySession() ends the session in the cookie, once, and no other`, async () => {
    const { auth, userId } = await kitWithUser();
    const [first, second] = [await createdBy(auth, userId), await createdBy(auth, userId)];
    assert.equal(await auth.destroySession(), false);
    assert.equal(await auth.destroySession(null), false);
    assert.equal(await auth.destroySession(requestWith(null)), false);
    assert.equal(await auth.destroySession(requestWith('doesntexist')), false);
    assert.equal(await auth.destroySession(requestWith(first)), true);
    assert.equal(await auth.destroySession(requestWith(first)), false);
    assert.equal(await auth.userIdForSessionId(first), null);
    assert.equal(await auth.userIdForSessionId(second), userId);
  });

  test(`${name}: destroySession() twice at once succeeds once`, async () => {
    const { auth, userId } = await kitWithUser();
    const request = requestWith(await createdBy(auth, userId));
    const results = await Promise.all([auth.destroySession(request), auth.destroySession(request)]);
    assert.deepEqual(results.sort(), [false, true]);
  });

  test(`${name}: a removed user has no session left, and the others have theirs`, async () => {
    const { auth, userId, database, addUser } = await kitWithUser();
    const other = await addUser('another@hbtn.io');
    const ended = [await createdBy(auth, userId), await createdBy(auth, userId)];
    const kept = await createdBy(auth, other.id);
    await database.transaction((models) => models.users.remove(userId));
    for (const sessionId of ended) {
      assert.equal(await auth.userIdForSessionId(sessionId), null);
      assert.equal(await auth.currentUser(requestWith(sessionId)), null);
    }
    assert.equal(await auth.userIdForSessionId(kept), other.id);
  });

  test(`${name}: sessions without a duration are live for ever, and sweep() leaves them`, async () => {
    let now = START;
    const { auth, userId, sessions } = await kitWithUser({ clock: () => now });
    const sessionId = await createdBy(auth, userId);
    now += 400 * DAY_MS;
    assert.equal(await sessions.sweep(), 0);
    assert.equal(await auth.userIdForSessionId(sessionId), userId);
    now = START - 400 * DAY_MS;
    assert.equal(await auth.userIdForSessionId(sessionId), userId);
  });

  test(`${name}: list() shows a user's live sessions, the one used last first`, async () => {
    let now = START;
    const { auth, userId, sessions, addUser } = await kitWithUser({ clock: () => now });
    const other = await addUser('another@hbtn.io');
    const first = await sessions.create(userId, CLIENT);
    now += 1_000;
    await sessions.create(userId, { ...CLIENT, address: '192.0.2.2', userAgent: 'x'.repeat(300) });
    await sessions.create(other.id, CLIENT);
    now += 1_000;
    assert.notEqual(await auth.currentUser(requestWith(first)), null);
    const list = await sessions.list(userId);
    assert.deepEqual(
      list.map(({ session, endsAt }) => [session.createdAt, session.lastSeenAt, session.client, endsAt]),
      [
        [START, START + 2_000, { address: '192.0.2.1', userAgent: 'test' }, null],
        [START + 1_000, START + 1_000, { address: '192.0.2.2', userAgent: 'x'.repeat(256) }, null],
      ],
    );
    assert.equal(new Set(list.map(({ handle }) => handle)).size, 2);
  });

  test(`${name}: endOne() ends the session that a handle names, of that user alone`, async () => {
    const { auth, userId, sessions, addUser } = await kitWithUser();
    const other = await addUser('another@hbtn.io');
    const [first, second] = [await createdBy(auth, userId), await createdBy(auth, userId)];
    const handles = (await sessions.list(userId)).map(({ handle }) => handle);
    for (const handle of handles) {
      assert.equal(await sessions.endOne(other.id, handle, CLIENT), null);
      // A handle is public: nobody can sign in with it.
      assert.equal(await auth.userIdForSessionId(handle), null);
    }
    assert.notEqual(await sessions.endOne(userId, handles[0] ?? '', CLIENT), null);
    assert.equal(await sessions.endOne(userId, handles[0] ?? '', CLIENT), null);
    assert.equal(await sessions.endOne(userId, '', CLIENT), null);
    const live = await Promise.all([first, second].map((sessionId) => auth.userIdForSessionId(sessionId)));
    assert.equal(live.filter((id) => id === userId).length, 1);
  });

  test(`${name}: endAll() ends every session of a user, or all but one`, async () => {
    const { auth, userId, sessions, addUser } = await kitWithUser();
    const other = await addUser('another@hbtn.io');
    const kept = await createdBy(auth, userId);
    for (let count = 0; count < 3; count += 1) await createdBy(auth, userId);
    await createdBy(auth, other.id);
    assert.equal(await sessions.endAll(userId, sessions.keyOf(kept), CLIENT), 3);
    assert.equal(await auth.userIdForSessionId(kept), userId);
    assert.equal(await sessions.endAll(userId, null, CLIENT), 1);
    assert.equal(await auth.userIdForSessionId(kept), null);
    assert.equal((await sessions.list(other.id)).length, 1);
  });

  test(`${name}: an idle session is over, and one that is used lives on`, async () => {
    let now = START;
    const { auth, userId, sessions } = await kitWithUser({ idleTimeoutSeconds: 2, clock: () => now });
    const [used, unused] = [await createdBy(auth, userId), await createdBy(auth, userId)];
    for (let second = 1; second <= 10; second += 1) {
      now = START + second * 1_000;
      assert.notEqual(await auth.currentUser(requestWith(used)), null, `${second} s`);
    }
    assert.equal(await auth.userIdForSessionId(unused), null);
    assert.equal(await sessions.sweep(), 1);
    now += 2_000;
    assert.equal(await auth.userIdForSessionId(used), userId, 'in its last millisecond');
    now += 1;
    assert.equal(await auth.userIdForSessionId(used), null);
    assert.equal(await sessions.sweep(), 1);
  });

  test(`${name}: writeLastUses() never revives a session that was ended`, async () => {
    let now = START;
    const { auth, userId, sessions, database } = await kitWithUser({ idleTimeoutSeconds: 60, clock: () => now });
    for (const endsFirst of [true, false]) {
      const sessionId = await createdBy(auth, userId);
      now += 10_000;
      assert.notEqual(await auth.currentUser(requestWith(sessionId)), null);
      const end = (): Promise<unknown> => sessions.end(sessions.keyOf(sessionId));
      const write = (): Promise<unknown> => sessions.writeLastUses();
      await Promise.all(endsFirst ? [end(), write()] : [write(), end()]);
      assert.equal(await auth.userIdForSessionId(sessionId), null);
      assert.equal(await database.userSessions.count(), 0);
    }
  });

  test(`${name}: writeLastUses() writes them all, past one commit too`, async () => {
    let now = START;
    const { auth, userId, sessions, database } = await kitWithUser({ idleTimeoutSeconds: 3_600, clock: () => now });
    const count = 1_203;
    const sessionIds = await Promise.all(Array.from({ length: count }, () => createdBy(auth, userId)));
    now += 10_000;
    for (const id of sessionIds) assert.notEqual(await auth.currentUser(requestWith(id)), null);
    await sessions.writeLastUses();
    const stored = await database.userSessions.all();
    assert.equal(stored.length, count);
    assert.ok(stored.every(({ lastSeenAt }) => lastSeenAt === now));
  });

  test(`${name}: past the cap, the session unused longest goes`, async () => {
    let now = START;
    const { auth, userId } = await kitWithUser({ maxPerUser: 3, clock: () => now });
    const sessionIds: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      now += 1_000;
      sessionIds.push(await createdBy(auth, userId));
    }
    now += 1_000;
    await auth.currentUser(requestWith(sessionIds[0] ?? ''));
    sessionIds.push(await createdBy(auth, userId));
    const live = await Promise.all(sessionIds.map(async (id) => (await auth.userIdForSessionId(id)) !== null));
    assert.deepEqual(live, [true, false, true, true]);
  });
}

/** What holds for every class whose sessions end by themselves; and all that holds for its base. */
export function describeSessionExpAuth(name: string, make: Factory<SessionExpAuth>, sessionsAre: SessionsAre): void {
  describeSessionAuth(name, make, sessionsAre);

  test(`${name}: sessionDuration is 0, for ever, when nothing else is said`, () => {
    assert.equal(make(authKit({ sessionsAre }).options).sessionDuration, 0);
    assert.equal(make(authKit({ sessionsAre, durationSeconds: 60 }).options).sessionDuration, 60);
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
    // A clock that was set back ends nothing.
    [60, -1, true],
    [60, -1e12, true],
    // 0: for ever.
    [0, 1e12, true],
  ];
  for (const [durationSeconds, ageMs, isLive] of ages) {
    const what = `a session of ${durationSeconds} s is ${isLive ? 'live' : 'over'} at the age of ${ageMs} ms`;
    test(`${name}: ${what}`, async () => {
      let now = START;
      const kit = authKit({ sessionsAre, durationSeconds, clock: () => now });
      const user = await kit.addUser('bob@hbtn.io');
      const auth = make(kit.options);
      const sessionId = await createdBy(auth, user.id);
      now = START + ageMs;
      assert.equal(await auth.userIdForSessionId(sessionId), isLive ? user.id : null);
      assert.equal((await auth.currentUser(requestWith(sessionId)))?.id, isLive ? user.id : undefined);
      assert.equal(await auth.destroySession(requestWith(sessionId)), isLive);
    });
  }

  test(`${name}: sweep() removes what is over, says how many, and leaves the rest`, async () => {
    let now = START;
    const kit = authKit({ sessionsAre, durationSeconds: 60, clock: () => now });
    const user = await kit.addUser('bob@hbtn.io');
    const auth = make(kit.options);
    const sessionIds: string[] = [];
    for (let index = 0; index < 10; index += 1) {
      now = START + index * 1_000;
      sessionIds.push(await createdBy(auth, user.id));
    }
    assert.equal(await kit.sessions.sweep(), 0);
    now = START + 60_000;
    assert.equal(await kit.sessions.sweep(), 0, 'the first one is in its last millisecond');
    now = START + 63_500;
    assert.equal(await kit.sessions.sweep(), 4);
    assert.equal(await kit.sessions.sweep(), 0);
    // Back in time, what was removed is not there; what is left would be.
    now = START + 10_000;
    const live = await Promise.all(sessionIds.map((sessionId) => auth.userIdForSessionId(sessionId)));
    assert.deepEqual(live, sessionIds.map((_, index) => (index < 4 ? null : user.id)));
    now = START + 1e9;
    assert.equal(await kit.sessions.sweep(), 6);
  });

  test(`${name}: after a step of the clock, ahead or back, sweep() removes nothing for an hour`, async () => {
    for (const stepMs of [DAY_MS, -DAY_MS]) {
      let monotonic = 0;
      let offset = START;
      const clock = (): number => offset + monotonic;
      const kit = authKit({ sessionsAre, durationSeconds: 600, clock, monotonicClock: () => monotonic });
      const user = await kit.addUser('bob@hbtn.io');
      const auth = make(kit.options);
      const sessionId = await createdBy(auth, user.id);
      monotonic += 15_000;
      offset += stepMs;
      assert.equal(await kit.sessions.sweep(), 0);
      monotonic += 15_000;
      assert.equal(await kit.sessions.sweep(), 0);
      // Set right again, which is a step too.
      offset -= stepMs;
      assert.equal(await kit.sessions.sweep(), 0);
      assert.equal(await auth.userIdForSessionId(sessionId), user.id);
      monotonic += 3_599_999;
      assert.equal(await kit.sessions.sweep(), 0);
      monotonic += 1;
      assert.equal(await kit.sessions.sweep(), 1);
    }
  });
}
