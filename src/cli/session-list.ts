import type { SessionEntry } from '../accounts/session-entry.ts';
import { formatTime } from '../models/base.ts';
import type { User } from '../models/user.ts';
import { EXIT_OK, isJson, JSON_OPTION } from './command.ts';
import type { Command } from './command.ts';
import { lastIds, PAGE_LENGTH, pageAfter } from './pages.ts';
import type { Operation } from './operation.ts';
import { isText, listOf, orNull, record } from './shape.ts';
import type { Guarded } from './shape.ts';
import { userByEmail } from './users.ts';

const isSession = record({
  email: isText,
  handle: isText,
  created_at: isText,
  last_seen_at: isText,
  expires_at: orNull(isText),
  address: orNull(isText),
  user_agent: orNull(isText),
});
type Session = Guarded<typeof isSession>;

const isPage = record({
  sessions: listOf(isSession),
  /** Ids of the last users that were looked at; empty: there are no more. */
  after: listOf(isText),
});

const isInput = record({ email: orNull(isText), after: listOf(isText) });

/** Users of which one answer may hold the sessions. */
const USERS_AT_ONCE = 100;
/** Sessions of one user in an answer: a user has a hundred at most, but where SESSION_MAX_PER_USER says otherwise. */
const SESSIONS_OF_USER = 10_000;

export const listSessionsOperation: Operation<Guarded<typeof isInput>, Guarded<typeof isPage>> = {
  name: 'session.list',
  isInput,
  isResult: isPage,
  async perform({ email, after }, { database, sessions }) {
    const sessionsOf = async (user: User): Promise<Session[]> =>
      (await sessions.list(user.id)).slice(0, SESSIONS_OF_USER).map((entry) => show(entry, user));
    if (email !== null) return { sessions: await sessionsOf(await userByEmail(email, database)), after: [] };
    const found: Session[] = [];
    const seen: User[] = [];
    const users = await pageAfter(database.users, after, USERS_AT_ONCE);
    for (const user of users) {
      found.push(...(await sessionsOf(user)));
      seen.push(user);
      if (found.length >= PAGE_LENGTH) break;
    }
    return { sessions: found, after: lastIds(seen) };
  },
};

function show({ handle, session, endsAt }: SessionEntry, { email }: User): Session {
  return {
    email,
    handle,
    created_at: formatTime(session.createdAt),
    last_seen_at: formatTime(session.lastSeenAt),
    expires_at: endsAt === null ? null : formatTime(endsAt),
    address: session.client.address,
    user_agent: session.client.userAgent,
  };
}

export const listSessions: Command = {
  words: ['session', 'list'],
  otherWords: ['ls', 'show', 'get'],
  operands: '[EMAIL]',
  operandCount: { least: 0, most: 1 },
  summary: 'show the live sessions of a user, or of everybody',
  details:
    'Of each: the handle that session end takes, the email, the last use, the end, the address and the user agent.\n' +
    'With the server stopped, sessions are those in DATA_DIR (AUTH_TYPE=session_db_auth).',
  options: [JSON_OPTION],
  access: 'read',
  async run(invocation) {
    const { args, runner, output } = invocation;
    const email = args.operands[0] ?? null;
    const sessions: Session[] = [];
    let after: readonly string[] = [];
    do {
      const page = await runner.run(listSessionsOperation, { email, after });
      for (const session of page.sessions) sessions.push(session);
      after = page.after;
    } while (after.length > 0);
    await runner.release();
    if (isJson(invocation)) await output.json(sessions);
    else await output.rows(['HANDLE', 'EMAIL', 'LAST USED', 'ENDS', 'ADDRESS', 'USER AGENT'], sessions.map(rowOf));
    return EXIT_OK;
  },
};

function rowOf({ handle, email, last_seen_at, expires_at, address, user_agent }: Session): readonly string[] {
  return [handle, email, last_seen_at, expires_at ?? 'never', address ?? '-', user_agent ?? '-'];
}
