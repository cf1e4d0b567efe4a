import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../src/cli/commands.ts';
import { describeSettings } from '../src/config.ts';
import { packageVersion } from '../src/version.ts';
import { EMAIL, PASSWORD } from './helpers/accounts.ts';
import { assertFailed } from './helpers/command-line.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { runCli } from './helpers/in-process-cli.ts';
import { CLI, runProcess } from './helpers/process.ts';
import { storeSettings } from './helpers/test-database.ts';

test('a wrong command, operand, option or setting exits 2 in one line, and touches nothing', async (t) => {
  const missing = join(temporaryDirectory(t), 'missing');
  const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /a command is missing; see session-auth --help\n$/],
    [['--json'], /a command is missing/],
    [['user'], /^user needs one of: add, list, .*; see session-auth user --help\n$/],
    [['user', 'add'], /^user add takes EMAIL: too few operands; see session-auth user add --help\n$/],
    // A password is never taken from an argument.
    [['user', 'add', EMAIL, PASSWORD], /too many operands/],
    [['user', 'add', EMAIL, '--password', PASSWORD], /^user add knows no option "--password"/],
    [['user', 'password', EMAIL, PASSWORD], /too many operands/],
    [['user', 'list', EMAIL], /^user list takes no operand/],
    [['user', 'list', '--first-name', 'Bob'], /^user list knows no option "--first-name"/],
    [['user', 'add', EMAIL, '--first-name'], /--first-name needs a value/],
    [['user', 'add', EMAIL, '--first-name', '--json'], /--first-name needs a value/],
    [['user', 'add', EMAIL, '--first-name=a', '--first-name=b'], /--first-name is given twice/],
    [['user', 'list', '--json=yes'], /--json takes no value/],
    [['user', 'list', '-j'], /knows no option "-j"/],
    [['import'], /^import takes FILE: too few operands/],
    [['check', 'all'], /^check takes no operand/],
    [['serve', 'now'], /^serve takes no operand/],
    [['--unknown'], /a command is missing/],
    [['user', 'add', 'b\ufffdb@example.com'], /an argument is not UTF-8/],
  ];
  for (const [args, says] of cases) {
    const ended = await runCli(missing, args, { input: PASSWORD });
    assertFailed(ended, 2, says);
    assert.ok(!ended.stderr.includes(PASSWORD), 'the password is not repeated');
    assert.match(ended.stderr, /[;?] [sS]ee session-auth .*--help\n$/);
  }
  assertFailed(await runCli(missing, ['user', 'list'], { env: { AUTH_TYPE: 'basic' } }), 2, /^AUTH_TYPE="basic"/);
  const notUtf8 = await runCli(missing, ['user', 'add', EMAIL], { input: Buffer.from('horse\xff battery\n', 'latin1') });
  assertFailed(notUtf8, 2, /not in UTF-8/);
  assert.equal(existsSync(missing), false);
});

for (const [typed, meant] of [
  ['usr list', 'user list'],
  ['user lst', 'user list'],
  ['users list', 'user list'],
  [`user pasword ${EMAIL}`, 'user password'],
  ['sessions end --all', 'session end'],
  ['chek', 'check'],
  ['exprot x', 'export'],
  ['imprt file', 'import'],
  [`user del ${EMAIL}`, 'user remove'],
  [`user rm ${EMAIL}`, 'user remove'],
  [`user create ${EMAIL}`, 'user add'],
  [`user new ${EMAIL}`, 'user add'],
  ['user ls', 'user list'],
  [`user passwd ${EMAIL}`, 'user password'],
  [`session kill ${EMAIL}`, 'session end'],
  [`session rm ${EMAIL}`, 'session end'],
  ['session ls', 'session list'],
  ['list sessions', 'session list'],
  ['list', 'user list'],
  [`adduser ${EMAIL}`, 'user add'],
  ['start', 'serve'],
  ['restore file', 'import'],
] as const) {
  test(`${typed} is taken for ${meant}`, async (t) => {
    const ended = await runCli(temporaryDirectory(t), typed.split(' '));
    assertFailed(ended, 2, new RegExp(`did you mean "${meant}"\\? See session-auth ${meant} --help\n$`));
  });
}

test('a command that is near no other is told with those of its group, and without what follows it', async (t) => {
  const cases: readonly (readonly [typed: string, says: RegExp])[] = [
    ['user edit bob', /^there is no command "user edit"; user needs one of: add, list, remove, .*; see session-auth user --help\n$/],
    ['users', /^there is no command "users"; user needs one of: add, /],
    ['session stop', /^there is no command "session stop"; session needs one of: list, end; see session-auth session --help\n$/],
    ['frobnicate secret', /^there is no command "frobnicate"; see session-auth --help\n$/],
  ];
  for (const [typed, says] of cases) assertFailed(await runCli(temporaryDirectory(t), typed.split(' ')), 2, says);
});

