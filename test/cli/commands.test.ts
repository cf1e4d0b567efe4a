import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { EMAIL, isLive, login, PASSWORD, signedIn } from '../helpers/accounts.ts';
import { assertFailed } from '../helpers/command-line.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { runCli, TestSystem } from '../helpers/in-process-cli.ts';
import type { CliOptions, Finished } from '../helpers/in-process-cli.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService } from '../helpers/service.ts';
import { IS_ON_DATABASE, journalOnly, storeSettings } from '../helpers/test-database.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
const NEW_PASSWORD = 'another horse battery';

/** A data directory with its server, which is there while `inServer` runs, and in one of the two worlds all the time. */
interface World {
  run(args: readonly string[], options?: CliOptions): Promise<Finished>;
  /** What is to be seen over HTTP. */
  inServer<T>(look: (server: TestService) => Promise<T>): Promise<T>;
}

async function worldOf(t: TestContext, isRunning: boolean): Promise<World> {
  const directory = temporaryDirectory(t);
  const start = (): Promise<TestService> => startTestService(t, { dataDirectory: directory });
  const running = isRunning ? await start() : null;
  return {
    run: (args, options = {}) =>
      runCli(directory, args, { ...options, env: { PUBLIC_URL: 'https://auth.example.com', ...options.env } }),
    async inServer(look) {
      if (running !== null) return look(running);
      const server = await start();
      try {
        return await look(server);
      } finally {
        await server.service.close();
      }
    },
  };
}

/** It went well and said nothing on standard error. @returns standard output */
function output({ status, stdout, stderr }: Finished): string {
  assert.deepEqual([status, stderr], [0, ''], stdout);
  return stdout;
}

