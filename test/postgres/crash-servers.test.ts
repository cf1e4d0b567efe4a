import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { digestSessionId } from '../../src/models/user-session.ts';
import { fieldsOf, send } from '../helpers/client.ts';
import type { Reply, RequestOptions } from '../helpers/client.ts';
import { Ledger } from '../helpers/ledger.ts';
import { Random } from '../helpers/random.ts';
import { sharedCluster } from './cluster.ts';
import { eventually, makeWorld, numberOf } from './server-processes.ts';
import type { ServerProcess, World } from './server-processes.ts';

/** `CRASH_ROUNDS=50 npm run test:postgres crash-servers` for what issue 16 asks for. */
const ROUNDS = numberOf('CRASH_ROUNDS', 3);
const SEED = numberOf('TEST_SEED', Date.now() % 1_000_000);
const CLIENTS = 40;
/** To be ended by each client, once each. */
const SPARE_SESSIONS = 4 * ROUNDS;

const cluster = sharedCluster({ before, after });

/** What was promised, by who was told: each ledger is of one kind of change, and each key is one client's to write. */
interface Promised {
  /** By id of the client's own user: its groups, of which both must change. */
  readonly groups: Ledger;
  /** By digest of a session: that it is live. */
  readonly sessions: Ledger;
  /** By email, folded: the id of the user who has it. Both clients of a pair write: see `owners`. */
  readonly owners: Map<string, { readonly acknowledged: string[]; readonly removed: Set<string>; readonly inDoubt: Set<string> }>;
  acknowledged: number;
  refused: number;
  unanswered: number;
}

interface Person {
  readonly number: number;
  readonly id: string;
  readonly adminCookie: string;
  readonly spare: string[];
  /** Users that this client has made, and may remove. */
  readonly made: { readonly email: string; readonly id: string }[];
  nextEmail: number;
}

/** A change was refused, since the database is away, or not answered, since the process is gone. Nobody knows of the latter. */
class NotAcknowledged extends Error {}

type Ask = (method: string, path: string, options?: RequestOptions) => Promise<Reply>;

/** Both groups come of one change: one of them alone is half of it. */
function groupsValue(groups: readonly string[]): string {
  const [first = '', second = ''] = groups;
  return groups.length === 2 && first.slice(1) === second.slice(1) ? first.slice(1) : `half of a change: ${groups.join(' ')}`;
}

async function change(person: Person, value: string, random: Random, promised: Promised, ask: Ask): Promise<void> {
  const { adminCookie: cookie, id } = person;
  const dice = random.below(100);
  const spare = dice < 10 ? person.spare.pop() : undefined;
  const gone = dice >= 10 && dice < 25 ? person.made.pop() : undefined;
  if (spare !== undefined) {
    await promised.sessions.write(digestSessionId(spare.split('=')[1] ?? ''), null, async () => {
      const reply = await ask('DELETE', '/auth_session/logout', { cookie: spare });
      // Where an answer was lost the session may be over: no client of ours asks twice.
      assert.equal(reply.status, 200, reply.text);
    });
  } else if (gone !== undefined) {
    const owner = promised.owners.get(gone.email);
    assert.ok(owner !== undefined);
    owner.inDoubt.add(gone.id);
    assert.equal((await ask('DELETE', `/users/${gone.id}`, { cookie })).status, 200);
    owner.removed.add(gone.id);
  } else if (dice < 60) {
    // The neighbour, at the other process, asks for the same emails.
    const pair = Math.floor(person.number / 2);
    const email = `pair${pair}-${person.nextEmail}@example.com`;
    person.nextEmail += 1;
    const owner = promised.owners.get(email) ?? { acknowledged: [], removed: new Set<string>(), inDoubt: new Set<string>() };
    promised.owners.set(email, owner);
    const json = { email: person.number % 2 === 0 ? email : email.toUpperCase(), invite: true };
    const reply = await ask('POST', '/users', { cookie, json });
    if (reply.status === 409) return;
    assert.equal(reply.status, 201, reply.text);
    const madeId = String(fieldsOf(reply)['id']);
    owner.acknowledged.push(madeId);
    person.made.push({ email, id: madeId });
  } else {
    await promised.groups.write(id, value, async () => {
      const groups = [`a${value}`, `b${value}`];
      const reply = await ask('PUT', `/users/${id}/groups`, { cookie, json: { groups } });
      assert.equal(reply.status, 200, reply.text);
    });
  }
  promised.acknowledged += 1;
}

/** Writes until it is over, at the one process or the other, as behind a load balancer: where one is gone, at the other. */
async function runClient(
  person: Person,
  round: number,
  random: Random,
  promised: Promised,
  servers: readonly { base: string }[],
  isOver: () => boolean,
): Promise<void> {
  let turn = person.number % 2;
  let agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask: Ask = async (method, path, options) => {
    let reply: Reply;
    try {
      reply = await send(servers[turn % 2]?.base ?? '', method, `/api/v1${path}`, { ...options, agent });
    } catch {
      promised.unanswered += 1;
      turn += 1;
      throw new NotAcknowledged();
    }
    if (reply.status !== 503) return reply;
    promised.refused += 1;
    throw new NotAcknowledged();
  };
  for (let write = 0; !isOver(); write += 1) {
    try {
      await change(person, `-r${round}-c${person.number}-${write}`, random, promised, ask);
    } catch (error) {
      if (!(error instanceof NotAcknowledged)) throw error;
      agent.destroy();
      agent = new Agent({ keepAlive: true, maxSockets: 1 });
      await delay(20);
    }
  }
  agent.destroy();
}

