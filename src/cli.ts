#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { PromptInterruptedError, readNewPassword } from './cli/password-prompt.ts';
import { ConfigError, parseConfig } from './config.ts';
import type { Config } from './config.ts';
import { DuplicateValueError, InvalidValueError, messageOf } from './errors.ts';
import { declareModels } from './models/repositories.ts';
import type { Repositories } from './models/repositories.ts';
import { readTutorialUsers, withWrappedPassword } from './cli/tutorial-users.ts';
import { checkedEmail, checkedName } from './models/user-input.ts';
import { formatTime } from './models/base.ts';
import { foldEmail, User } from './models/user.ts';
import { passwordProblem } from './security/password-policy.ts';
import { PasswordHasher } from './security/password.ts';
import { StoreCheck } from './storage/journal/check.ts';
import { JournalStore } from './storage/journal/journal-store.ts';
import type { JournalStoreOptions } from './storage/journal/journal-store.ts';
import { packageVersion } from './version.ts';

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const SIGNALS = [['SIGHUP', 1], ['SIGINT', 2], ['SIGTERM', 15]] as const;

const HELP = `Usage: node dist/cli.js COMMAND

  user add EMAIL [--first-name NAME] [--last-name NAME]   make a user
  user list                                               show every user
  user remove EMAIL                                       remove a user, and end every session of that user
  user password EMAIL                                     set a new password, and end every session of that user
  import FILE                                             take the users of the tutorial's .db_User.json
  check                                                   read every file of DATA_DIR and report

A password is read from standard input: asked for twice on a terminal, else its first line.
The users are in DATA_DIR [./data]; stop the server first: one process at a time may have it.
`;

/** The command was given wrongly: exit 2. */
class UsageError extends Error {}

interface Command {
  readonly words: readonly string[];
  /** How many arguments follow the words. */
  readonly argumentCount: number;
  readonly run: (argument: string, names: Names, config: Config) => Promise<number>;
}

interface Names {
  readonly firstName: string | null;
  readonly lastName: string | null;
}

const COMMANDS: readonly Command[] = [
  { words: ['user', 'add'], argumentCount: 1, run: addUser },
  { words: ['user', 'list'], argumentCount: 0, run: listUsers },
  { words: ['user', 'remove'], argumentCount: 1, run: removeUser },
  { words: ['user', 'password'], argumentCount: 1, run: setPassword },
  { words: ['import'], argumentCount: 1, run: importUsers },
  { words: ['check'], argumentCount: 0, run: check },
];

async function addUser(email: string, names: Names, config: Config): Promise<number> {
  const fields = { email: checkedEmail(email), ...names };
  return withModels(config, 'write', async ({ users }) => {
    const [taken] = await users.search({ email });
    if (taken !== undefined) throw new DuplicateValueError('users', 'email');
    const passwordHash = await askPasswordHash(config);
    const user = await users.save(new User({ ...fields, passwordHash }));
    print(`New user: ${user.id}`);
    return EXIT_OK;
  });
}

async function listUsers(_argument: string, _names: Names, config: Config): Promise<number> {
  return withModels(config, 'read', async ({ users }) => {
    for (const user of await users.all()) print(`${user.id}  ${formatTime(user.createdAt)}  ${user.email}`);
    return EXIT_OK;
  });
}

async function removeUser(email: string, _names: Names, config: Config): Promise<number> {
  return withModels(config, 'change', async ({ users }) => {
    const user = await userByEmail(email, users);
    await users.remove(user.id);
    print(`Removed user: ${user.id}`);
    return EXIT_OK;
  });
}

async function setPassword(email: string, _names: Names, config: Config): Promise<number> {
  return withModels(config, 'change', async ({ users, userSessions }) => {
    const user = await userByEmail(email, users);
    const passwordHash = await askPasswordHash(config);
    const sessions = await userSessions.search({ userId: user.id });
    // Whoever knew the old password may hold a session (OWASP ASVS 5.0, 7.4.3). Asked for at once, all of it is one
    // commit: no crash leaves one without the other.
    await Promise.all([
      users.update(user.id, (current) => current.with({ passwordHash, updatedAt: Date.now() })),
      ...sessions.map((session) => userSessions.remove(session.id)),
    ]);
    print(`New password for user: ${user.id}`);
    return EXIT_OK;
  });
}

