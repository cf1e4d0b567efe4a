import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { cookieOf, replyOf, send } from './helpers/client.ts';
import type { Reply } from './helpers/client.ts';
import { directoryWithUser, startServer } from './helpers/server-process.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';

interface LoginUnderWay {
  /** Sends the rest of it. */
  finish(): Promise<Reply>;
  abort(): void;
}

/** A login of which the server has read the header, and waits for the body. */
async function loginUnderWay(base: string): Promise<LoginUnderWay> {
  const body = new URLSearchParams({ email: EMAIL, password: PASSWORD }).toString();
  const { hostname, port } = new URL(base);
  const request = httpRequest({
    host: hostname,
    port,
    method: 'POST',
    path: '/api/v1/auth_session/login',
    agent: false,
    headers: {
      expect: '100-continue',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    },
  });
  const replied = replyOf(request);
  replied.catch(() => {});
  request.flushHeaders();
  await once(request, 'continue');
  return {
    finish: () => {
      request.end(body);
      return replied;
    },
    abort: () => request.destroy(),
  };
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`at ${signal} a login under way is answered, and idle connections hold nothing up`, async (t) => {
    const DATA_DIR = await directoryWithUser(t, EMAIL, PASSWORD);
    const server = startServer(t, { DATA_DIR, LOG_FORMAT: 'json' });
    const base = await server.base();
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    assert.equal((await send(base, 'GET', '/api/v1/status', { agent })).headers.connection, 'keep-alive');

    const login = await loginUnderWay(base);
    const told = Date.now();
    server.kill(signal);
    const reply = await login.finish();
    assert.equal(reply.status, 200);
    assert.match(cookieOf(reply), /^_my_session_id=/);
    const { code, stdout, stderr } = await server.ended;
    assert.equal(code, 0, stderr);
    assert.ok(Date.now() - told < 9_000, 'it did not wait for the grace period to pass');
    assert.match(stdout, /"target":"\/api\/v1\/auth_session\/login","http":"1\.1","status":200,"request_id":"[0-9a-f-]{36}"\}\n$/);
    assert.match(stderr, /"event":"sign_in_succeeded"/);

    const restarted = startServer(t, { DATA_DIR });
    const me = await send(await restarted.base(), 'GET', '/api/v1/users/me', { cookie: cookieOf(reply) });
    assert.equal(me.status, 200, 'the session was on the disk');
  });
}

/** Uses a kept connection after the signal. @returns null where it was closed by then: the machine was busy for a second */
async function answerAfterSignal(t: TestContext): Promise<Reply | null> {
  const server = startServer(t, {});
  const base = await server.base();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  assert.equal((await send(base, 'GET', '/api/v1/status', { agent })).headers.connection, 'keep-alive');
  server.kill('SIGTERM');
  for (let refused = false; !refused; ) {
    refused = await send(base, 'GET', '/api/v1/status').then(() => false, () => true);
  }
  const late = await send(base, 'GET', '/api/v1/status', { agent }).catch(() => null);
  assert.equal((await server.ended).code, 0);
  return late;
}

test('at a signal an idle connection is still answered, as a proxy needs that uses it at this moment', async (t) => {
  let late: Reply | null = null;
  for (let attempt = 0; attempt < 5 && late === null; attempt += 1) late = await answerAfterSignal(t);
  assert.deepEqual([late?.status, late?.headers.connection], [200, 'close']);
});

test('SIGUSR1 opens no inspector and ends nothing', async (t) => {
  const server = startServer(t, {});
  const base = await server.base();
  server.kill('SIGUSR1');
  for (let round = 0; round < 3; round += 1) assert.equal((await send(base, 'GET', '/api/v1/status')).status, 200);
  server.kill('SIGTERM');
  const { code, stderr } = await server.ended;
  assert.equal(code, 0);
  assert.equal(stderr, '');
});

test('a second signal ends the process at once', async (t) => {
  const server = startServer(t, {});
  const base = await server.base();
  // A request of which only half has come keeps the first signal waiting.
  const login = await loginUnderWay(base);
  t.after(() => login.abort());
  server.kill('SIGTERM');
  // Once it refuses connections, it has heard the first one.
  for (let refused = false; !refused; ) {
    refused = await send(base, 'GET', '/api/v1/status').then(() => false, () => true);
  }
  assert.equal(server.isOver, false);
  const told = Date.now();
  server.kill('SIGTERM');
  const { code } = await server.ended;
  assert.equal(code, 1);
  assert.ok(Date.now() - told < 5_000);
});
