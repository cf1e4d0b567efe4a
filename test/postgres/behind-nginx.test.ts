import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { PASSWORD } from '../helpers/organisation.ts';
import { CLI, runProcess, SERVER, startProcess } from '../helpers/process.ts';
import type { TestProcess } from '../helpers/process.ts';
import type { Reply } from '../helpers/client.ts';
import { startApplication } from '../proxies/application.ts';
import type { Application } from '../proxies/application.ts';
import { freePort } from '../proxies/program.ts';
import { startNginx } from '../proxies/start-proxy.ts';
import { Visitor } from '../proxies/visitor.ts';
import { sharedCluster } from './cluster.ts';

/** What scripts/deploy/two-processes says: nginx in front of two processes, which share a database. */
const cluster = sharedCluster({ before, after });

const MIA = 'mia@example.com';
const RETRY_MS = 50;
const ATTEMPTS = 1_200;

/** One of the two, which can be started again at the same port. */
class Instance {
  readonly port: number;
  readonly #start: () => TestProcess;
  #process: TestProcess | null = null;

  constructor(port: number, start: () => TestProcess) {
    this.port = port;
    this.#start = start;
  }

  async start(): Promise<void> {
    this.#process = this.#start();
    await this.#process.base();
  }

  kill(name: NodeJS.Signals): void {
    this.#running.kill(name);
  }

  async stop(name: NodeJS.Signals): Promise<void> {
    this.kill(name);
    await this.#running.ended;
  }

  /** The requests that the process has answered since its start, as `GET /path?query`. */
  get answered(): string[] {
    const lines = this.#running.stdout.split('\n').filter((line) => line.includes('"method"'));
    return lines.map((line): { method: string; target: string } => JSON.parse(line)).map(({ method, target }) => `${method} ${target}`);
  }

  get #running(): TestProcess {
    assert.ok(this.#process !== null);
    return this.#process;
  }
}

interface World {
  readonly instances: readonly [Instance, Instance];
  readonly wiki: Application;
  readonly urls: { readonly auth: string; readonly wiki: string };
  visitor(): Visitor;
  /** Signs in with a form of the API. @param mark goes into the log of the process that answers */
  signIn(visitor: Visitor, mark: string): Promise<Reply>;
}

async function startWorld(t: TestContext): Promise<World> {
  const [http, https, portA, portB] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const urls = { auth: `https://auth.example.com:${https}`, wiki: `https://wiki.example.com:${https}` };
  const env = {
    DATABASE_URL: cluster().url,
    NODE_PATH: process.env['NODE_PATH'] ?? '',
    PUBLIC_URL: urls.auth,
    COOKIE_DOMAIN: 'example.com',
    REDIRECT_ORIGINS: `https://*.example.com:${https}`,
    TRUST_PROXY: '1',
    LOG_FORMAT: 'json',
  };
  const instanceAt = (port: number): Instance =>
    new Instance(port, () => startProcess(t, SERVER, [], { env: { ...env, API_PORT: String(port) } }));
  const instances = [instanceAt(portA), instanceAt(portB)] as const;
  for (const instance of instances) await instance.start();
  const added = await runProcess(t, CLI, ['user', 'add', MIA], { env, input: `${PASSWORD}\n` });
  assert.equal(added.code, 0, added.stderr);
  const wiki = await startApplication(t);
  const { ca } = await startNginx(t, {
    layout: 'hosts',
    ports: { http, https, server: portA, wiki: wiki.port, ops: wiki.port },
    upstream: 'two-processes/session-auth-upstream.conf',
    changes: [
      ['127.0.0.1:5001', `127.0.0.1:${portA}`],
      ['127.0.0.1:5002', `127.0.0.1:${portB}`],
    ],
  });
  return {
    ...{ instances, wiki, urls },
    visitor: () => new Visitor(ca),
    signIn: (visitor, mark) =>
      visitor.request('POST', `${urls.auth}/api/v1/auth_session/login?${mark}`, {
        headers: [['Content-Type', 'application/x-www-form-urlencoded']],
        body: new URLSearchParams({ email: MIA, password: PASSWORD }).toString(),
      }),
  };
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await what()) return;
    await delay(RETRY_MS);
  }
  assert.fail('it never comes true');
}

/** Visits the application until nginx asks that process again. */
async function untilAsked({ urls }: World, visitor: Visitor, instance: Instance): Promise<void> {
  await until(async () => {
    assert.equal((await visitor.visit(urls.wiki)).status, 200);
    return instance.answered.length > 0;
  });
}

async function signedIn(world: World): Promise<Visitor> {
  const visitor = world.visitor();
  const reply = await world.signIn(visitor, '');
  assert.equal(reply.status, 200, reply.text);
  return visitor;
}

type Step = readonly [name: string, run: (world: World) => Promise<void>];

const STEPS: readonly Step[] = [
  ['a session made at one process is known at both, and a sign-out holds at both for the next request', usesBoth],
  ['of a process that hangs and is killed, reads are asked again of the other, and no POST is sent twice', survivesKill],
  ['a process that is back is asked again', comesBack],
  ['nobody notices that one after the other is stopped and started', startsAnew],
  ['with both stopped nothing gets through to the application, and all is well once they are back', failsClosed],
];

