import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryLock } from '../../src/storage/journal/lock.ts';
import { EMAIL, PASSWORD } from '../helpers/accounts.ts';
import { send } from '../helpers/client.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { until } from '../helpers/faulty-file-system.ts';
import { runCli, TestSystem } from '../helpers/in-process-cli.ts';
import { CLI, runProcess } from '../helpers/process.ts';
import { startServer } from '../helpers/server-process.ts';
import { startTestService } from '../helpers/service.ts';
import { IS_ON_DATABASE, journalOnly } from '../helpers/test-database.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const notRoot = isRoot ? false : 'only root may be another user';

/** Connects to a Unix socket as another user of the machine. @returns `connected`, or the code of the error */
function connectAs(userId: number, path: string): Promise<string> {
  const script =
    'require("node:net").connect(process.argv[1])' +
    '.on("connect", () => { console.log("connected"); process.exit(); }).on("error", ({ code }) => console.log(code));';
  const child = spawn(process.execPath, ['-e', script, path], { uid: userId, gid: userId, cwd: '/' });
  let said = '';
  child.stdout.on('data', (chunk) => (said += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(said.trim()));
  });
}

test('a server that starts while a command has the directory waits for it', journalOnly('its lock'), async (t) => {
  const DATA_DIR = temporaryDirectory(t);
  let connections = 0;
  // As the command that it is, this process takes no requests; what the server meets is an end of the connection.
  const lock = await DirectoryLock.acquire(DATA_DIR, {
    onConnection: (socket) => {
      connections += 1;
      socket.destroy();
    },
  });
  const server = startServer(t, { DATA_DIR });
  await until(() => connections > 5 || server.isOver);
  assert.deepEqual([server.stdout, server.stderr, server.isOver], ['', '', false]);
  await lock.release();
  assert.equal((await send(await server.base(), 'GET', '/api/v1/status')).status, 200);
});

test('user add while the server runs is seen by the next request; kill -9 leaves no obstacle', journalOnly('its socket'), async (t) => {
  const DATA_DIR = temporaryDirectory(t);
  const server = startServer(t, { DATA_DIR });
  const base = await server.base();
  const added = await runProcess(t, CLI, ['user', 'add', EMAIL], { input: `${PASSWORD}\n`, env: { DATA_DIR } });
  assert.deepEqual([added.code, added.stderr], [0, '']);
  const form = { email: EMAIL, password: PASSWORD };
  assert.equal((await send(base, 'POST', '/api/v1/auth_session/login', { form })).status, 200);
  assert.match(server.stderr, /"event":"user_created".*"by":"operator"/);

  server.kill('SIGKILL');
  await server.ended;
  assert.ok(existsSync(join(DATA_DIR, 'lock.sock')), 'the socket is left');
  assert.match((await runCli(DATA_DIR, ['user', 'list'])).stdout, /bob@example\.com  admins\n$/);
  const next = startServer(t, { DATA_DIR });
  await next.base();
  const changed = await runCli(DATA_DIR, ['user', 'groups', EMAIL, '+ops']);
  assert.deepEqual([changed.status, changed.stderr], [0, '']);
  next.kill('SIGTERM');
  const { code, stderr } = await next.ended;
  assert.equal(code, 0);
  assert.match(stderr, /"event":"groups_changed"/, 'it was the server that did it');
  assert.deepEqual(readdirSync(DATA_DIR), ['journal.jsonl']);
});

