import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { send } from '../helpers/client.ts';
import type { Reply, RequestOptions } from '../helpers/client.ts';
import { queryAt } from '../helpers/test-database.ts';
import { sharedCluster } from './cluster.ts';
import { eventually, makeWorld, numberOf } from './server-processes.ts';
import type { ServerProcess } from './server-processes.ts';

/** `LOGOUTS=10000 FREEZE_SECONDS=20 npm run test:postgres server-processes` for what issue 16 asks for. */
const LOGOUTS = numberOf('LOGOUTS', 300);
/** Above the 4 s after which a write is given up, so that it is answered while the database stands still. */
const FREEZE_SECONDS = numberOf('FREEZE_SECONDS', 6);
/** In the suite loosely: the machine does other things besides. */
const MAX_STATUS_P99_MS = process.env['FREEZE_SECONDS'] === undefined ? 500 : 50;

const ME = '/api/v1/users/me';
const LOGOUT = '/api/v1/auth_session/logout';

const cluster = sharedCluster({ before, after });

/** A client with one connection, as a browser. */
class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #base: string;

  constructor({ base }: ServerProcess) {
    this.#base = base;
  }

  ask(method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
    return send(this.#base, method, path, { ...options, agent: this.#agent });
  }

  end(): void {
    this.#agent.destroy();
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

test(`a logout at one process holds at the other for the very next request, ${LOGOUTS} times, under load`, async (t) => {
  const world = await makeWorld(t, cluster());
  const servers = [await world.startServer(), await world.startServer()] as const;
  const bob = await world.makeUser('bob@example.com');
  const cookies: string[] = [];
  for (let made = 0; made < LOGOUTS; made += 100) {
    const some = Array.from({ length: Math.min(100, LOGOUTS - made) }, () => world.makeSession(bob));
    cookies.push(...(await Promise.all(some)));
  }

  let isOver = false;
  let served = 0;
  const load = Array.from({ length: 12 }, async (_, number) => {
    const user = await world.makeUser(`load${number}@example.com`);
    const cookie = await world.makeSession(user);
    const client = new Client(servers[number % 2 === 0 ? 0 : 1]);
    for (let round = 0; !isOver; round += 1) {
      // Of three clients one writes.
      const reply = await (number % 3 === 0
        ? client.ask('PUT', ME, { cookie, json: { first_name: `${round}` } })
        : client.ask('GET', ME, { cookie }));
      assert.equal(reply.status, 200, reply.text);
      served += 1;
    }
    client.end();
  });
  const clients = [new Client(servers[0]), new Client(servers[1])] as const;
  const started = performance.now();
  const work = async (): Promise<void> => {
    try {
      for (const [round, cookie] of cookies.entries()) {
        const [here, there] = round % 2 === 0 ? clients : [clients[1], clients[0]];
        assert.equal((await there.ask('GET', ME, { cookie })).status, 200);
        assert.equal((await here.ask('DELETE', LOGOUT, { cookie })).status, 200);
        const { status } = await there.ask('GET', ME, { cookie });
        assert.ok(status === 401 || status === 403, `${status} after logout ${round}`);
      }
    } finally {
      isOver = true;
      for (const client of clients) client.end();
    }
  };
  await Promise.all([work(), ...load]);
  assert.ok(served > LOGOUTS, `${served} requests beside`);
  t.diagnostic(`${LOGOUTS} logouts in ${Math.round((performance.now() - started) / 100) / 10} s, ${served} requests beside`);
});

test(`a database that stands still for ${FREEZE_SECONDS} s: 503 within 5 s, status at once, and then all is well`, async (t) => {
  const world = await makeWorld(t, cluster());
  const servers = [await world.startServer(), await world.startServer()] as const;
  const cookies = await Promise.all(
    Array.from({ length: 40 }, async (_, number) => world.makeSession(await world.makeUser(`user${number}@example.com`))),
  );
  /** 40 clients at once, one in two writing; each server comes to have as many connections as it may. */
  const everybody = async (expected: number): Promise<number[]> =>
    Promise.all(
      cookies.map(async (cookie, number) => {
        const started = performance.now();
        const { base } = servers[number % 4 < 2 ? 0 : 1];
        const reply = await (number % 2 === 0
          ? send(base, 'PUT', ME, { cookie, json: { first_name: `${number}` } })
          : send(base, 'GET', ME, { cookie }));
        assert.equal(reply.status, expected, reply.text);
        if (expected === 503) assert.ok(Number(reply.headers['retry-after']) > 0);
        return performance.now() - started;
      }),
    );
  const connections = async (): Promise<number> => {
    const sql = "select count(*) from pg_stat_activity where application_name = 'session-auth' and datname = current_database()";
    const [row] = await queryAt(world.databaseUrl, sql);
    return Number(row?.[0]);
  };
  for (let round = 0; round < 5; round += 1) await everybody(200);
  const atFirst = await connections();

  cluster().freeze();
  const over = performance.now() + FREEZE_SECONDS * 1_000;
  const statusMs: number[] = [];
  const refusedMs: number[] = [];
  const watch = servers.map(async ({ base }) => {
    while (performance.now() < over) {
      const started = performance.now();
      assert.equal((await send(base, 'GET', '/api/v1/status')).status, 200);
      statusMs.push(performance.now() - started);
      await delay(10);
    }
  });
  const refused = (async () => {
    while (performance.now() < over - 5_000) refusedMs.push(...(await everybody(503)));
    for (const { base } of servers) assert.equal((await send(base, 'GET', '/api/v1/ready')).status, 503);
  })();
  try {
    await Promise.all([...watch, refused]);
  } finally {
    cluster().thaw();
  }
  const thawed = performance.now();
  await eventually(() => everybody(200));
  const recoveryMs = performance.now() - thawed;
  for (const { process } of servers) assert.ok(!process.isOver);
  await eventually(async () => {
    await everybody(200);
    assert.equal(await connections(), atFirst);
  });

  statusMs.sort((a, b) => a - b);
  const slowest = Math.max(...refusedMs);
  const [middle, p99] = [percentile(statusMs, 0.5), percentile(statusMs, 0.99)];
  t.diagnostic(`503: ${refusedMs.length}, the slowest after ${Math.round(slowest)} ms`);
  t.diagnostic(`status: ${statusMs.length}, median ${middle.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
  t.diagnostic(`recovered after ${Math.round(recoveryMs)} ms; ${atFirst} connections before and after, of two servers and the test`);
  assert.ok(slowest < 5_000, `${slowest} ms`);
  assert.ok(p99 < MAX_STATUS_P99_MS, `${p99} ms`);
  for (const { process } of servers) {
    await eventually(() => {
      const told = process.stderr.split('\n').filter((line) => line.includes('PostgreSQL'));
      assert.equal(told.length, 2, process.stderr);
      assert.match(told[1] ?? '', /available again, after \d+ s$/);
    });
  }
});