async function importUsers(path: string, _names: Names, config: Config): Promise<number> {
  const file = readTutorialUsers(await readFile(path, 'utf8'));
  if (file === null) throw new Error(`${path} is no JSON object of users`);
  return withModels(config, 'write', async ({ users }) => {
    const leftOut = [...file.leftOut];
    const passwords = new PasswordHasher({ maxConcurrent: availableParallelism(), maxQueued: file.users.length });
    const emails = new Set<string>();
    // What is left out is known before its hash is wrapped; the hashes are made side by side, and saved in the file's order.
    let saved: Promise<unknown> = Promise.resolve();
    for (const user of file.users) {
      const [taken] = await users.search({ email: user.email });
      if ((await users.get(user.id)) !== null) leftOut.push({ key: user.id, reason: 'this id is here already' });
      else if (taken !== undefined || emails.has(foldEmail(user.email))) {
        leftOut.push({ key: user.id, reason: 'another user has this email' });
      } else {
        saved = Promise.all([withWrappedPassword(user, passwords), saved]).then(([wrapped]) => users.save(wrapped));
      }
      emails.add(foldEmail(user.email));
    }
    await saved;
    const taken = file.users.length + file.leftOut.length - leftOut.length;
    print(`Imported ${taken} users, left out ${leftOut.length}`);
    for (const { key, reason } of leftOut) print(`  ${JSON.stringify(key)}: ${reason}`);
    return EXIT_OK;
  });
}

async function check(_argument: string, _names: Names, config: Config): Promise<number> {
  const store = new StoreCheck(config.dataDirectory);
  declareModels(store);
  const { lines, isWhole } = await store.check();
  for (const line of lines) print(line);
  return isWhole ? EXIT_OK : EXIT_FAILED;
}

async function withModels(
  config: Config,
  access: NonNullable<JournalStoreOptions['access']>,
  run: (models: Repositories) => Promise<number>,
): Promise<number> {
  const store = new JournalStore({ directory: config.dataDirectory, access, onNotice: printProblem });
  const models = declareModels(store);
  await store.open();
  // A terminal that is closed, say: what was asked for is written, and no lock is left behind.
  for (const [signal, number] of SIGNALS) {
    process.once(signal, () => void store.close().finally(() => process.exit(128 + number)));
  }
  try {
    return await run(models);
  } finally {
    await store.close();
  }
}

async function userByEmail(email: string, users: Repositories['users']): Promise<User> {
  const [user] = await users.search({ email });
  if (user === undefined) throw new Error(`no user found for ${JSON.stringify(email)}`);
  return user;
}

async function askPasswordHash(config: Config): Promise<string> {
  const password = await readNewPassword({ input: process.stdin, output: process.stderr });
  if (password === null) throw new InvalidValueError('password', 'the two passwords differ: nothing was changed');
  const problem = passwordProblem(password, config.passwordMinLength);
  if (problem !== null) throw new InvalidValueError('password', problem);
  return new PasswordHasher().hash(password);
}

function parseCommand(): { command: Command; argument: string; names: Names } | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      'first-name': { type: 'string' },
      'last-name': { type: 'string' },
    },
  });
  if (values.help === true) print(HELP.trimEnd());
  else if (values.version === true) print(packageVersion());
  if (values.help === true || values.version === true) return null;

  const command = COMMANDS.find(({ words }) => words.every((word, index) => positionals[index] === word));
  if (command === undefined) throw new UsageError('no such command');
  const words = command.words.join(' ');
  if (positionals.length !== command.words.length + command.argumentCount) {
    throw new UsageError(`${words} takes ${command.argumentCount === 0 ? 'no argument' : 'one argument'}`);
  }
  const names = { firstName: values['first-name'] ?? null, lastName: values['last-name'] ?? null };
  if (command.run !== addUser && (names.firstName !== null || names.lastName !== null)) {
    throw new UsageError(`${words} takes no names`);
  }
  return {
    command,
    argument: positionals[command.words.length] ?? '',
    names: {
      firstName: checkedName('first_name', names.firstName),
      lastName: checkedName('last_name', names.lastName),
    },
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printProblem(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** What an error means to the person at the command line. */
function problemOf(error: unknown): string {
  return error instanceof DuplicateValueError ? `a user with this ${error.field} exists already` : messageOf(error);
}

async function main(): Promise<number> {
  try {
    const parsed = parseCommand();
    if (parsed === null) return EXIT_OK;
    const { config } = parseConfig(process.env);
    return await parsed.command.run(parsed.argument, parsed.names, config);
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof ConfigError || isParseArgsError(error);
    printProblem(isUsage ? `${messageOf(error)}; see node dist/cli.js --help` : problemOf(error));
    if (error instanceof PromptInterruptedError) return 130;
    return isUsage ? EXIT_USAGE : EXIT_FAILED;
  }
}

function isParseArgsError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

// Whoever read the output has seen enough, `head -1` say: the command goes on to its end, and gives the directory up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await main();