test('no other word of a command is the name of one, or of two commands of a group', () => {
  const spellings = COMMANDS.flatMap(({ words, otherWords = [] }) =>
    [...words.slice(-1), ...otherWords].map((word) => [...words.slice(0, -1), word].join(' ')),
  );
  assert.equal(new Set(spellings).size, spellings.length);
});

test('an option that is nearly one is named', async (t) => {
  const ended = await runCli(temporaryDirectory(t), ['user', 'add', EMAIL, '--fisrt-name', 'Bob']);
  assertFailed(ended, 2, /knows no option "--fisrt-name"; did you mean --first-name\? See/);
});

test('what follows -- is an operand, whatever it begins with', async (t) => {
  const directory = temporaryDirectory(t);
  assertFailed(await runCli(directory, ['user', 'remove', '--', '--json']), 1, /^no user found for "--json"\n$/);
});

test('--help names every command, the help of a group its own, and the help of a command its options', async (t) => {
  const directory = join(temporaryDirectory(t), 'missing');
  const helpOf = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await runCli(directory, args);
    assert.deepEqual([status, stderr], [0, '']);
    return stdout;
  };
  for (const args of [['--help'], ['-h'], ['help']]) {
    const help = await helpOf(...args);
    for (const { words, operands } of COMMANDS) assert.ok(help.includes(`  ${[...words, operands].join(' ').trimEnd()} `), words.join(' '));
    assert.match(help, /^ {2}--help, help \[COMMAND\] [^\n]*\n {2}--version, version /m);
  }
  const ofUser = await helpOf('user', '--help');
  assert.equal(await helpOf('help', 'user'), ofUser);
  for (const { words } of COMMANDS) assert.equal(ofUser.includes(`  ${words.join(' ')}`), words[0] === 'user', words.join(' '));
  for (const { words, options, summary } of COMMANDS) {
    const help = await helpOf(...words, '--help');
    assert.equal(await helpOf('help', ...words), help);
    assert.match(help, new RegExp(`^Usage: session-auth ${words.join(' ')}[^\n]*\n\n.${summary.slice(1, 20)}`));
    for (const { name, meaning } of options) {
      assert.ok(help.split('\n').some((line) => line.startsWith(`  --${name}`) && line.endsWith(meaning)), name);
    }
  }
  const ofServe = await helpOf('serve', '--help');
  for (const { name } of describeSettings()) assert.ok(ofServe.includes(`  ${name} `), name);
  for (const word of ['--version', 'version']) assert.equal(await helpOf(word), `${packageVersion()}\n`);
  assert.equal(existsSync(directory), false);
});

test('user add exits 1 and makes nobody when the email or the password will not do', async (t) => {
  const directory = temporaryDirectory(t);
  const cases: readonly (readonly [args: readonly string[], input: string, says: RegExp])[] = [
    [['bob'], PASSWORD, /^email must /],
    [[EMAIL], '', /^no password came on standard input: run this on a terminal, which asks for it, or pipe one line into it\n$/],
    [[EMAIL], '\ncorrect horse battery\n', /^no password came/],
    [[EMAIL], 'short\n', /^password must .*8/],
    [[EMAIL], '12345678\n', /^password must not be one of the commonest/],
    [[EMAIL, '--last-name', 'a\tb'], PASSWORD, /^last_name must /],
    [[EMAIL, '--group', 'Ops'], PASSWORD, /^groups must /],
  ];
  for (const [args, input, says] of cases) {
    const ended = await runCli(directory, ['user', 'add', ...args], { input });
    assertFailed(ended, 1, says);
    assert.ok(input.trim() === '' || !ended.stderr.includes(input.trim()), 'the password is not repeated');
  }
  assert.equal((await runCli(directory, ['user', 'list'])).stdout, '');
  assert.equal((await runCli(directory, ['user', 'add', EMAIL], { input: 'pwd', env: { PASSWORD_MIN_LENGTH: '3' } })).status, 0);
});

test('the entry runs a command as a process: status, standard output and standard error', async (t) => {
  const env = await storeSettings(temporaryDirectory(t));
  assert.deepEqual(await runProcess(t, CLI, ['user', 'list'], { env }), {
    code: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
  const failed = await runProcess(t, CLI, ['user', 'remove', EMAIL], { env });
  assert.deepEqual([failed.code, failed.stdout, failed.stderr], [1, '', `no user found for "${EMAIL}"\n`]);
});
