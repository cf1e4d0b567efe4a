import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { cookieOf, send } from '../helpers/client.ts';
import type { Reply } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService, TestServiceOptions } from '../helpers/service.ts';
import { CLI, runProcess, SERVER, startProcess } from '../helpers/process.ts';
import { PASSWORD, sharedCluster } from './cluster.ts';

const cluster = sharedCluster({ before, after });

const EMAIL = 'bob@example.com';
const SECRET = 'correct horse battery';
const RETRY_MS = 50;
const ATTEMPTS = 1_200;

let count = 0;

/** Two servers on one database, which is empty. */
async function twoServers(t: TestContext, options: TestServiceOptions = {}): Promise<[TestService, TestService]> {
  count += 1;
  await cluster().query(`create database servers_${count}`);
  const databaseUrl = cluster().urlOf('superuser', `servers_${count}`);
  return [await startTestService(t, { databaseUrl, ...options }), await startTestService(t, { databaseUrl, ...options })];
}

async function signIn({ api }: TestService, password = SECRET): Promise<Reply> {
  return api('POST', '/auth_session/login', { form: { email: EMAIL, password } });
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await what()) return;
    await delay(RETRY_MS);
  }
  assert.fail('it never comes true');
}

test('a session made at one server is known at the other, and a logout there holds here for the next request', async (t) => {
  const [a, b] = await twoServers(t);
  await a.addUser(EMAIL, SECRET);
  for (let round = 0; round < 50; round += 1) {
    const here: TestService = round % 2 === 0 ? a : b;
    const there: TestService = round % 2 === 0 ? b : a;
    const reply = await signIn(here);
    assert.equal(reply.status, 200, reply.text);
    const cookie = cookieOf(reply);
    assert.equal((await there.api('GET', '/users/me', { cookie })).status, 200);
    assert.equal((await there.api('DELETE', '/auth_session/logout', { cookie })).status, 200);
    assert.equal((await here.api('GET', '/users/me', { cookie })).status, 403);
  }
});

test('ten wrong passwords spread over two servers make the eleventh 429 at both', async (t) => {
  const [a, b] = await twoServers(t, { loginMaxFailures: 10 });
  await a.addUser(EMAIL, SECRET);
  for (let round = 0; round < 10; round += 1) assert.equal((await signIn(round % 2 === 0 ? a : b, 'wrong')).status, 401);
  for (const server of [a, b]) {
    const reply = await signIn(server);
    assert.equal(reply.status, 429);
    assert.ok(Number(reply.headers['retry-after']) > 0);
  }
});

test('while the database is stopped, what needs it is 503 with Retry-After, status is up, and all comes back', async (t) => {
  const [a] = await twoServers(t);
  await a.addUser(EMAIL, SECRET);
  const cookie = cookieOf(await signIn(a));
  const me = (): Promise<Reply> => a.api('GET', '/users/me', { cookie });
  await cluster().stop('SIGQUIT');
  await until(async () => (await me()).status === 503);
  for (const reply of [await me(), await signIn(a), await a.api('DELETE', '/auth_session/logout', { cookie })]) {
    assert.equal(reply.status, 503);
    assert.ok(Number(reply.headers['retry-after']) > 0);
  }
  assert.equal((await a.api('GET', '/status')).status, 200);
  assert.equal((await a.api('GET', '/ready')).status, 503);
  await cluster().run();
  await until(async () => (await a.api('GET', '/ready')).status === 200);
  assert.equal((await me()).status, 200);
  assert.equal(a.logs.notice.length, 2, a.logs.notice.join(''));
});

test('a server starts without its database, and works once that is there', async (t) => {
  await cluster().stop();
  const databaseUrl = cluster().url;
  const server = await startTestService(t, { databaseUrl });
  assert.equal((await server.api('GET', '/status')).status, 200);
  assert.equal((await signIn(server)).status, 503);
  await cluster().run();
  await until(async () => (await server.api('GET', '/ready')).status === 200);
  await server.addUser(EMAIL, SECRET);
  assert.equal((await signIn(server)).status, 200);
});

/** Nothing of the URL but the scheme may be told; `also` must not be either. */
function assertTellsNoUrl(text: string, url: string, ...also: readonly string[]): void {
  for (const part of [PASSWORD, encodeURIComponent(PASSWORD), url, 'Word:of', ...also]) assert.ok(!text.includes(part), text);
}

test('DATABASE_URL is in no output of a server or a command that cannot start', async (t) => {
  const urls = [
    cluster().urlOf('superuser', 'postgres', `wrong-${PASSWORD}`),
    cluster().urlOf('superuser', 'no_such_database'),
    `postgres://app:${PASSWORD}@localhost/x`,
    `mysql://app:${encodeURIComponent(PASSWORD)}@localhost/x`,
  ];
  const packages = process.env['NODE_PATH'] ?? '';
  for (const url of urls) {
    const env = { API_PORT: '0', DATABASE_URL: url, NODE_PATH: packages };
    for (const [script, ...args] of [[SERVER], [CLI, 'user', 'list', '--verbose'], [CLI, 'export']] as const) {
      const { code, stdout, stderr } = await runProcess(t, script, args, { env });
      assert.ok(code === 1 || code === 2, `${code} ${stderr}`);
      assert.match(stderr, /DATABASE_URL/);
      assertTellsNoUrl(`${stdout}${stderr}`, url, 'no_such_database');
    }
  }
});

test('DATABASE_URL is in no output of a server and of commands that use it, with the database there and away', async (t) => {
  await cluster().query('create database used');
  const url = cluster().urlOf('superuser', 'used');
  const env = { DATABASE_URL: url, NODE_PATH: process.env['NODE_PATH'] ?? '' };
  const server = startProcess(t, SERVER, [], { env: { ...env, API_PORT: '0', METRICS_PORT: '0' } });
  const base = await server.base();
  const [, metrics = ''] = await server.output(/Metrics are on (http:\/\/\S+)\/metrics/);
  const said: string[] = [];
  const use = async (): Promise<void> => {
    const commands = [['user', 'add', EMAIL, '--verbose'], ['user', 'list'], ['session', 'list', '--json'], ['export'], ['check']];
    for (const args of commands) {
      const { stdout, stderr } = await runProcess(t, CLI, args, { env, input: SECRET });
      said.push(stdout, stderr);
    }
    const login = { form: { email: EMAIL, password: SECRET } };
    for (const [at, method, path, options] of [
      [base, 'POST', '/api/v1/auth_session/login', login],
      [base, 'GET', '/login', {}],
      [base, 'GET', '/api/v1/ready', {}],
      [metrics, 'GET', '/metrics', {}],
    ] as const) {
      const { text, rawHeaders } = await send(at, method, path, options);
      said.push(text, rawHeaders.join('\n'));
    }
  };
  await use();
  assert.ok(said.some((text) => text.includes(EMAIL)), 'it was used');
  await cluster().stop('SIGQUIT');
  await use();
  assert.ok(said.some((text) => text.includes('"error"')), 'it was away');
  await cluster().run();
  server.kill('SIGTERM');
  const { code, stdout, stderr } = await server.ended;
  assert.equal(code, 0);
  assert.match(stderr, /PostgreSQL is not available/);
  for (const text of [...said, stdout, stderr]) assertTellsNoUrl(text, url);
});

test('a server without the driver says how to install it', async (t) => {
  const { code, stderr } = await runProcess(t, SERVER, [], { env: { API_PORT: '0', DATABASE_URL: cluster().url } });
  assert.equal(code, 1);
  assert.match(stderr, /needs the package pg, which is not installed: npm install pg@/);
});
