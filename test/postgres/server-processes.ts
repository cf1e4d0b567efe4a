import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { declareModels } from '../../src/models/repositories.ts';
import type { Database } from '../../src/models/repositories.ts';
import { digestSessionId, UserSession } from '../../src/models/user-session.ts';
import { User } from '../../src/models/user.ts';
import { SERVER, startProcess } from '../helpers/process.ts';
import type { TestProcess } from '../helpers/process.ts';
import type { Cluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const RETRY_MS = 50;
const ATTEMPTS = 1_200;

/** A server as it ships, in a process of its own. */
export interface ServerProcess {
  readonly process: TestProcess;
  /** `http://127.0.0.1:…`, without a path. */
  readonly base: string;
}

export interface World extends Database {
  /** Of a database of its own, which is empty. */
  readonly databaseUrl: string;
  startServer(): Promise<ServerProcess>;
  /** Makes a user behind the servers' back, whom no password lets in: what a hash costs is not the matter. */
  makeUser(email: string, groups?: readonly string[]): Promise<User>;
  /** Makes a session behind the servers' back. @returns the cookie */
  makeSession(user: User): Promise<string>;
}

let count = 0;

/** A database, a look into it, and servers that have it. */
export async function makeWorld(t: TestContext, cluster: Cluster): Promise<World> {
  count += 1;
  const name = `processes_${count}`;
  await cluster.query(`create database ${name}`);
  const databaseUrl = cluster.urlOf('superuser', name);
  const store = makeStore(t, cluster, { url: databaseUrl, startsWithout: true });
  const models = declareModels(store);
  await store.open();
  const env = {
    ...{ DATABASE_URL: databaseUrl, NODE_PATH: process.env['NODE_PATH'] ?? '' },
    ...{ API_PORT: '0', ALLOWED_HOSTS: '*', LOG_FORMAT: 'off', REAUTH_WINDOW: '0' },
  };
  return {
    ...models,
    databaseUrl,
    async startServer() {
      const started = startProcess(t, SERVER, [], { env });
      return { process: started, base: await started.base() };
    },
    makeUser: async (email, groups = []) => models.users.save(new User({ email, passwordHash: null, groups })),
    async makeSession({ id }) {
      const sessionId = randomUUID();
      await models.userSessions.save(new UserSession({ sessionId: digestSessionId(sessionId), userId: id }));
      return `_my_session_id=${sessionId}`;
    },
  };
}

/** Does something until it works: what comes back comes back by itself. */
export async function eventually<T>(work: () => Promise<T> | T): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await delay(RETRY_MS);
    }
  }
}

/** A number that the environment gives, for more of something than the suite has time for. */
export function numberOf(variable: string, otherwise: number): number {
  return Number(process.env[variable] ?? otherwise);
}