test('nginx in front of two processes on one database', async (t) => {
  const world = await startWorld(t);
  for (const [what, run] of STEPS) await t.test(what, () => run(world));
});

async function usesBoth(world: World): Promise<void> {
  const { instances, urls } = world;
  for (let round = 0; round < 6; round += 1) {
    const visitor = await signedIn(world);
    const former = visitor.cookiesFor(urls.wiki);
    for (let count = 0; count < 4; count += 1) assert.equal((await visitor.visit(`${urls.wiki}/page`)).status, 200);
    assert.equal((await visitor.request('DELETE', `${urls.auth}/api/v1/auth_session/logout`)).status, 200);
    // An odd number a round: each process has the turn at every step.
    for (let count = 0; count < 5; count += 1) {
      assert.equal((await visitor.visit(`${urls.wiki}/page`, { cookies: [former] })).status, 303);
    }
  }
  for (const { answered } of instances) {
    for (const request of [/^GET \/api\/v1\/auth_request$/, /^POST .*login/, /^DELETE .*logout/]) {
      assert.ok(answered.some((line) => request.test(line)), answered.join('\n'));
    }
    const questions = answered.filter((line) => line.includes('auth_request'));
    assert.ok(questions.length >= 20, `${questions.length} of 54 questions`);
  }
}

async function survivesKill(world: World): Promise<void> {
  const { instances, urls, wiki } = world;
  const [hanging, other] = instances;
  const visitor = await signedIn(world);
  const marks = Array.from({ length: 8 }, (_, index) => `mark=${index}`);
  const seen = wiki.seen.length;

  hanging.kill('SIGSTOP');
  const reads = marks.map((mark) => visitor.visit(`${urls.auth}/account?${mark}`));
  const questions = marks.map((mark) => visitor.request('POST', `${urls.wiki}/upload?${mark}`, { body: 'x' }));
  const signIns = marks.map((mark) => world.signIn(world.visitor(), mark));
  // A sign-in takes longest: once the other one has answered one, all have been passed on.
  await until(() => other.answered.some((line) => line.startsWith('POST') && line.includes('mark=')));
  await hanging.stop('SIGKILL');

  for (const reply of await Promise.all(reads)) assert.equal(reply.status, 200, reply.text);
  // The question is a GET, whatever the request to the application is.
  for (const reply of await Promise.all(questions)) assert.equal(reply.status, 200, reply.text);
  const uploads = wiki.seen.slice(seen).map(({ url }) => url);
  assert.deepEqual(uploads.toSorted(), marks.map((mark) => `/upload?${mark}`).toSorted());

  const statuses = (await Promise.all(signIns)).map(({ status }) => status);
  assert.ok(statuses.includes(200) && statuses.includes(502), statuses.join());
  const sent = (): string[] => other.answered.filter((line) => line.startsWith('POST') && line.includes('mark='));
  const expected = marks.filter((_, index) => statuses[index] === 200);
  // A line of the log comes after the answer.
  await until(() => sent().length >= expected.length);
  assert.deepEqual(sent().map((line) => line.replace(/^.*\?/, '')).toSorted(), expected.toSorted());

  // From now on it refuses connections, which costs nobody anything.
  for (const mark of marks) {
    assert.equal((await visitor.visit(`${urls.wiki}/page?${mark}`)).status, 200);
    assert.equal((await world.signIn(world.visitor(), mark)).status, 200);
  }
}

async function comesBack(world: World): Promise<void> {
  const [back] = world.instances;
  const visitor = await signedIn(world);
  await back.start();
  await untilAsked(world, visitor, back);
}

async function startsAnew(world: World): Promise<void> {
  const visitor = await signedIn(world);
  let isOver = false;
  const asked = { reads: 0, signIns: 0 };
  const readers = [1, 2, 3].map(async () => {
    while (!isOver) {
      const reply = await visitor.visit(`${world.urls.wiki}/page`);
      assert.equal(reply.status, 200, reply.text);
      asked.reads += 1;
    }
  });
  const writer = (async () => {
    while (!isOver) {
      const reply = await world.signIn(world.visitor(), '');
      assert.equal(reply.status, 200, reply.text);
      asked.signIns += 1;
    }
  })();
  const restarts = (async () => {
    for (const instance of world.instances) {
      await instance.stop('SIGTERM');
      await instance.start();
      await untilAsked(world, visitor, instance);
    }
  })().finally(() => (isOver = true));
  await Promise.all([restarts, writer, ...readers]);
  assert.ok(asked.reads > 50 && asked.signIns > 1, JSON.stringify(asked));
}

async function failsClosed(world: World): Promise<void> {
  const { instances, urls, wiki } = world;
  const visitor = await signedIn(world);
  const count = wiki.seen.length;
  await Promise.all(instances.map((instance) => instance.stop('SIGTERM')));
  for (let round = 0; round < 4; round += 1) {
    for (const method of ['GET', 'POST']) {
      assert.equal((await visitor.request(method, `${urls.wiki}/`)).status, 500);
      assert.equal((await visitor.request(method, `${urls.auth}/account`)).status, 502);
    }
  }
  assert.equal(wiki.seen.length, count);
  for (const instance of instances) await instance.start();
  await until(async () => (await visitor.visit(urls.wiki)).status === 200);
}
