import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { AUTH_TYPES, describeSettings } from '../src/config.ts';
import type { AuthType } from '../src/config.ts';
import { packageVersion } from '../src/version.ts';
import { cookieOf, send } from './helpers/client.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { runProcess, SERVER } from './helpers/process.ts';
import type { ProcessOptions } from './helpers/process.ts';
import { directoryWithUser, startServer } from './helpers/server-process.ts';
import { startTestService } from './helpers/service.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';

/** A port that another program has. */
async function takenPort(t: TestContext): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

test('the start lists every wrong setting, one a line, and exits 2', async (t) => {
  const env = { API_PORT: 'abc', AUTH_TYPE: 'basic', SESSION_NAME: 'a;b', LOG_FORMAT: 'x\ny', DATA_DIR: '/nowhere' };
  const { code, stdout, stderr } = await runProcess(t, SERVER, [], { env });
  assert.deepEqual([code, stdout], [2, '']);
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.length, 4);
  const settings = ['API_PORT="abc"', 'AUTH_TYPE="basic"', 'SESSION_NAME="a;b"', 'LOG_FORMAT="x\\ny"'];
  for (const [index, name] of settings.entries()) {
    assert.ok(lines[index]?.startsWith(`${name}: must be `), lines[index]);
  }
});

test('--help lists every setting with its default, and exits 0', async (t) => {
  const { code, stdout, stderr } = await runProcess(t, SERVER, ['--help'], { env: { API_PORT: 'abc' } });
  assert.deepEqual([code, stderr], [0, '']);
  for (const { name, fallback, meaning } of describeSettings()) {
    const line = stdout.split('\n').find((candidate) => candidate.trimStart().startsWith(`${name} `)) ?? '';
    assert.ok(line.includes(meaning) && line.endsWith(`[${fallback}]`), `${name}: ${line}`);
  }
});

test('--version prints the version of the package, and exits 0', async (t) => {
  const { code, stdout, stderr } = await runProcess(t, SERVER, ['--version']);
  assert.deepEqual([code, stdout, stderr], [0, `${packageVersion()}\n`, '']);
});

test('an unknown option or argument exits 2 in one line', async (t) => {
  for (const argument of ['--port=80', '-x', 'start']) {
    const { code, stdout, stderr } = await runProcess(t, SERVER, [argument], { env: { DATA_DIR: '/nowhere' } });
    assert.deepEqual([code, stdout], [2, ''], argument);
    assert.match(stderr, /^[^\n]+--help\n$/, argument);
  }
});

test('the start exits 1 in one line, without a stack, when something is in its way', async (t) => {
  const port = await takenPort(t);
  const file = join(temporaryDirectory(t), 'file');
  writeFileSync(file, '');
  const directoryInTheWay = temporaryDirectory(t);
  mkdirSync(join(directoryInTheWay, 'journal.jsonl'));
  const cases: readonly (readonly [env: NonNullable<ProcessOptions['env']>, says: RegExp])[] = [
    [{ API_PORT: String(port) }, new RegExp(`^127\\.0\\.0\\.1 port ${port} is in use .*API_PORT\n$`)],
    [{ API_HOST: '192.0.2.1' }, /^cannot listen on 192\.0\.2\.1 port 0 .*API_HOST.*\n$/],
    [{ DATA_DIR: file }, /^cannot use DATA_DIR .*\/file: [^\n]*EEXIST[^\n]*\n$/],
    [{ DATA_DIR: join(file, 'below') }, /^cannot use DATA_DIR .*\/below: [^\n]*ENOTDIR[^\n]*\n$/],
    [{ DATA_DIR: directoryInTheWay }, /^cannot use DATA_DIR [^\n]*EISDIR[^\n]*\n$/],
  ];
  for (const [env, says] of cases) {
    const { code, stdout, stderr } = await startServer(t, env).ended;
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, says);
  }
});

test('a second process on the same DATA_DIR exits 1 and names the first; the first goes on', async (t) => {
  const DATA_DIR = temporaryDirectory(t);
  const first = startServer(t, { DATA_DIR });
  const base = await first.base();
  const { code, stdout, stderr } = await startServer(t, { DATA_DIR }).ended;
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, new RegExp(`^[^\n]*${DATA_DIR} is in use by process ${first.pid}: [^\n]*\n$`));
  assert.equal((await send(base, 'GET', '/api/v1/status')).status, 200);
});