for (const [state, isRunning] of [['runs', true], ['is stopped', false]] as const) {
  test(`user add, list, password and remove work while the server ${state}`, async (t) => {
    const { run, inServer } = await worldOf(t, isRunning);
    const added = output(await run(['user', 'add', EMAIL, '--first-name', 'Bob'], { input: `${PASSWORD}\n` }));
    const [, id = ''] = new RegExp(`^New user: (${UUID})\n$`).exec(added) ?? [];
    assert.notEqual(id, '', added);
    assertFailed(await run(['user', 'add', 'BOB@example.com'], { input: PASSWORD }), 1, /^a user with this email exists already\n$/);
    output(await run(['user', 'add', 'carol@example.com', '--group', 'ops', '--group', 'dev'], { input: PASSWORD }));

    const listed = output(await run(['user', 'list']));
    assert.match(listed, new RegExp(`^${id}  ${TIME}  ${EMAIL}  admins\n${UUID}  ${TIME}  carol@example.com  dev,ops\n$`));
    const table = output(await run(['user', 'list'], { isTerminal: true }));
    assert.match(table, new RegExp(`^ID +CREATED +EMAIL +GROUPS\n${id}  ${TIME}  ${EMAIL}    admins\n`));
    const [bob]: { readonly [name: string]: unknown }[] = JSON.parse(output(await run(['user', 'list', '--json'])));
    assert.deepEqual(
      [bob?.['id'], bob?.['email'], bob?.['first_name'], bob?.['groups'], bob?.['has_password']],
      [id, EMAIL, 'Bob', ['admins'], true],
    );

    const cookie = await inServer((server) => signedIn(server));
    assert.equal(output(await run(['user', 'password', EMAIL], { input: NEW_PASSWORD })), `New password for user: ${id}\n`);
    await inServer(async (server) => {
      assert.equal(await isLive(server, cookie), false);
      assert.equal((await login(server, EMAIL, PASSWORD)).status, 401);
      assert.equal((await login(server, EMAIL, NEW_PASSWORD)).status, 200);
    });

    assertFailed(await run(['user', 'remove', 'nobody@example.com']), 1, /^no user found for "nobody@example\.com"\n$/);
    const removed = await run(['user', 'remove', EMAIL]);
    assert.deepEqual([removed.status, removed.stdout], [0, `Removed user: ${id}\n`]);
    assert.match(removed.stderr, /^nobody who can sign in is an administrator any more: [^\n]* user groups EMAIL \+admins\n$/);
    assert.match(output(await run(['user', 'list'])), /^[^\n]*carol@example\.com  dev,ops\n$/);
  });

  test(`user groups shows and changes groups while the server ${state}`, async (t) => {
    const { run } = await worldOf(t, isRunning);
    output(await run(['user', 'add', EMAIL], { input: PASSWORD }));
    const groups = async (...changes: readonly string[]): Promise<string> =>
      output(await run(['user', 'groups', EMAIL, ...changes])).replace(new RegExp(`^Groups of user ${UUID}: `), '');
    assert.equal(await groups(), 'admins\n');
    assert.equal(await groups('+ops', '+dev', '-nothing'), 'admins dev ops\n');
    assert.equal(await groups('-dev', '+ops'), 'admins ops\n');
    const last = await run(['user', 'groups', EMAIL, '-admins', '-ops', '--json']);
    assert.equal(last.status, 0);
    assert.match(last.stdout, /"groups": \[\]/);
    assert.match(last.stderr, /^nobody who can sign in is an administrator any more/);
    assertFailed(await run(['user', 'groups', EMAIL, 'ops']), 2, /"ops" must be \+ or - and the name of a group/);
    assertFailed(await run(['user', 'groups', EMAIL, '+Ops']), 2, /"\+Ops" must be/);
    assertFailed(await run(['user', 'groups', EMAIL, '+ops', '-ops']), 2, /both join and leave ops/);
  });

  test(`user invite and reset print a link that works once while the server ${state}`, async (t) => {
    const { run, inServer } = await worldOf(t, isRunning);
    output(await run(['user', 'add', EMAIL], { input: PASSWORD }));
    const invited = output(await run(['user', 'invite', 'dora@example.com', '--group', 'ops']));
    // Only a server of this directory is asked for its address: one of a database may be anywhere.
    const base = isRunning && !IS_ON_DATABASE ? String.raw`http://127\.0\.0\.1:\d+` : String.raw`https://auth\.example\.com`;
    const pattern = `(${base}/password-reset/([\\w-]{43}))\nGood for one use, until ${TIME} UTC\n$`;
    const [, , invitation = ''] = new RegExp(`^New user: ${UUID}\n${pattern}`).exec(invited) ?? [];
    assert.notEqual(invitation, '', invited);
    assertFailed(await run(['user', 'invite', 'dora@example.com']), 1, /exists already/);

    const [, , reset = ''] = new RegExp(`^${pattern}`).exec(output(await run(['user', 'reset', EMAIL]))) ?? [];
    assert.notEqual(reset, '');
    await inServer(async (server) => {
      for (const token of [invitation, reset]) {
        const json = { token, new_password: NEW_PASSWORD };
        assert.equal((await server.api('POST', '/password_reset', { json })).status, 200);
        assert.equal((await server.api('POST', '/password_reset', { json })).status, 400);
      }
      assert.equal((await login(server, EMAIL, NEW_PASSWORD)).status, 200);
      assert.equal((await login(server, 'dora@example.com', NEW_PASSWORD)).status, 200);
    });
    const link: { readonly [name: string]: unknown } = JSON.parse(output(await run(['user', 'reset', EMAIL, '--json'])));
    assert.deepEqual(Object.keys(link), ['id', 'email', 'url', 'expires_at']);
  });

  test(`session list and end work while the server ${state}`, async (t) => {
    const { run, inServer } = await worldOf(t, isRunning);
    for (const email of [EMAIL, 'carol@example.com']) output(await run(['user', 'add', email], { input: PASSWORD }));
    const headers = { 'user-agent': 'Browser\u00e9 1' };
    const cookies = await inServer(async (server) => {
      const form = { email: EMAIL, password: PASSWORD };
      await server.api('POST', '/auth_session/login', { form, headers });
      return [await signedIn(server), await signedIn(server, 'carol@example.com')];
    });
    const [bobs = '', carols = ''] = cookies;

    assert.equal(output(await run(['session', 'list'])).trimEnd().split('\n').length, 3);
    const ofBob = output(await run(['session', 'list', EMAIL])).trimEnd().split('\n');
    assert.equal(ofBob.length, 2);
    const row = new RegExp(`^([\\w-]{16})  ${EMAIL}  ${TIME}  never  127\\.0\\.0\\.1  (.*)$`);
    const withAgent = ofBob.map((line) => row.exec(line)).find((match) => match?.[2] !== '-');
    const [, handle = ''] = withAgent ?? [];
    assert.notEqual(handle, '', ofBob.join('\n'));

    assertFailed(await run(['session', 'end', EMAIL, 'nosuchhandle0000']), 1, /has no live session with the handle "nosuch/);
    assertFailed(await run(['session', 'end', 'carol@example.com', handle]), 1, /has no live session/);
    assert.match(output(await run(['session', 'end', EMAIL, handle])), new RegExp(`^Ended 1 session of user: ${UUID}\n$`));
    assert.deepEqual(await inServer((server) => Promise.all(cookies.map((one) => isLive(server, one)))), [true, true]);
    assert.match(output(await run(['session', 'end', EMAIL])), /^Ended 1 session of user/);
    assert.equal(await inServer((server) => isLive(server, bobs)), false);
    assert.equal(output(await run(['session', 'end', '--all'])), 'Ended 1 session\n');
    assert.equal(await inServer((server) => isLive(server, carols)), false);
    assert.equal(output(await run(['session', 'end', '--all', '--json'])), '{\n  "ended": 0\n}\n');
    assert.equal(output(await run(['session', 'list', '--json'])), '[]\n');
    for (const args of [[], [EMAIL, '--all']]) assertFailed(await run(['session', 'end', ...args]), 2, /either EMAIL or --all/);
  });
}

test('with the server stopped and no PUBLIC_URL, a link is refused by naming the setting, and nobody is made', async (t) => {
  const directory = temporaryDirectory(t);
  assertFailed(await runCli(directory, ['user', 'invite', EMAIL]), 1, /set PUBLIC_URL/);
  assert.equal(output(await runCli(directory, ['user', 'list'])), '');
});

test('the server writes what a command does to its security log; a stopped one leaves that to --verbose', journalOnly('its server'), async (t) => {
  const server = await startTestService(t);
  output(await runCli(server.directory, ['user', 'add', EMAIL], { input: PASSWORD }));
  const [line = ''] = server.logs.security;
  const { event, address, by }: { readonly [name: string]: unknown } = JSON.parse(line);
  assert.deepEqual([event, address, by], ['user_created', '-', 'operator']);
  await server.service.close();
  const loud = await runCli(server.directory, ['user', 'groups', EMAIL, '+ops', '--verbose']);
  assert.equal(loud.status, 0);
  assert.match(loud.stderr, /"event":"groups_changed".*"by":"operator"/);
});

test('what is not printable in a name or an email is shown as an escape, in rows and in JSON', async (t) => {
  const server = await startTestService(t);
  await server.addUser('a\u202eb\u0007@example.com', PASSWORD);
  assert.match(output(await runCli(server.directory, ['user', 'list'])), /  a\\u202eb\\u0007@example\.com/);
  const json = output(await runCli(server.directory, ['user', 'list', '--json']));
  assert.match(json, /"a\\u202eb\\u0007@example\.com"/);
  const [user]: { readonly email?: unknown }[] = JSON.parse(json);
  assert.equal(user?.email, 'a\u202eb\u0007@example.com', 'and reads as what it was');
});

test('user list does not make a mistyped DATA_DIR', journalOnly('its place'), async (t) => {
  const missing = join(temporaryDirectory(t), 'mistyped');
  for (const args of [['user', 'list'], ['user', 'remove', EMAIL], ['session', 'end', '--all'], ['check']]) {
    const ended = await runCli(missing, args);
    assertFailed(ended, 1, /mistyped/);
  }
  assertFailed(await runCli(missing, ['user', 'list']), 1, /DATA_DIR/);
});

test('user unlock lets an account be tried again in the server that runs', async (t) => {
  const server = await startTestService(t, { loginMaxFailures: 2 });
  await server.addUser(EMAIL, PASSWORD);
  for (const status of [401, 401, 429]) assert.equal((await login(server, EMAIL, 'wrong horse battery')).status, status);
  assert.equal((await login(server, EMAIL, PASSWORD)).status, 429);
  assert.match(output(await runCli(server.directory, ['user', 'unlock', EMAIL])), new RegExp(`^Unlocked user: ${UUID}\n$`));
  assert.equal((await login(server, EMAIL, PASSWORD)).status, 200);
  // On a database it is the command that does it.
  assert.equal(server.logs.security.some((line) => line.includes('"event":"user_unlocked"')), !IS_ON_DATABASE);
});

test('on a terminal, what would fail is told before a password is asked for, and nobody is kept out meanwhile', async (t) => {
  const directory = temporaryDirectory(t);
  output(await runCli(directory, ['user', 'add', EMAIL], { input: PASSWORD }));
  const env = await storeSettings(directory);
  const taken = await new TestSystem({ env, isTyped: true }).run(['user', 'add', 'BOB@example.com']);
  assertFailed(taken, 1, /^a user with this email exists already\n$/);
  const unknown = await new TestSystem({ env, isTyped: true }).run(['user', 'password', 'nobody@example.com']);
  assertFailed(unknown, 1, /^no user found/);

  const system = new TestSystem({ env, isTyped: true });
  let meanwhile: Promise<Finished> | null = null;
  system.onOutput = (text) => {
    if (text === 'Password: ') {
      meanwhile = runCli(directory, ['user', 'groups', EMAIL, '+ops']);
      void meanwhile.then(() => system.type(`${NEW_PASSWORD}\r`));
    }
    if (text === 'Password, again: ') system.type(`${NEW_PASSWORD}\r`);
  };
  const changed = await system.run(['user', 'password', EMAIL]);
  assert.equal(changed.status, 0, changed.stderr);
  assert.equal(changed.stderr, 'Password: \nPassword, again: \n');
  assert.ok(meanwhile !== null);
  assert.match(output(await meanwhile), /admins ops\n$/);

  const wavering = new TestSystem({ env, isTyped: true });
  wavering.onOutput = (text) => {
    if (text.startsWith('Password')) wavering.type(`${text}\r`);
  };
  const differ = await wavering.run(['user', 'password', EMAIL]);
  assert.deepEqual([differ.status, differ.stdout], [1, '']);
  assert.match(differ.stderr, /the two passwords differ: nothing was changed\n$/);
  const away = new TestSystem({ env, isTyped: true });
  away.onOutput = (text) => {
    if (text === 'Password: ') away.type('\u0003');
  };
  assert.equal((await away.run(['user', 'password', EMAIL])).status, 130);
});
