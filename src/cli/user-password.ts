import { OPERATOR } from '../accounts/caller.ts';
import { conclude, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import { askNewPassword } from './new-password.ts';
import type { Operation } from './operation.ts';
import { isText, record } from './shape.ts';
import { entryOf, existing, findUser, isUserEntry, userByEmail } from './users.ts';
import type { UserEntry } from './users.ts';

export const setPasswordOperation: Operation<{ readonly email: string; readonly password: string }, UserEntry> = {
  name: 'user.password',
  isInput: record({ email: isText, password: isText }),
  isResult: isUserEntry,
  async perform({ email, password }, { database, services }) {
    const { id } = await userByEmail(email, database);
    return entryOf(existing(await services.passwords.set(id, password, OPERATOR), email));
  },
};

export const setPassword: Command = {
  words: ['user', 'password'],
  otherWords: ['passwd', 'pass', 'set-password'],
  operands: 'EMAIL',
  operandCount: { least: 1, most: 1 },
  summary: 'set a new password, and end every session of that user',
  details: 'The password is read from standard input: asked for twice on a terminal, else its first line.',
  options: [JSON_OPTION],
  async run(invocation) {
    const { args, runner } = invocation;
    const email = args.operand(0);
    const password = await askNewPassword(invocation, async () => existing(await runner.run(findUser, { email }), email));
    const user = await runner.run(setPasswordOperation, { email, password });
    return conclude(invocation, user, `New password for user: ${user.id}`);
  },
};