test('of many user add and POST /users at once none is lost and none is there twice', async (t) => {
  const server = await startTestService(t, { authType: 'none' });
  // Their hashes are all computed in this process, and a connection to a database would wait behind 40 of them.
  const count = IS_ON_DATABASE ? 8 : 20;
  const half = count / 2;
  const numbers = Array.from({ length: count }, (_, index) => index);
  // Half of the emails are asked for on both ways: one of the two gets each.
  const ofCommand = numbers.map((number) => `user${number}@example.com`);
  const ofRequest = numbers.map((number) => `USER${number + half}@example.com`);
  const commands = ofCommand.map((email) => runCli(server.directory, ['user', 'add', email], { input: PASSWORD }));
  const requests = ofRequest.map((email) => server.api('POST', '/users', { json: { email, password: PASSWORD } }));
  const statuses = (await Promise.all(commands)).map(({ status }) => status);
  const codes = (await Promise.all(requests)).map(({ status }) => status);
  assert.ok(statuses.every((status) => status === 0 || status === 1), String(statuses));
  assert.ok(codes.every((code) => code === 201 || code === 409), String(codes));
  for (const number of numbers.slice(half)) {
    assert.notEqual(statuses[number] === 0, codes[number - half] === 201, `user${number}`);
  }
  const listed = (await runCli(server.directory, ['user', 'list'])).stdout.trimEnd().split('\n');
  const emails = listed.map((line) => line.split('  ')[2]?.toLowerCase());
  assert.deepEqual(emails.sort(), Array.from({ length: count + half }, (_, index) => `user${index}@example.com`).sort());
  assert.equal(listed.filter((line) => line.endsWith('  admins')).length, 1, 'one of them was the first');
});

test('commands that come at once while the server is stopped wait for each other', async (t) => {
  const directory = temporaryDirectory(t);
  const emails = Array.from({ length: 5 }, (_, index) => `user${index}@example.com`);
  const ended = await Promise.all(emails.map((email) => runCli(directory, ['user', 'invite', email], {
    env: { PUBLIC_URL: 'https://auth.example.com' },
  })));
  // Who waits for long is told so.
  const problems = ended.map(({ stderr }) => stderr.replace(/^waiting for another command that has .*\n$/, ''));
  assert.deepEqual(ended.map(({ status }, index) => [status, problems[index]]), emails.map(() => [0, '']));
  assert.equal((await runCli(directory, ['user', 'list'])).stdout.trimEnd().split('\n').length, 5);
});

test('the socket refuses other users of the machine', { skip: notRoot || journalOnly('its owner').skip }, async (t) => {
  const server = await startTestService(t);
  const socket = join(server.directory, 'lock.sock');
  const { mode } = lstatSync(socket);
  assert.equal(mode & 0o777, 0o600);
  assert.equal(await connectAs(NOBODY, socket), 'EACCES');
  // Even where somebody has opened the directory for all.
  chmodSync(server.directory, 0o711);
  assert.equal(await connectAs(NOBODY, socket), 'EACCES');
  assert.equal(await connectAs(0, socket), 'connected');
});

test('what root makes belongs to the owner of the directory', { skip: notRoot || journalOnly('its owner').skip }, async (t) => {
  const directory = temporaryDirectory(t);
  chownSync(directory, NOBODY, NOBODY);
  const added = await runCli(directory, ['user', 'add', EMAIL], { input: PASSWORD });
  assert.deepEqual([added.status, added.stderr], [0, '']);
  const server = await startTestService(t, { dataDirectory: directory });
  const names = readdirSync(directory);
  assert.ok(names.includes('lock.sock') && names.includes('journal.jsonl'), String(names));
  for (const name of names) {
    const { uid, gid } = lstatSync(join(directory, name));
    assert.deepEqual([uid, gid], [NOBODY, NOBODY], name);
  }
  await server.service.close();
});

test('a command that is told to end closes the store, and leaves no lock', journalOnly('its lock'), async (t) => {
  for (const [signal, status] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]] as const) {
    const directory = temporaryDirectory(t);
    await runCli(directory, ['user', 'add', EMAIL], { input: PASSWORD });
    const system = new TestSystem({ env: { DATA_DIR: directory }, input: 'another horse battery' });
    const running = system.run(['user', 'password', EMAIL]);
    // The store is open, and the hash takes a while.
    while (!existsSync(join(directory, 'lock'))) await new Promise((resolve) => setImmediate(resolve));
    system.signal(signal);
    assert.equal((await running).status, status);
    assert.deepEqual(readdirSync(directory), ['journal.jsonl'], signal);
  }
});
