import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { User } from '../../src/models/user.ts';
import { cookieOf } from './client.ts';
import { startTestService } from './service.ts';
import type { TestService, TestServiceOptions } from './service.ts';

export const PASSWORD = 'correct horse battery';

/** A server with an administrator and two members, under a clock that goes on when it is told to. */
export interface Organisation {
  readonly server: TestService;
  readonly admin: User;
  readonly mia: User;
  readonly noah: User;
  /** Signs in, which must work. @returns the cookie */
  signIn(user: Pick<User, 'email'>, password?: string): Promise<string>;
  /** The status of a request for the own account in this session. */
  statusOf(cookie: string): Promise<number>;
  advance(seconds: number): void;
  /** The security log's entries of an event so far. */
  events(event: string): Record<string, unknown>[];
}

export async function startOrganisation(t: TestContext, options: TestServiceOptions = {}): Promise<Organisation> {
  let now = Date.UTC(2026, 0, 1);
  const server = await startTestService(t, { clock: () => now, ...options });
  const [admin, mia, noah] = await Promise.all([
    server.addUser('admin@example.com', PASSWORD, ['admins']),
    server.addUser('mia@example.com', PASSWORD, ['staff']),
    server.addUser('noah@example.com', PASSWORD, []),
  ]);
  return {
    server,
    admin,
    mia,
    noah,
    signIn: async ({ email }, password = PASSWORD) => {
      const reply = await server.api('POST', '/auth_session/login', { form: { email, password } });
      assert.equal(reply.status, 200, reply.text);
      return cookieOf(reply);
    },
    statusOf: async (cookie) => (await server.api('GET', '/users/me', { cookie })).status,
    advance: (seconds) => {
      now += seconds * 1000;
    },
    events: (event) =>
      server.logs.security.map((line): Record<string, unknown> => JSON.parse(line)).filter((entry) => entry.event === event),
  };
}
