import { OPERATOR } from '../accounts/caller.ts';
import { conclude, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import type { Operation } from './operation.ts';
import { isText, record } from './shape.ts';
import { entryOf, isUserEntry, userByEmail } from './users.ts';
import type { UserEntry } from './users.ts';

export const unlockUserOperation: Operation<{ readonly email: string }, UserEntry> = {
  name: 'user.unlock',
  isInput: record({ email: isText }),
  isResult: isUserEntry,
  async perform({ email }, { database, services }) {
    const user = await userByEmail(email, database);
    await services.signIn.unlock(user, OPERATOR);
    return entryOf(user);
  },
};

export const unlockUser: Command = {
  words: ['user', 'unlock'],
  operands: 'EMAIL',
  operandCount: { least: 1, most: 1 },
  summary: 'let a user sign in again whose password was guessed at too often',
  details: 'Failed sign-ins are counted in the memory of the server, which forgets them when it stops, or in the database.',
  options: [JSON_OPTION],
  async run(invocation) {
    const { args, runner } = invocation;
    const user = await runner.run(unlockUserOperation, { email: args.operand(0) });
    return conclude(invocation, user, `Unlocked user: ${user.id}`);
  },
};
