import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Config } from '../../src/config.ts';
import type { UserSession } from '../../src/models/user-session.ts';
import type { User } from '../../src/models/user.ts';
import { cookieOf } from './client.ts';
import type { Reply, RequestOptions } from './client.ts';
import { FaultyFileSystem, systemError } from './faulty-file-system.ts';
import type { Step } from './faulty-file-system.ts';
import { Gate } from './gate.ts';
import { startTestService } from './service.ts';
import type { TestService, TestServiceOptions } from './service.ts';
import { withModels } from './stored-models.ts';

export const EMAIL = 'bob@example.com';
export const PASSWORD = 'correct horse battery';
export const WRONG = 'wrong horse battery';

export const SESSION_TYPES = ['session_auth', 'session_exp_auth', 'session_db_auth'] as const;

/** How a password gets in: a session's login, and one Basic request. */
export interface Way {
  readonly authType: Config['authType'];
  readonly attempt: (server: TestService, email: string, password: string, options?: RequestOptions) => Promise<Reply>;
  readonly statusOfWrong: number;
}

export const WAYS: readonly Way[] = [
  { authType: 'session_auth', attempt: login, statusOfWrong: 401 },
  { authType: 'basic_auth', attempt: basic, statusOfWrong: 403 },
];

export function login(
  server: TestService,
  email: string,
  password: string,
  options: RequestOptions = {},
): Promise<Reply> {
  return server.api('POST', '/auth_session/login', { ...options, form: { email, password } });
}

export function basic(
  server: TestService,
  email: string,
  password: string,
  options: RequestOptions = {},
): Promise<Reply> {
  return server.api('GET', '/users/me', { ...options, basic: [email, password] });
}

/** Signs in, which must work. @returns the session cookie, as a browser sends it back */
export async function signedIn(server: TestService, email = EMAIL, password = PASSWORD): Promise<string> {
  const reply = await login(server, email, password);
  assert.equal(reply.status, 200, reply.text);
  return cookieOf(reply);
}

/** Whether a session is live. */
export async function isLive(server: TestService, cookie: string): Promise<boolean> {
  const { status } = await server.api('GET', '/users/me', { cookie });
  assert.ok(status === 200 || status === 403, String(status));
  return status === 200;
}

/** A user as the service holds one now. */
export async function storedUser(server: TestService, email = EMAIL): Promise<User> {
  const [user] = await server.service.users.search({ email });
  assert.ok(user !== undefined);
  return user;
}

/** Ends the service and reads the sessions that it has left in its store. */
export async function storedSessions(server: TestService): Promise<readonly UserSession[]> {
  await server.service.close();
  return withModels(server.directory, async ({ userSessions }) => userSessions.all());
}

/** The disk: writes fail while `isFull`, and wait while its gate is closed. */
export class TestDisk extends FaultyFileSystem {
  readonly gate = new Gate();
  isFull = false;
  refused = 0;

  override onStep = async ({ operation }: Step): Promise<void> => {
    if (operation !== 'write') return;
    await this.gate.pass();
    if (!this.isFull) return;
    this.refused += 1;
    throw systemError('ENOSPC');
  };
}

/** A clock that goes on when it is told to; in milliseconds. */
export function testClock(): { (): number; advance(seconds: number): void } {
  let now = Date.UTC(2026, 0, 1);
  return Object.assign(() => now, {
    advance(seconds: number): void {
      now += seconds * 1000;
    },
  });
}

/** A service with nobody to authenticate, so that what is looked at is the body alone; and what makes users there. */
export async function startCreating(t: TestContext, options: TestServiceOptions = {}) {
  const server = await startTestService(t, { authType: 'none', ...options });
  let made = 0;
  const create = (fields: { [name: string]: unknown }) => {
    made += 1;
    const json = { email: `user${made}@example.com`, password: PASSWORD, ...fields };
    return server.api('POST', '/users', { json });
  };
  return { server, create };
}
