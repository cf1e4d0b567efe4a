import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { inheritedSockets } from '../src/http/inherited-sockets.ts';
import { EMAIL, PASSWORD } from './helpers/accounts.ts';
import { replyOf, send } from './helpers/client.ts';
import type { Reply } from './helpers/client.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { startServer } from './helpers/server-process.ts';
import { startTestService } from './helpers/service.ts';

const AS_PROXY = { host: 'auth.example.com', 'x-forwarded-for': '192.0.2.9', 'x-forwarded-proto': 'https' };

/** A request by way of a Unix socket. */
function sendTo(socketPath: string, method: string, path: string, headers: OutgoingHttpHeaders, body = ''): Promise<Reply> {
  const outgoing = request({ socketPath, method, path, agent: false, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
  const reply = replyOf(outgoing);
  outgoing.end(body);
  return reply;
}

test('over API_SOCKET the headers say who the client is, and at the port they do not', async (t) => {
  const socketPath = join(temporaryDirectory(t), 'api.sock');
  const { service, base, logs, addUser } = await startTestService(t, { socketPath, allowedHosts: 'auto' });
  await addUser(EMAIL, PASSWORD);
  assert.equal(statSync(socketPath).mode & 0o777, 0o660);

  const form = new URLSearchParams({ email: EMAIL, password: PASSWORD }).toString();
  const headers = { ...AS_PROXY, 'content-type': 'application/x-www-form-urlencoded' };
  const login = await sendTo(socketPath, 'POST', '/api/v1/auth_session/login', headers, form);
  assert.equal(login.status, 200, login.text);
  assert.match(String(login.headers['set-cookie']), /; Secure/);
  assert.match(logs.access.at(-1) ?? '', /^192\.0\.2\.9 /);
  assert.match(logs.security.at(-1) ?? '', /"address":"192\.0\.2\.9"/);
  assert.deepEqual(logs.notice, []);

  assert.equal((await send(base, 'GET', '/api/v1/status', { headers: AS_PROXY })).status, 421);
  const headersAtPort = { ...AS_PROXY, host: new URL(base).host };
  assert.equal((await send(base, 'GET', '/api/v1/status', { headers: headersAtPort })).status, 200);
  assert.match(logs.access.at(-1) ?? '', /^127\.0\.0\.1 /);

  await service.close();
  assert.equal(existsSync(socketPath), false);
});

test('a killed server leaves its socket, and the next one takes its place; one that lives keeps it', async (t) => {
  const directory = temporaryDirectory(t);
  const API_SOCKET = join(directory, 'api.sock');
  const killed = startServer(t, { API_SOCKET });
  await killed.output(new RegExp(`Running on unix:${API_SOCKET} `));
  killed.kill('SIGKILL');
  await killed.ended;
  assert.ok(existsSync(API_SOCKET));

  const next = startServer(t, { API_SOCKET });
  await next.output(/Running on unix:/);
  assert.equal((await sendTo(API_SOCKET, 'GET', '/api/v1/status', AS_PROXY)).status, 200);

  const late = await startServer(t, { API_SOCKET }).ended;
  assert.deepEqual([late.code, late.stdout], [1, '']);
  assert.match(late.stderr, /^API_SOCKET [^\n]*api\.sock is in use by another program[^\n]*\n$/);
  assert.equal((await sendTo(API_SOCKET, 'GET', '/api/v1/status', AS_PROXY)).status, 200);

  const file = join(directory, 'file');
  writeFileSync(file, 'kept');
  assert.match((await startServer(t, { API_SOCKET: file }).ended).stderr, /^API_SOCKET [^\n]*no socket[^\n]*\n$/);
  assert.equal(readFileSync(file, 'utf8'), 'kept');
  const nowhere = await startServer(t, { API_SOCKET: join(directory, 'missing', 'api.sock') }).ended;
  assert.match(nowhere.stderr, /^cannot listen on API_SOCKET [^\n]*\n$/);
});

/** A server that listens on what it is handed as descriptor 3, as systemd does; the shell's pid becomes its own. */
async function startWithSocket(t: TestContext, listening: Server): Promise<(pattern: RegExp) => Promise<RegExpExecArray>> {
  const descriptor: unknown = Reflect.get(Reflect.get(listening, '_handle'), 'fd');
  assert.ok(typeof descriptor === 'number');
  const { PATH = '' } = process.env;
  const command = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" dist/server.js';
  const child = spawn('/bin/sh', ['-c', command, process.execPath], {
    env: { PATH, API_HOST: '192.0.2.1', DATA_DIR: temporaryDirectory(t) },
    stdio: ['ignore', 'pipe', 'inherit', descriptor],
  });
  const closed = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  let seen = '';
  const chunks = (child.stdout ?? assert.fail('no pipe'))[Symbol.asyncIterator]();
  return async (pattern) => {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      seen += String(next.value);
      const match = pattern.exec(seen);
      if (match !== null) return match;
    }
    return assert.fail(seen);
  };
}

test('LISTEN_FDS: it serves on the port that systemd has opened, in place of API_HOST and API_PORT', async (t) => {
  const listening = createServer().listen(0, '127.0.0.1');
  t.after(() => listening.close());
  await once(listening, 'listening');
  const output = await startWithSocket(t, listening);
  const [, base = ''] = await output(/Running on (http:\/\/127\.0\.0\.1:\d+)\/ /);
  // Or this process would take the connection.
  listening.close();
  assert.equal((await send(base, 'GET', '/api/v1/status')).status, 200);
});

test('LISTEN_FDS: over a Unix socket that systemd has opened the headers say who the client is', async (t) => {
  const path = join(temporaryDirectory(t), 'systemd.sock');
  const listening = createServer().listen(path);
  t.after(() => listening.close());
  await once(listening, 'listening');
  const output = await startWithSocket(t, listening);
  await output(/Running on unix:\S+systemd\.sock /);
  // As above; to close it removes the path, and the other name of the socket stays.
  linkSync(path, `${path}.kept`);
  listening.close();
  assert.equal((await sendTo(`${path}.kept`, 'GET', '/api/v1/status', AS_PROXY)).status, 200);
  assert.match((await output(/\S+ - - .*status/))[0], /^192\.0\.2\.9 /);
});

test('inheritedSockets() takes only what is for this process', () => {
  const none: readonly { readonly [name: string]: string }[] = [
    {},
    { LISTEN_FDS: '1' },
    { LISTEN_PID: '7', LISTEN_FDS: '1' },
    { LISTEN_PID: '77', LISTEN_FDS: '0' },
    { LISTEN_PID: '77', LISTEN_FDS: '-1' },
    { LISTEN_PID: '77', LISTEN_FDS: 'a' },
    { LISTEN_PID: '77' },
  ];
  for (const env of none) assert.deepEqual(inheritedSockets(env, 77), []);
});
