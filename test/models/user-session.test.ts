import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
  digestSessionId,
  digestSessionIdPortably,
  UserSession,
} from '../../src/models/user-session.ts';
import { userSessionSchema } from '../../src/models/user-session-schema.ts';

const USER_SESSIONS = userSessionSchema({ durationMs: null, idleTimeoutMs: null, startedAt: 0 }, null);
const FIELDS = { sessionId: 'a-digest', userId: 'a-user', createdAt: Date.UTC(2017, 8, 25, 1, 55, 17, 123) };

test('digestSessionId() is the SHA-256 in base64url, portably too', () => {
  for (const sessionId of ['', 'abc', 'é', randomUUID()]) {
    const expected = createHash('sha256').update(sessionId).digest('base64url');
    assert.equal(digestSessionId(sessionId), expected);
    assert.equal(digestSessionIdPortably(sessionId), expected);
    assert.match(expected, /^[\w-]{43}$/);
  }
});

test('UserSession has its session id as its id, and is made now', () => {
  const session = new UserSession({ sessionId: 'a-digest', userId: 'a-user' });
  assert.deepEqual([session.id, session.sessionId, session.userId], ['a-digest', 'a-digest', 'a-user']);
  assert.ok(Math.abs(session.createdAt - Date.now()) < 60_000);
});

test('toJson() shows times as the tutorial does', () => {
  assert.deepEqual(new UserSession(FIELDS).toJson(), {
    created_at: '2017-09-25 01:55:17',
    id: 'a-digest',
    user_id: 'a-user',
  });
});

test('USER_SESSIONS decodes what it encodes, with the owner’s own copy of its id', () => {
  const record: unknown = JSON.parse(JSON.stringify(USER_SESSIONS.encode(new UserSession(FIELDS))));
  assert.deepEqual(USER_SESSIONS.decode(record, (id) => id), new UserSession(FIELDS));
  const asked: string[] = [];
  const session = USER_SESSIONS.decode(record, (id) => {
    asked.push(id);
    return 'shared';
  });
  assert.deepEqual([asked, session?.userId], [['a-user'], 'shared']);
});

const RECORD = USER_SESSIONS.encode(new UserSession(FIELDS));
for (const [title, record] of [
  ['null', null],
  ['a number', 7],
  ['an empty object', {}],
  ...['session_id', 'user_id', 'created_at'].flatMap((field) => [
    [`no ${field}`, Object.fromEntries(Object.entries(RECORD).filter(([name]) => name !== field))],
    [`a number as ${field}`, { ...RECORD, [field]: 7 }],
  ] as const),
  ['a time that is none', { ...RECORD, created_at: 'soon' }],
] as const) {
  test(`USER_SESSIONS decodes no session of ${title}`, () => {
    assert.equal(USER_SESSIONS.decode(record, (id) => id), null);
  });
}
