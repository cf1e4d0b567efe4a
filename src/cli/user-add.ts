import { OPERATOR } from '../accounts/caller.ts';
import { checkedGroups } from '../accounts/groups.ts';
import type { NewUser } from '../accounts/new-user.ts';
import { DuplicateValueError } from '../errors.ts';
import { checkedEmail, checkedName } from '../models/user-input.ts';
import type { Arguments, Option } from './arguments.ts';
import { conclude, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import { askNewPassword } from './new-password.ts';
import type { Operation, Runner } from './operation.ts';
import { isText, listOf, orNull, record } from './shape.ts';
import type { Guarded } from './shape.ts';
import { entryOf, findUser, isUserEntry } from './users.ts';
import type { UserEntry } from './users.ts';

export const isNewUser = record({
  email: isText,
  firstName: orNull(isText),
  lastName: orNull(isText),
  /** null: DEFAULT_GROUPS. */
  groups: orNull(listOf(isText)),
});

export const NEW_USER_OPTIONS: readonly Option[] = [
  { name: 'first-name', value: 'NAME', meaning: 'first name' },
  { name: 'last-name', value: 'NAME', meaning: 'last name' },
  { name: 'group', value: 'GROUP', meaning: 'a group of the user, in place of DEFAULT_GROUPS; may be given again', isRepeatable: true },
];

/** @throws {InvalidValueError} a value will not do */
export function newUserOf(args: Arguments): Guarded<typeof isNewUser> {
  return {
    email: checkedEmail(args.operand(0)),
    firstName: checkedName('first_name', args.value('first-name')),
    lastName: checkedName('last_name', args.value('last-name')),
    groups: args.has('group') ? checkedGroups(args.values('group')) : null,
  };
}

/** @throws {DuplicateValueError} another user has the email */
export async function refuseTaken({ email }: NewUser, runner: Runner): Promise<void> {
  if ((await runner.run(findUser, { email: String(email) })) !== null) throw new DuplicateValueError('users', 'email');
}

const isInput = record({ user: isNewUser, password: isText });

export const addUserOperation: Operation<Guarded<typeof isInput>, UserEntry> = {
  name: 'user.add',
  isInput,
  isResult: isUserEntry,
  perform: async ({ user, password }, { services }) => entryOf(await services.accounts.create(user, password, OPERATOR)),
};

export const addUser: Command = {
  words: ['user', 'add'],
  otherWords: ['create', 'new', 'adduser', 'useradd'],
  operands: 'EMAIL',
  operandCount: { least: 1, most: 1 },
  summary: 'make a user',
  details:
    'The password is read from standard input: asked for twice on a terminal, else its first line.\n' +
    'The first user of all is an administrator.',
  options: [...NEW_USER_OPTIONS, JSON_OPTION],
  access: 'write',
  async run(invocation) {
    const { args, runner } = invocation;
    const user = newUserOf(args);
    const password = await askNewPassword(invocation, () => refuseTaken(user, runner));
    const made = await runner.run(addUserOperation, { user, password });
    return conclude(invocation, made, `New user: ${made.id}`);
  },
};
