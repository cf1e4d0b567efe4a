import { availableParallelism } from 'node:os';
import type { User } from '../models/user.ts';
import { PasswordHasher } from '../security/password.ts';
import { conclude, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, isJson, JSON_OPTION } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { importKnownOperation, importTakeOperation } from './import-users.ts';
import type { Fate, ImportedUser } from './import-users.ts';
import { readTextFile, TAKEN_FILES } from './input-file.ts';
import { CommandError } from './operation.ts';
import { Progress } from './progress.ts';
import { readTutorialUsers, withWrappedPassword } from './tutorial-users.ts';
import type { LeftOutUser } from './tutorial-users.ts';
import { importOver, isExport } from './transfer.ts';

/** Users whose fate is asked for at once. */
const ASKED_AT_ONCE = 1_000;
/** Users that are hashed before they are stored, for each core: what an interruption costs is less than 2 s. */
const HASHED_AT_ONCE = 4;

const SENTENCES: { readonly [fate in Exclude<Fate, 'free' | 'here'>]: string } = {
  'id taken': 'this id is here already',
  'email taken': 'another user has this email',
};

interface Counts {
  imported: number;
  here: number;
  readonly leftOut: LeftOutUser[];
}

export const importUsers: Command = {
  words: ['import'],
  otherWords: ['load', 'restore'],
  operands: 'FILE',
  operandCount: { least: 1, most: 1 },
  summary: "take what export has printed, or the users of the tutorial's .db_User.json",
  details:
    'An export goes into an empty store: it is looked at whole before the first record is stored.\n' +
    'Users of the tutorial keep their ids and passwords. Each of their password hashes is hashed anew before it is\n' +
    'stored, which takes a core a fifth of a second. CTRL+C ends that; the same command goes on where it ended.\n' +
    'Users that are here already stay as they are.',
  options: [JSON_OPTION],
  access: 'write',
  endsInOrder: true,
  async run(invocation) {
    const { args, signal, errors, runner } = invocation;
    const path = args.operand(0);
    if (await isExport(path)) return importExport(path, invocation);
    const file = readTutorialUsers(await readTextFile(path));
    if (file === null) throw new CommandError(`${path} is neither an export nor a JSON object of users; ${TAKEN_FILES}`);
    const counts: Counts = { imported: 0, here: 0, leftOut: [...file.leftOut] };
    const free = await findFree(file.users, counts, invocation);
    await takeAll(free, counts, invocation);
    await runner.release();
    await report(counts, invocation);
    if (signal.aborted) {
      await errors.line(`interrupted: ${counts.imported} of ${free.length} were taken; the same command goes on`);
      return EXIT_INTERRUPTED;
    }
    const isVain = counts.imported === 0 && counts.here === 0 && counts.leftOut.length > 0;
    return isVain ? EXIT_FAILED : EXIT_OK;
  },
};

async function importExport(path: string, invocation: Invocation): Promise<number> {
  const { runner, signal } = invocation;
  const records = await importOver(runner, path, signal);
  return conclude(invocation, { records }, `Imported ${records} records`);
}

/** Sorts out who is here already, before hours are spent on their hashes. */
async function findFree(users: readonly User[], counts: Counts, { runner, signal }: Invocation): Promise<User[]> {
  const free: User[] = [];
  for (let start = 0; start < users.length && !signal.aborted; start += ASKED_AT_ONCE) {
    const some = users.slice(start, start + ASKED_AT_ONCE);
    const fates = await runner.run(importKnownOperation, { users: some.map(({ id, email }) => ({ id, email })) });
    for (const [index, user] of some.entries()) {
      if (fates[index] === 'free') free.push(user);
      else count(user, fates[index], counts);
    }
  }
  return free;
}

/** Hashes and stores some users after the other, on all cores. */
async function takeAll(users: readonly User[], counts: Counts, invocation: Invocation): Promise<void> {
  if (users.length === 0) return;
  const { runner, signal, errors } = invocation;
  const cores = availableParallelism();
  const atOnce = cores * HASHED_AT_ONCE;
  const hasher = new PasswordHasher({ maxConcurrent: cores, maxQueued: atOnce });
  const progress = new Progress(errors, users.length, 'password hashes');
  for (let start = 0; start < users.length && !signal.aborted; start += atOnce) {
    const some = users.slice(start, start + atOnce);
    const wrapped = await Promise.all(some.map((user) => wrappedUser(user, hasher)));
    const fates = await runner.run(importTakeOperation, { users: wrapped });
    for (const [index, user] of some.entries()) count(user, fates[index], counts);
    await progress.advance(some.length);
  }
  await progress.end();
}

async function wrappedUser(user: User, hasher: PasswordHasher): Promise<ImportedUser> {
  const { id, email, passwordHash, firstName, lastName, createdAt, updatedAt } = await withWrappedPassword(user, hasher);
  return { id, email, passwordHash: passwordHash ?? '', firstName, lastName, createdAt, updatedAt };
}

function count({ id }: User, fate: Fate | undefined, counts: Counts): void {
  if (fate === 'free') counts.imported += 1;
  else if (fate === 'here') counts.here += 1;
  else if (fate !== undefined) counts.leftOut.push({ key: id, reason: SENTENCES[fate] });
}

async function report({ imported, here, leftOut }: Counts, invocation: Invocation): Promise<void> {
  const { output } = invocation;
  if (isJson(invocation)) {
    await output.json({ imported, here_already: here, left_out: leftOut });
    return;
  }
  const before = here === 0 ? '' : `, ${here} were here already`;
  await output.line(`Imported ${imported} users${before}, left out ${leftOut.length}`);
  for (const { key, reason } of leftOut) await output.line(`  ${JSON.stringify(key)}: ${reason}`);
}
