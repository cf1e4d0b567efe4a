#!/usr/bin/env -S npx tsx
/** Main 1: sessions are made (tutorial task 2). */
import { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import { format, type } from './python-text.ts';
import { sessionsInMemory } from './sessions-in-memory.ts';

const sa = new SessionAuth({ sessionName: '_my_session_id', sessions: sessionsInMemory() });

console.log(format('{}: {}', type(await sa.userIdBySessionId), await sa.userIdBySessionId));

let userId: unknown = null;
let session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, await sa.userIdBySessionId));

userId = 89;
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, await sa.userIdBySessionId));

userId = 'abcde';
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, await sa.userIdBySessionId));

userId = 'fghij';
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, await sa.userIdBySessionId));

userId = 'abcde';
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, await sa.userIdBySessionId));