/** Compares what is stored with what was promised; then that is what is known. */
async function compare({ users, userSessions }: World, people: readonly Person[], promised: Promised): Promise<string[]> {
  const storedUsers = await eventually(() => users.all());
  const storedSessions = await eventually(() => userSessions.all());
  const ids = new Set(storedUsers.map(({ id }) => id));
  const problems: string[] = [];

  const own = new Set(people.map(({ id }) => id));
  const groups = new Map(storedUsers.filter(({ id }) => own.has(id)).map((user) => [user.id, groupsValue(user.groups)]));
  problems.push(...promised.groups.problems(groups));
  promised.groups.settle(groups);

  const watched = new Set(promised.sessions.keys());
  const sessions = new Map(storedSessions.filter(({ id }) => watched.has(id)).map(({ id }) => [id, 'live']));
  problems.push(...promised.sessions.problems(sessions));
  promised.sessions.settle(sessions);
  problems.push(...storedSessions.filter(({ userId }) => !ids.has(userId)).map(({ id }) => `session ${id} has no user`));

  const emails = storedUsers.map(({ email }) => email.toLowerCase());
  if (new Set(emails).size !== emails.length) problems.push('an email is there twice');
  for (const [email, { acknowledged, removed, inDoubt }] of promised.owners) {
    const kept = acknowledged.filter((id) => !inDoubt.has(id));
    if (kept.length > 1) problems.push(`${email} was given to ${kept.length}`);
    for (const id of kept) if (!ids.has(id)) problems.push(`lost: ${email}`);
    for (const id of removed) if (ids.has(id)) problems.push(`removed, and there: ${email}`);
  }
  return problems;
}

test(`two servers, their database and 40 clients, one of the three killed ${ROUNDS} times: what was acknowledged is there, and whole`, async (t) => {
  t.diagnostic(`TEST_SEED=${SEED}`);
  const random = new Random(SEED);
  const world = await makeWorld(t, cluster());
  const promised: Promised = {
    ...{ groups: new Ledger(), sessions: new Ledger(), owners: new Map() },
    ...{ acknowledged: 0, refused: 0, unanswered: 0 },
  };
  const admin = await world.makeUser('admin@example.com', ['admins']);
  const people = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, number): Promise<Person> => {
      const user = await world.makeUser(`own${number}@example.com`, ['a', 'b']);
      await promised.groups.write(user.id, '', async () => {});
      const spare = await Promise.all(Array.from({ length: SPARE_SESSIONS }, () => world.makeSession(user)));
      for (const cookie of spare) await promised.sessions.write(digestSessionId(cookie.split('=')[1] ?? ''), 'live', async () => {});
      return { number, id: user.id, adminCookie: await world.makeSession(admin), spare, made: [], nextEmail: 0 };
    }),
  );
  const servers: [ServerProcess, ServerProcess] = [await world.startServer(), await world.startServer()];
  const kills = { server: 0, database: 0 };
  const started = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    let isOver = false;
    const clients = people.map((person) =>
      runClient(person, round, new Random(random.below(2 ** 31)), promised, servers, () => isOver),
    );
    /** However slow the machine, each kill is in the middle of work. */
    const acknowledge = async (more: number): Promise<void> => {
      const goal = promised.acknowledged + more;
      while (promised.acknowledged < goal && !isOver) await delay(1);
    };
    const work = (async () => {
      await acknowledge(50 + random.below(300));
      // Each of the three in turn, so that three rounds have them all.
      const victim = round % 3;
      if (victim === 2) {
        kills.database += 1;
        await cluster().stop('SIGQUIT');
        await delay(random.below(200));
        await cluster().run();
      } else {
        kills.server += 1;
        servers[victim]?.process.kill('SIGKILL');
        await servers[victim]?.process.ended;
        servers[victim] = await world.startServer();
      }
      await acknowledge(50);
      isOver = true;
    })();
    try {
      await Promise.all([work, ...clients]);
    } finally {
      isOver = true;
    }
    assert.deepEqual(await compare(world, people, promised), [], `round ${round}`);
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  t.diagnostic(`${promised.acknowledged} acknowledged, ${promised.refused} refused with 503, ${promised.unanswered} unanswered`);
  t.diagnostic(`killed: a server ${kills.server} times, the database ${kills.database} times; ${seconds} s`);
  const given = [...promised.owners.values()].filter(({ acknowledged }) => acknowledged.length > 0).length;
  const ended = SPARE_SESSIONS * CLIENTS - people.reduce((sum, { spare }) => sum + spare.length, 0);
  t.diagnostic(`${promised.owners.size} emails asked for by two at once, ${given} of them acknowledged; ${ended} sessions ended`);
  assert.ok(given > 0 && ended > 0 && promised.unanswered > 0);
});
