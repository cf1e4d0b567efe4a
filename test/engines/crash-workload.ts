import { Agent } from 'node:http';
import { cookieOf, send } from '../helpers/client.ts';
import type { Reply, RequestOptions } from '../helpers/client.ts';
import type { Random } from '../helpers/random.ts';
import { namesValue, PASSWORD } from './crash-accounts.ts';
import type { Account, Accounts } from './crash-accounts.ts';

const SESSION_NAME = '_my_session_id';

export interface Target {
  readonly base: string;
  /** Whether requests need a session, and sessions can be made. */
  readonly hasSessions: boolean;
}

/** What the writes of a round came to. */
export interface Tally {
  acknowledged: number;
  unanswered: number;
  /** Answers that no write may get while the server lives. */
  readonly unexpected: string[];
}

/** The server did not do what was asked. */
class UnexpectedAnswer extends Error {}

function request(
  { base, hasSessions }: Target,
  method: string,
  path: string,
  { account, ...options }: RequestOptions & { readonly account?: Account },
): Promise<Reply> {
  const cookie = hasSessions && account !== undefined ? `${SESSION_NAME}=${account.sessionId}` : undefined;
  return send(base, method, `/api/v1${path}`, { ...options, ...(cookie !== undefined && { cookie }) });
}

function expectStatus(reply: Reply, status: number): void {
  if (reply.status !== status) throw new UnexpectedAnswer(`${reply.status} instead of ${status}: ${reply.text}`);
}

/**
 * One client: writes one after the other, until the server is gone.
 *
 * @param name tells its values from those of other clients and rounds
 */
export async function runClient(
  target: Target,
  accounts: Accounts,
  account: Account,
  name: string,
  random: Random,
  tally: Tally,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** Sessions of this round's sign-ins. */
  const signedIn: string[] = [];
  try {
    for (let write = 0; ; write += 1) {
      await writeOnce(target, accounts, account, `${name}-${write}`, random, agent, signedIn);
      tally.acknowledged += 1;
    }
  } catch (error) {
    if (error instanceof UnexpectedAnswer) tally.unexpected.push(`${name}: ${error.message}`);
    else tally.unanswered += 1;
  } finally {
    agent.destroy();
  }
}

async function writeOnce(
  target: Target,
  { users, sessions, victims }: Accounts,
  account: Account,
  value: string,
  random: Random,
  agent: Agent,
  signedIn: string[],
): Promise<void> {
  const dice = random.below(100);
  const names = { first_name: value, last_name: value };
  const victim = dice < 2 ? victims.pop() : undefined;
  if (victim !== undefined) {
    await users.write(victim.email, null, () =>
      sessions.write(victim.sessionId, null, async () => {
        expectStatus(await request(target, 'DELETE', `/users/${victim.id}`, { account, agent }), 200);
      }),
    );
  } else if (dice === 2) {
    const email = `${value}@example.com`;
    await users.write(email, value, async () => {
      const json = { email, password: PASSWORD, ...names };
      expectStatus(await request(target, 'POST', '/users', { account, agent, json }), 201);
    });
  } else if (dice === 3 && target.hasSessions) {
    // What its session id is nobody knows before the answer: unanswered, it belongs to no one.
    const reply = await request(target, 'POST', '/auth_session/login', {
      agent,
      form: { email: account.email, password: PASSWORD },
    });
    expectStatus(reply, 200);
    const sessionId = cookieOf(reply).slice(SESSION_NAME.length + 1);
    await sessions.write(sessionId, account.email, async () => {});
    signedIn.push(sessionId);
  } else if (dice < 20 && signedIn.length > 0) {
    const sessionId = signedIn.pop() ?? '';
    await sessions.write(sessionId, null, async () => {
      const ended = { ...account, sessionId };
      expectStatus(await request(target, 'DELETE', '/auth_session/logout', { account: ended, agent }), 200);
    });
  } else {
    await users.write(account.email, value, async () => {
      expectStatus(await request(target, 'PUT', `/users/${account.id}`, { account, agent, json: names }), 200);
    });
  }
}

/** Every user that a server has, by email. */
export async function findUsers(target: Target, { watcher }: Accounts): Promise<Map<string, string>> {
  const reply = await request(target, 'GET', '/users', { account: watcher });
  expectStatus(reply, 200);
  const found = new Map<string, string>();
  const all: unknown = reply.json();
  if (!Array.isArray(all)) throw new TypeError('no list of users');
  for (const { email, first_name, last_name } of all) found.set(String(email), namesValue(first_name, last_name));
  return found;
}

/** Which of these sessions a server knows, by session id. */
export async function findSessions(target: Target, sessionIds: Iterable<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const sessionId of sessionIds) {
    const account = { id: '', email: '', sessionId };
    const reply = await request(target, 'GET', '/users/me', { account });
    if (reply.status === 200) found.set(sessionId, String(Object(reply.json()).email));
    else expectStatus(reply, 403);
  }
  return found;
}
