#!/usr/bin/env -S npx tsx
/** Main 2: users are found by their sessions (tutorial task 3). */
import { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import { format } from './python-text.ts';
import { sessionsInMemory } from './sessions-in-memory.ts';

const sa = new SessionAuth({ sessionName: '_my_session_id', sessions: sessionsInMemory() });

const userId1 = 'abcde';
const session1 = await sa.createSession(userId1);
console.log(format('{} => {}: {}', userId1, session1, await sa.userIdBySessionId));

const userId2 = 'fghij';
const session2 = await sa.createSession(userId2);
console.log(format('{} => {}: {}', userId2, session2, await sa.userIdBySessionId));

console.log('---');

let tmpSessionId: unknown = null;
let tmpUserId = await sa.userIdForSessionId(tmpSessionId);
console.log(format('{} => {}', tmpSessionId, tmpUserId));

tmpSessionId = 89;
tmpUserId = await sa.userIdForSessionId(tmpSessionId);
console.log(format('{} => {}', tmpSessionId, tmpUserId));

tmpSessionId = 'doesntexist';
tmpUserId = await sa.userIdForSessionId(tmpSessionId);
console.log(format('{} => {}', tmpSessionId, tmpUserId));

console.log('---');

tmpSessionId = session1;
tmpUserId = await sa.userIdForSessionId(tmpSessionId);
console.log(format('{} => {}', tmpSessionId, tmpUserId));

tmpSessionId = session2;
tmpUserId = await sa.userIdForSessionId(tmpSessionId);
console.log(format('{} => {}', tmpSessionId, tmpUserId));

console.log('---');

const session1Bis = await sa.createSession(userId1);
console.log(format('{} => {}: {}', userId1, session1Bis, await sa.userIdBySessionId));

tmpUserId = await sa.userIdForSessionId(session1Bis);
console.log(format('{} => {}', session1Bis, tmpUserId));

tmpUserId = await sa.userIdForSessionId(session1);
console.log(format('{} => {}', session1, tmpUserId));
