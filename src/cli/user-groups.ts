import { OPERATOR } from '../accounts/caller.ts';
import { isGroupName } from '../config/group-name.ts';
import { ADMINS } from '../models/user.ts';
import { UsageError } from './arguments.ts';
import { EXIT_OK, isJson, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import type { Operation } from './operation.ts';
import { isText, listOf, record } from './shape.ts';
import type { Guarded } from './shape.ts';
import { changeOf, existing, isChange, NO_ADMINISTRATOR, userByEmail } from './users.ts';

const WORDS = ['user', 'groups'];

const isInput = record({ email: isText, join: listOf(isText), leave: listOf(isText) });

export const changeGroupsOperation: Operation<Guarded<typeof isInput>, Guarded<typeof isChange>> = {
  name: 'user.groups',
  isInput,
  isResult: isChange,
  async perform({ email, join, leave }, operations) {
    const user = await userByEmail(email, operations.database);
    if (join.length + leave.length === 0) return changeOf(user, operations);
    const change = (groups: readonly string[]): readonly string[] =>
      [...groups, ...join].filter((group) => !leave.includes(group));
    const changed = await operations.services.accounts.changeGroups(user.id, change, OPERATOR);
    return changeOf(existing(changed, email), operations);
  },
};

export const changeGroups: Command = {
  words: WORDS,
  operands: 'EMAIL [+GROUP|-GROUP]...',
  operandCount: { least: 1, most: 65 },
  takesDashes: true,
  summary: 'show the groups of a user, or change them: user groups bob@example.com +ops -admins',
  details: `+GROUP puts the user into a group, -GROUP takes it out. Members of ${ADMINS} may do everything.`,
  options: [JSON_OPTION],
  async run(invocation) {
    const { args, runner, output, errors } = invocation;
    const [email = '', ...changes] = args.operands;
    const input = { email, ...changesOf(changes) };
    const { user, has_administrator } = await runner.run(changeGroupsOperation, input);
    await runner.release();
    if (isJson(invocation)) await output.json({ id: user.id, email: user.email, groups: user.groups });
    else await output.line(`Groups of user ${user.id}: ${user.groups.join(' ') || 'none'}`);
    if (input.leave.includes(ADMINS) && !has_administrator) await errors.line(NO_ADMINISTRATOR);
    if (user.groups.includes(ADMINS) && !user.has_password) {
      await errors.line(`${user.email} has no password yet: print a link with user reset ${user.email}`);
    }
    return EXIT_OK;
  },
};

function changesOf(changes: readonly string[]): { readonly join: readonly string[]; readonly leave: readonly string[] } {
  const [join, leave]: [string[], string[]] = [[], []];
  for (const change of changes) {
    const group = change.slice(1);
    const isChange = (change.startsWith('+') || change.startsWith('-')) && isGroupName(group);
    if (!isChange) {
      throw new UsageError(
        `${JSON.stringify(change)} must be + or - and the name of a group: 1 to 64 characters of a-z, 0-9, ".", "_" ` +
          'and "-", the first of them a letter or a digit',
        WORDS,
      );
    }
    (change.startsWith('+') ? join : leave).push(group);
  }
  const both = join.find((group) => leave.includes(group));
  if (both !== undefined) throw new UsageError(`the user can not both join and leave ${both}`, WORDS);
  return { join, leave };
}
