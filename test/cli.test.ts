import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageVersion } from '../src/version.ts';
import { cookieOf } from './helpers/client.ts';
import { assertFailed, commandLine } from './helpers/command-line.ts';
import { startTestService } from './helpers/service.ts';
import { numberedUser, withModels } from './helpers/stored-models.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const JOURNAL = 'journal.jsonl';
const COMMANDS = ['user add EMAIL', 'user list', 'user remove EMAIL', 'user password EMAIL', 'import FILE', 'check'];

test('user add makes a user who signs in, user list shows the user', async (t) => {
  const { directory, run } = commandLine(t);
  const none = await run(['user', 'list']);
  assert.deepEqual(none, { code: 0, signal: null, stdout: '', stderr: '' });

  const names = ['--first-name', 'Bob', '--last-name', 'Dylan'];
  const added = await run(['user', 'add', EMAIL, ...names], `${PASSWORD}\nsecond line\n`);
  assert.deepEqual([added.code, added.stderr], [0, '']);
  const [, id = ''] = new RegExp(`^New user: (${UUID})\n$`).exec(added.stdout) ?? [];
  assert.notEqual(id, '', added.stdout);

  const listed = await run(['user', 'list']);
  assert.deepEqual([listed.code, listed.stderr], [0, '']);
  assert.match(listed.stdout, new RegExp(`^${id}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  ${EMAIL}\n$`));

  const journal = readFileSync(join(directory, JOURNAL), 'utf8');
  assert.ok(!journal.includes(PASSWORD));
  assert.match(journal, /\$scrypt-hmac-sha256\$ln=15,r=8,p=3\$/);

  const { api } = await startTestService(t, { dataDirectory: directory });
  const login = await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  assert.equal(login.status, 200);
  assert.match(login.text, new RegExp(`"first_name": "Bob",\n  "id": "${id}",\n  "last_name": "Dylan"`));
});

test('user add exits 1 and makes nobody when the email or the password will not do', async (t) => {
  const { run } = commandLine(t);
  const cases: readonly (readonly [args: readonly string[], input: string, says: RegExp])[] = [
    [['bob'], PASSWORD, /^email must /],
    [[EMAIL], '', /^password must .*8/],
    [[EMAIL], '\nH0lbertonSchool98!\n', /^password must .*8/],
    [[EMAIL], '12345678\n', /^password must not be one of the commonest/],
    [[EMAIL, '--last-name', 'a\tb'], PASSWORD, /^last_name must /],
  ];
  for (const [args, input, says] of cases) {
    const ended = await run(['user', 'add', ...args], input);
    assertFailed(ended, 1, says);
    assert.ok(input.trim() === '' || !ended.stderr.includes(input.trim()), 'the password is not repeated');
  }
  assert.equal((await run(['user', 'list'])).stdout, '');
});

test('what is not UTF-8 exits 2 and stores nothing: a password, an email, a name', async (t) => {
  const { run } = commandLine(t);
  const password = Buffer.from(`${PASSWORD}\xff\n`, 'latin1');
  assertFailed(await run(['user', 'add', EMAIL], password), 2, /UTF-8/);
  // As Node gives an argument of the byte FF.
  assertFailed(await run(['user', 'add', 'b\ufffdb@hbtn.io'], PASSWORD), 2, /UTF-8/);
  assertFailed(await run(['user', 'add', EMAIL, '--first-name', '\ufffd'], PASSWORD), 2, /UTF-8/);
  assert.equal((await run(['user', 'list'])).stdout, '');
});

