import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { startService } from '../../src/service.ts';
import type { Service, ServiceOptions } from '../../src/service.ts';
import { send } from './client.ts';
import type { Reply, RequestOptions } from './client.ts';
import { temporaryDirectory } from './directory.ts';
import { databaseInPlaceOf } from './test-database.ts';

/** Hashes that cost next to nothing, for tests of which the cost is not the matter. */
export const CHEAP_COST = { logN: 4, r: 8, p: 1 };

export interface TestService {
  readonly service: Service;
  /** `http://127.0.0.1:…`, without a path. */
  readonly base: string;
  readonly directory: string;
  /** The lines that the server has logged so far. */
  readonly logs: { readonly access: string[]; readonly security: string[]; readonly notice: string[] };
  /** A request to a path below /api/v1. */
  api(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** Makes a user behind the API's back: an administrator where nothing else is said, as in the tutorial's world. */
  addUser(email: string, password: string, groups?: readonly string[]): Promise<User>;
}

export type TestServiceOptions = Partial<Omit<ServiceOptions, 'config' | 'logs'>> & Partial<Config>;

/** Starts a real server on a free port of the loopback, in a directory of its own; it ends with the test. */
export async function startTestService(t: TestContext, options: TestServiceOptions = {}): Promise<TestService> {
  const { passwords = new PasswordHasher({ cost: CHEAP_COST }), clock, monotonicClock, limits, fileSystem, ...settings } = options;
  const logs: { access: string[]; security: string[]; notice: string[] } = { access: [], security: [], notice: [] };
  const dataDirectory = options.dataDirectory ?? temporaryDirectory(t);
  const config: Config = {
    ...parseConfig({ ALLOWED_HOSTS: '*' }).config,
    port: 0,
    dataDirectory,
    databaseUrl: await databaseInPlaceOf(dataDirectory),
    ...settings,
  };
  if (fileSystem !== undefined) assert.equal(config.databaseUrl, null, 'a test that brings a disk is journalOnly()');
  const service = await startService({
    config,
    passwords,
    logs: {
      access: (line) => logs.access.push(line),
      security: (line) => logs.security.push(line),
      notice: (line) => logs.notice.push(line),
    },
    // A replaced clock that is moved has made no step, unless the test brings a monotonic clock of its own.
    ...(clock !== undefined && { clock, monotonicClock: monotonicClock ?? clock }),
    ...(limits !== undefined && { limits }),
    ...(fileSystem !== undefined && { fileSystem }),
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await service.close(1_000);
    isOpen = false;
  };
  t.after(close);
  const base = `http://127.0.0.1:${service.address.port}`;
  return {
    service: { ...service, close },
    base,
    directory: config.dataDirectory,
    logs,
    api: (method, path, requestOptions) => send(base, method, `/api/v1${path}`, requestOptions),
    addUser: async (email, password, groups = ['admins']) =>
      service.users.save(new User({ email, passwordHash: await passwords.hash(password), groups })),
  };
}
