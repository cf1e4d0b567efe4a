import { OPERATOR } from '../accounts/caller.ts';
import type { Link } from '../accounts/link.ts';
import { formatTime } from '../models/base.ts';
import type { User } from '../models/user.ts';
import { EXIT_OK, isJson, JSON_OPTION } from './command.ts';
import type { Command, Invocation } from './command.ts';
import type { Operation, Operations } from './operation.ts';
import { isText, record } from './shape.ts';
import type { Guarded } from './shape.ts';
import { isNewUser, NEW_USER_OPTIONS, newUserOf } from './user-add.ts';
import { existing, userByEmail } from './users.ts';

const isLink = record({ id: isText, email: isText, url: isText, expires_at: isText });
type LinkEntry = Guarded<typeof isLink>;

const ONE_USE = 'Hand the link to its user: it is good for one use, and is shown only now. A new one replaces it.';
const PUBLIC_URL = 'With the server stopped, PUBLIC_URL must be set: the address under which browsers reach it.';

function linkOf({ id, email }: User, { url, expiresAt }: Link): LinkEntry {
  return { id, email, url, expires_at: formatTime(expiresAt) };
}

async function makeLink(user: User, { services }: Operations): Promise<LinkEntry> {
  return linkOf(user, existing(await services.passwords.makeLink(user.id, OPERATOR), user.email));
}

async function printLink(invocation: Invocation, link: LinkEntry, isNew: boolean): Promise<number> {
  const { runner, output } = invocation;
  await runner.release();
  if (isJson(invocation)) {
    await output.json(link);
  } else {
    if (isNew) await output.line(`New user: ${link.id}`);
    await output.line(link.url);
    await output.line(`Good for one use, until ${link.expires_at} UTC`);
  }
  return EXIT_OK;
}

export const inviteUserOperation: Operation<Guarded<typeof isNewUser>, LinkEntry> = {
  name: 'user.invite',
  isInput: isNewUser,
  isResult: isLink,
  async perform(input, operations) {
    const { user, link } = existing(await operations.services.passwords.invite(input, OPERATOR), input.email);
    return linkOf(user, link);
  },
};

export const inviteUser: Command = {
  words: ['user', 'invite'],
  operands: 'EMAIL',
  operandCount: { least: 1, most: 1 },
  summary: 'make a user, and print a link with which the person sets a password',
  details: `${ONE_USE}\nIt ends after 7 days. ${PUBLIC_URL}`,
  options: [...NEW_USER_OPTIONS, JSON_OPTION],
  access: 'write',
  run: async (invocation) =>
    printLink(invocation, await invocation.runner.run(inviteUserOperation, newUserOf(invocation.args)), true),
};

export const resetUserOperation: Operation<{ readonly email: string }, LinkEntry> = {
  name: 'user.reset',
  isInput: record({ email: isText }),
  isResult: isLink,
  perform: async ({ email }, operations) => makeLink(await userByEmail(email, operations.database), operations),
};

export const resetUser: Command = {
  words: ['user', 'reset'],
  operands: 'EMAIL',
  operandCount: { least: 1, most: 1 },
  summary: 'print a link with which the user sets a new password',
  details: `${ONE_USE}\nIt ends after 24 hours; for a user who was invited and has no password yet, after 7 days. ${PUBLIC_URL}`,
  options: [JSON_OPTION],
  run: async (invocation) =>
    printLink(invocation, await invocation.runner.run(resetUserOperation, { email: invocation.args.operand(0) }), false),
};
