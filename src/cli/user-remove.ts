import { ADMINS } from '../models/user.ts';
import { OPERATOR } from '../accounts/caller.ts';
import { conclude, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import type { Operation } from './operation.ts';
import { isText, record } from './shape.ts';
import type { Guarded } from './shape.ts';
import { changeOf, existing, isChange, NO_ADMINISTRATOR, userByEmail } from './users.ts';

export const removeUserOperation: Operation<{ readonly email: string }, Guarded<typeof isChange>> = {
  name: 'user.remove',
  isInput: record({ email: isText }),
  isResult: isChange,
  async perform({ email }, operations) {
    const { id } = await userByEmail(email, operations.database);
    const removed = existing(await operations.services.accounts.remove(id, OPERATOR), email);
    return changeOf(removed, operations);
  },
};

export const removeUser: Command = {
  words: ['user', 'remove'],
  otherWords: ['rm', 'delete', 'del', 'deluser', 'userdel'],
  operands: 'EMAIL',
  operandCount: { least: 1, most: 1 },
  summary: 'remove a user, and end every session of that user',
  options: [JSON_OPTION],
  async run(invocation) {
    const { args, runner, errors } = invocation;
    const { user, has_administrator } = await runner.run(removeUserOperation, { email: args.operand(0) });
    const status = await conclude(invocation, user, `Removed user: ${user.id}`);
    if (user.groups.includes(ADMINS) && !has_administrator) await errors.line(NO_ADMINISTRATOR);
    return status;
  },
};
