import assert from 'node:assert/strict';
import { parseConfig } from '../../src/config.ts';
import type { AuthType } from '../../src/config.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { cookieOf, send } from '../helpers/client.ts';
import { CHEAP_COST } from '../helpers/service.ts';
import type { KnownThings } from './random-requests.ts';
import { STATUS } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';

const SESSION_SECONDS = 300;
const EMAIL = 'bob@example.com';
const PASSWORD = 'H0lberton, once';

/** A server to be fuzzed, and what is known of it. */
export class FuzzTarget {
  readonly cookies: string[] = [];
  readonly userIds: string[] = [];
  readonly service: Service;
  readonly user: User;

  constructor(service: Service, user: User) {
    this.service = service;
    this.user = user;
  }

  get port(): number {
    return this.service.address.port;
  }

  /** What the fuzz may use; the user comes back where a request managed to delete it. */
  async known(): Promise<KnownThings> {
    if ((await this.service.users.get(this.user.id)) === null) await this.service.users.save(this.user);
    const { cookies, userIds } = this;
    return { email: EMAIL, password: PASSWORD, userId: this.user.id, cookies, userIds };
  }

  /** @param location and setCookie fields of an answer */
  learn(location: string | undefined, setCookie: string | undefined): void {
    const id = location?.split('/').at(-1);
    if (id !== undefined) this.userIds.push(id);
    if (setCookie !== undefined && !setCookie.includes('=;')) this.cookies.push(setCookie.split(';')[0] ?? '');
    if (this.userIds.length > 20) this.userIds.shift();
    if (this.cookies.length > 5) this.cookies.shift();
  }
}

/** Starts a real server with one user, cheap passwords, and a log that fails where a line is not clean. */
export async function startFuzzTarget(
  authType: AuthType,
  dataDirectory: string,
  clock: () => number,
): Promise<FuzzTarget> {
  // Cheap, and a queue that never fills: 503 would be right then, and hide one that is not.
  const passwords = new PasswordHasher({ cost: CHEAP_COST, maxQueued: 10_000 });
  const clean = (line: string): void => assert.match(line, /^[\x20-\x7e]+\n$/);
  const service = await startService({
    config: {
      ...parseConfig({ ALLOWED_HOSTS: '*' }).config,
      port: 0,
      authType,
      dataDirectory,
      trustedProxies: 1,
      loginMaxFailures: 3,
      sessionDurationSeconds: SESSION_SECONDS,
      logFormat: authType === 'none' ? 'json' : 'common',
    },
    passwords,
    clock,
    logs: { access: clean, security: clean, notice: (line) => assert.fail(line) },
  });
  const user = new User({ email: EMAIL, passwordHash: await passwords.hash(PASSWORD) });
  return new FuzzTarget(service, await service.users.save(user));
}

/** Fails unless the server does what it is there for. */
export async function assertRight(service: Service): Promise<void> {
  const base = `http://127.0.0.1:${service.address.port}`;
  const status = await Wire.open(service.address.port);
  status.send(STATUS);
  assert.equal((await status.answer())?.status, 200);
  status.socket.destroy();
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  const form = { email: EMAIL, password: PASSWORD };
  const login = await send(base, 'POST', '/api/v1/auth_session/login', { form, headers });
  const isSession = login.status === 200;
  const me = await send(base, 'GET', '/api/v1/users/me', {
    headers,
    ...(isSession ? { cookie: cookieOf(login) } : { basic: [EMAIL, PASSWORD] as const }),
  });
  // Under AUTH_TYPE=none there is no "me".
  assert.ok(me.status === 200 ? me.text.includes(EMAIL) : me.status === 404, `GET /users/me: ${me.status}`);
}