test('user list shows an email that was stored before without what a terminal would obey', async (t) => {
  const { directory, run } = commandLine(t);
  await withModels(directory, ({ users }) => users.save(numberedUser(1).with({ email: 'a\u001b[2J\u202e@é.x' })));
  assert.match((await run(['user', 'list'])).stdout, /  a\\u001b\[2J\\u202e@é\.x\n$/);
});

test('user add takes a password of PASSWORD_MIN_LENGTH, and refuses an email that is taken', async (t) => {
  const { run } = commandLine(t);
  assert.equal((await run(['user', 'add', EMAIL], 'pwd', { PASSWORD_MIN_LENGTH: '3' })).code, 0);
  assertFailed(await run(['user', 'add', 'BOB@hbtn.io'], PASSWORD), 1, /^a user with this email exists already\n$/);
  assert.equal((await run(['user', 'list'])).stdout.split('\n').length, 2);
});

test('user password sets a new one and ends every session; user remove takes the user away', async (t) => {
  const { directory, run } = commandLine(t);
  const first = await startTestService(t, { dataDirectory: directory });
  const { id } = await first.addUser(EMAIL, PASSWORD);
  await first.addUser('carol@hbtn.io', PASSWORD);
  const signIn = (password: string, email = EMAIL) => ({ form: { email, password } });
  const cookie = cookieOf(await first.api('POST', '/auth_session/login', signIn(PASSWORD)));
  const carols = cookieOf(await first.api('POST', '/auth_session/login', signIn(PASSWORD, 'carol@hbtn.io')));
  await first.service.close();

  const unknown = /^no user found for "nobody@hbtn\.io"\n$/;
  assertFailed(await run(['user', 'password', 'nobody@hbtn.io'], PASSWORD), 1, unknown);
  assertFailed(await run(['user', 'password', EMAIL], 'short'), 1, /^password must /);
  const changed = await run(['user', 'password', 'BOB@hbtn.io'], 'another password\r\n');
  assert.deepEqual(changed, { code: 0, signal: null, stdout: `New password for user: ${id}\n`, stderr: '' });

  const second = await startTestService(t, { dataDirectory: directory });
  assert.equal((await second.api('GET', '/users/me', { cookie })).status, 403);
  assert.equal((await second.api('GET', '/users/me', { cookie: carols })).status, 200);
  assert.equal((await second.api('POST', '/auth_session/login', signIn(PASSWORD))).status, 401);
  const anew = cookieOf(await second.api('POST', '/auth_session/login', signIn('another password')));
  await second.service.close();

  assertFailed(await run(['user', 'remove', 'nobody@hbtn.io']), 1, unknown);
  const removed = await run(['user', 'remove', EMAIL]);
  assert.deepEqual(removed, { code: 0, signal: null, stdout: `Removed user: ${id}\n`, stderr: '' });
  assertFailed(await run(['user', 'remove', EMAIL]), 1, /^no user found/);

  const third = await startTestService(t, { dataDirectory: directory });
  assert.equal((await third.api('GET', '/users/me', { cookie: anew })).status, 403);
  assert.deepEqual((await third.api('GET', '/stats', { cookie: carols })).json(), { users: 1 });
});

test('a wrong command, argument, option or setting exits 2 in one line, and touches nothing', async (t) => {
  const { directory, run } = commandLine(t);
  const missing = join(directory, 'missing');
  const cases: readonly (readonly string[])[] = [
    [],
    ['users'],
    ['user'],
    ['user', 'add'],
    // A password is never taken from an argument.
    ['user', 'add', EMAIL, PASSWORD],
    ['user', 'add', EMAIL, '--password', PASSWORD],
    ['user', 'password', EMAIL, PASSWORD],
    ['user', 'list', EMAIL],
    ['user', 'list', '--first-name', 'Bob'],
    ['user', 'add', EMAIL, '--first-name'],
    ['import'],
    ['check', 'all'],
    ['--unknown'],
  ];
  const results = await Promise.all(cases.map((args) => run(args, PASSWORD, { DATA_DIR: missing })));
  for (const ended of results) assertFailed(ended, 2, /--help\n$/);
  assertFailed(await run(['user', 'list'], '', { DATA_DIR: missing, AUTH_TYPE: 'basic' }), 2, /^AUTH_TYPE="basic"/);
  assert.equal(existsSync(missing), false);
});

test('--help names every command, --version the version', async (t) => {
  const { run } = commandLine(t);
  for (const args of [['--help'], ['user', 'add', '-h']]) {
    const { code, stdout, stderr } = await run(args);
    assert.deepEqual([code, stderr], [0, '']);
    for (const command of COMMANDS) assert.ok(stdout.includes(command), command);
  }
  assert.deepEqual(await run(['--version']), { code: 0, signal: null, stdout: `${packageVersion()}\n`, stderr: '' });
});

test('a DATA_DIR that a server has exits 1, and names the process', async (t) => {
  const { directory, run } = commandLine(t);
  const { addUser, service } = await startTestService(t, { dataDirectory: directory });
  await addUser(EMAIL, PASSWORD);
  for (const args of [['user', 'list'], ['user', 'add', 'carol@hbtn.io'], ['check']]) {
    assertFailed(await run(args, PASSWORD), 1, new RegExp(`is in use by process ${process.pid}`));
  }
  await service.close();
  assert.match((await run(['user', 'list'])).stdout, /bob@hbtn\.io\n$/);
});
