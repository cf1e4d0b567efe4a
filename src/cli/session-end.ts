import { OPERATOR } from '../accounts/caller.ts';
import { UsageError } from './arguments.ts';
import { conclude, JSON_OPTION } from './command.ts';
import type { Command, Invocation } from './command.ts';
import { CommandError } from './operation.ts';
import type { Operation, Operations } from './operation.ts';
import { lastIds, pageAfter } from './pages.ts';
import { isNumber, isText, listOf, orNull, record } from './shape.ts';
import type { Guarded } from './shape.ts';
import { userByEmail } from './users.ts';

const WORDS = ['session', 'end'];

/** Users whose sessions one operation ends. */
const USERS_AT_ONCE = 100;

function endAll(userId: string, { sessions }: Operations): Promise<number> {
  return sessions.endAll(userId, null, OPERATOR);
}

const isOneUser = record({ email: isText, handle: orNull(isText) });
const isEnded = record({ id: isText, ended: isNumber });

export const endSessionsOperation: Operation<Guarded<typeof isOneUser>, Guarded<typeof isEnded>> = {
  name: 'session.end',
  isInput: isOneUser,
  isResult: isEnded,
  async perform({ email, handle }, operations) {
    const { id } = await userByEmail(email, operations.database);
    if (handle === null) return { id, ended: await endAll(id, operations) };
    if ((await operations.sessions.endOne(id, handle, OPERATOR)) === null) {
      throw new CommandError(`${JSON.stringify(email)} has no live session with the handle ${JSON.stringify(handle)}`);
    }
    return { id, ended: 1 };
  },
};

const isAfter = record({ after: listOf(isText) });
const isStep = record({ ended: isNumber, after: listOf(isText) });

/** Ends the sessions of some users. A session made meanwhile by one who was before goes on: the person signed in anew. */
export const endEverySessionOperation: Operation<Guarded<typeof isAfter>, Guarded<typeof isStep>> = {
  name: 'session.end-all',
  isInput: isAfter,
  isResult: isStep,
  async perform({ after }, operations) {
    const users = await pageAfter(operations.database.users, after, USERS_AT_ONCE);
    let ended = 0;
    for (const { id } of users) ended += await endAll(id, operations);
    return { ended, after: lastIds(users) };
  },
};

export const endSessions: Command = {
  words: WORDS,
  otherWords: ['kill', 'remove', 'rm', 'delete', 'del', 'revoke', 'logout'],
  operands: 'EMAIL [HANDLE]',
  operandCount: { least: 0, most: 2 },
  summary: 'end the sessions of a user, or one of them; with --all those of everybody',
  details:
    'session list shows the handles. After DATA_DIR was restored from a backup, sessions that had been ended are there\n' +
    'again: session end --all, before the server is started.',
  options: [{ name: 'all', value: null, meaning: 'end the sessions of everybody' }, JSON_OPTION],
  async run(invocation) {
    const { args, runner } = invocation;
    const [email = null, handle = null] = args.operands;
    if (args.has('all') === (email !== null)) throw new UsageError('session end takes either EMAIL or --all', WORDS);
    const { id, ended } =
      email === null
        ? { id: null, ended: await endEverySession(invocation) }
        : await runner.run(endSessionsOperation, { email, handle });
    const count = `${ended} ${ended === 1 ? 'session' : 'sessions'}`;
    const sentence = id === null ? `Ended ${count}` : `Ended ${count} of user: ${id}`;
    return conclude(invocation, id === null ? { ended } : { id, ended }, sentence);
  },
};

async function endEverySession({ runner }: Invocation): Promise<number> {
  let ended = 0;
  let after: readonly string[] = [];
  do {
    const step = await runner.run(endEverySessionOperation, { after });
    ended += step.ended;
    after = step.after;
  } while (after.length > 0);
  return ended;
}
