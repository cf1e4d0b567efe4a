#!/usr/bin/env -S npx tsx
/** Main 1: sessions are made (tutorial task 2). */
import { SessionAuth } from '../../src/api/v1/auth/session-auth.ts';
import { format, type } from './python-text.ts';

const sa = new SessionAuth();

console.log(format('{}: {}', type(sa.userIdBySessionId), sa.userIdBySessionId));

let userId: unknown = null;
let session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, sa.userIdBySessionId));

userId = 89;
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, sa.userIdBySessionId));

userId = 'abcde';
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, sa.userIdBySessionId));

userId = 'fghij';
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, sa.userIdBySessionId));

userId = 'abcde';
session = await sa.createSession(userId);
console.log(format('{} => {}: {}', userId, session, sa.userIdBySessionId));