test('a start with no settings but a free port serves on the loopback, and says how to make a user', async (t) => {
  const server = startServer(t, {});
  const base = await server.base();
  assert.match(base, /^http:\/\/127\.0\.0\.1:\d+$/);
  await server.output(/SESSION_DURATION/);
  const [banner, ...hints] = server.stdout.trimEnd().split('\n');
  assert.equal(banner, ` * Running on ${base}/ (Press CTRL+C to quit)`);
  assert.equal(hints.length, 2);
  assert.match(hints[0] ?? '', /^ \* No user exists yet.*node dist\/cli\.js user add EMAIL/);
  assert.match(hints[1] ?? '', /^ \* Sessions never expire.*SESSION_DURATION/);
  assert.equal((await send(base, 'GET', '/api/v1/status')).status, 200);
  assert.equal((await send(base, 'GET', '/api/v1/users')).status, 401);
  server.kill('SIGTERM');
  const { code, stdout, stderr } = await server.ended;
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /127\.0\.0\.1 - - \[[^\]]+\] "GET \/api\/v1\/users HTTP\/1\.1" 401 -\n$/, 'no line is lost');
});

test('the banner says what holds for each AUTH_TYPE', async (t) => {
  const DATA_DIR = await directoryWithUser(t, EMAIL, PASSWORD);
  const open = / \* AUTH_TYPE=none: everything is open/;
  const forEver = / \* .*[Ss]essions never expire/;
  const expected: { readonly [type in AuthType]: readonly RegExp[] } = {
    none: [open],
    auth: [],
    basic_auth: [],
    session_auth: [forEver],
    session_exp_auth: [forEver],
    session_db_auth: [forEver],
  };
  const cases: readonly (readonly [env: NonNullable<ProcessOptions['env']>, hints: readonly RegExp[]])[] = [
    ...AUTH_TYPES.map((type) => [{ AUTH_TYPE: type }, expected[type]] as const),
    [{ AUTH_TYPE: 'session_db_auth', SESSION_DURATION: '60' }, []],
    [{ AUTH_TYPE: 'session_db_auth', SESSION_DURATION: '-60' }, [forEver]],
    [{ AUTH_TYPE: 'session_auth', SESSION_DURATION: '60' }, [forEver]],
  ];
  for (const [env, hints] of cases) {
    const server = startServer(t, { ...env, DATA_DIR });
    await server.base();
    server.kill('SIGTERM');
    const { code, stdout, stderr } = await server.ended;
    assert.deepEqual([code, stderr], [0, ''], JSON.stringify(env));
    const [, ...lines] = stdout.trimEnd().split('\n');
    assert.equal(lines.length, hints.length, stdout);
    for (const [index, hint] of hints.entries()) assert.match(lines[index] ?? '', hint);
  }
});

test('an unusable SESSION_DURATION is told and does not stop the start', async (t) => {
  const server = startServer(t, { SESSION_DURATION: 'abc' });
  await server.base();
  server.kill('SIGINT');
  const { code, stderr } = await server.ended;
  assert.equal(code, 0);
  assert.match(stderr, /^SESSION_DURATION="abc": [^\n]*sessions never expire\n$/);
});

test('the banner of an IPv6 address can be clicked', async (t) => {
  const server = startServer(t, { API_HOST: '::1' });
  const addresses = Object.values(networkInterfaces()).flat();
  const hasIPv6 = addresses.some((it) => it?.address === '::1');
  if (hasIPv6) assert.match(await server.base(), /^http:\/\/\[::1\]:\d+$/);
  else assert.match((await server.ended).stderr, /^cannot listen on ::1 port 0 [^\n]*\n$/);
});

test('two servers in one process share nothing', async (t) => {
  const [first, second] = [
    await startTestService(t, { authType: 'session_auth' }),
    await startTestService(t, { authType: 'session_auth', sessionName: 'sid' }),
  ];
  await first.addUser(EMAIL, PASSWORD);
  await second.addUser(EMAIL, PASSWORD);
  await second.addUser('carol@hbtn.io', PASSWORD);
  const form = { email: EMAIL, password: PASSWORD };
  const cookie = cookieOf(await first.api('POST', '/auth_session/login', { form }));
  assert.equal((await first.api('GET', '/users/me', { cookie })).status, 200);
  const elsewhere = cookie.replace('_my_session_id', 'sid');
  assert.equal((await second.api('GET', '/users/me', { cookie: elsewhere })).status, 403);
  const other = cookieOf(await second.api('POST', '/auth_session/login', { form }));
  assert.deepEqual((await first.api('GET', '/stats', { cookie })).json(), { users: 1 });
  assert.deepEqual((await second.api('GET', '/stats', { cookie: other })).json(), { users: 2 });

  // Wrong passwords at one are none at the other.
  for (let failure = 0; failure < 10; failure += 1) {
    await first.api('POST', '/auth_session/login', { form: { ...form, password: 'wrong' } });
  }
  assert.equal((await first.api('POST', '/auth_session/login', { form })).status, 429);
  assert.equal((await second.api('POST', '/auth_session/login', { form })).status, 200);
  await first.service.close();
  assert.equal((await second.api('GET', '/stats', { cookie: other })).status, 200);
});
