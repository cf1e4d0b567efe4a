import { LastUses } from '../../src/accounts/last-uses.ts';
import { ClockWatch } from '../../src/accounts/clock-watch.ts';
import type { Caller } from '../../src/accounts/caller.ts';
import { SecurityLog } from '../../src/accounts/security-log.ts';
import { Sessions } from '../../src/accounts/sessions.ts';
import { SignIn } from '../../src/accounts/sign-in.ts';
import type { AuthOptions, AuthRequest } from '../../src/api/v1/auth/auth.ts';
import { declareModels, withSessionsInMemory } from '../../src/models/repositories.ts';
import type { Database } from '../../src/models/repositories.ts';
import { digestSessionId } from '../../src/models/user-session.ts';
import { User } from '../../src/models/user.ts';
import { MemoryLoginThrottle } from '../../src/security/memory-login-throttle.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { CHEAP_COST } from './service.ts';

/** 2017-10-16 04:57:08 UTC, in milliseconds since the epoch. */
export const START = Date.UTC(2017, 9, 16, 4, 57, 8);

export const CLIENT: Caller = { address: '192.0.2.1', userAgent: 'test', userId: null, isOperator: false };

export interface KitOptions {
  /** Where sessions are: in memory, or in the store beside the users. */
  readonly sessionsAre?: 'in memory' | 'stored';
  readonly sessionName?: string;
  readonly durationSeconds?: number;
  readonly idleTimeoutSeconds?: number;
  readonly maxPerUser?: number;
  readonly clock?: () => number;
  /** By default the clock's own time: no step is seen. */
  readonly monotonicClock?: () => number;
}

/** What the authentication classes are made with, over a store in memory. */
export interface AuthKit {
  readonly options: AuthOptions;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly passwords: PasswordHasher;
  addUser(email: string, password?: string): Promise<User>;
}

export function authKit(options: KitOptions = {}): AuthKit {
  const { sessionsAre = 'in memory', sessionName = '_my_session_id', clock = () => START } = options;
  const { durationSeconds = 0, idleTimeoutSeconds = 0, maxPerUser = 0, monotonicClock = clock } = options;
  const policy = {
    durationMs: durationSeconds === 0 ? null : durationSeconds * 1000,
    idleTimeoutMs: idleTimeoutSeconds === 0 ? null : idleTimeoutSeconds * 1000,
    startedAt: clock(),
  };
  const stored = declareModels(new MemoryStore(), { sessionPolicy: policy, defaultGroups: [] });
  const isStored = sessionsAre === 'stored';
  const database = isStored ? stored : withSessionsInMemory(stored, policy);
  const sessions = new Sessions({
    database,
    policy,
    maxPerUser,
    keyOf: isStored ? digestSessionId : (sessionId) => sessionId,
    lastUses: isStored ? new LastUses(database) : null,
    clockWatch: new ClockWatch(clock, monotonicClock),
    log: new SecurityLog(() => {}, clock),
    clock,
  });
  const passwords = new PasswordHasher({ cost: CHEAP_COST });
  const throttle = new MemoryLoginThrottle({ maxFailures: 0, windowSeconds: 1, clock });
  const signIn = new SignIn({ database, passwords, throttle, log: new SecurityLog(() => {}, clock), clock });
  return {
    options: { sessionName, users: database.users, sessions, signIn, clock },
    database,
    sessions,
    signIn,
    passwords,
    addUser: async (email, password) =>
      database.users.save(
        new User({ email, passwordHash: password === undefined ? null : await passwords.hash(password) }),
      ),
  };
}

/** A request that carries a session id. */
export function requestWith(sessionId: string | null, name = '_my_session_id'): AuthRequest {
  return { headers: sessionId === null ? {} : { cookie: `${name}=${sessionId}` } };
}
