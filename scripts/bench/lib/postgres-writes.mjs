/** Sign-ins, durable writes and last uses on PostgreSQL, by one process of ours. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { scryptRate } from './logins.mjs';
import { SERVER_CORE } from './machine.mjs';
import { measureProcesses, openProcesses } from './postgres-servers.mjs';
import { loginForm, signIn, USER_PATH } from './servers.mjs';

/** A different name each time: no write may be left out because it changes nothing. */
const BODY = '{"first_name":"Bench %d"}';

/** How long sessions are used before their last uses are written, in seconds. */
const USE_SECONDS = 1;

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {import('./postgres-servers.mjs').PostgresServer & { loginPath: string }} server
 * @returns {Promise<{ what: string, perSecond: number, serverMicros: number, databaseMicros: number }[]>}
 */
export async function writesOnPostgres(context, cluster, server) {
  const [running] = await openProcesses(context, server, null);
  try {
    // An imported user's first sign-in hashes twice, so there is one before those that count.
    await signInAll(context, running, server);
    const { row: signIns, cookies } = await measureSignIns(context, cluster, running, server);
    const { hashesPerSecond } = await scryptRate(context, SERVER_CORE);
    signIns.what += `; scrypt alone ${hashesPerSecond.toFixed(1)} a second`;
    // A user each: those of one user wait for each other's commit.
    const ids = { path: join(context.scratch, 'cookies-users'), cookieName: server.stored.cookieName };
    writeFileSync(ids.path, `${cookies.map((cookie) => cookie.split('=')[1]).join('\n')}\n`);
    const rows = [signIns];
    for (const connections of context.settings.writeConnections) {
      const load = { method: 'PUT', type: 'application/json', body: BODY, connections, ids, seconds: context.settings.seconds };
      const figures = await measureProcesses(context, [running], cluster, { ...load, path: USER_PATH });
      if (figures.errors > 0) throw new Error(`PUT: ${figures.errors} errors`);
      rows.push({ what: `durable PUT, ${connections} connections`, ...figures, perSecond: figures.requestsPerSecond });
    }
    rows.push(await measureLastUses(context, cluster, running, server));
    return rows;
  } finally {
    await running.stop('SIGKILL');
  }
}

function signInAll({ settings }, { origin }, { loginPath }) {
  // The first user has the stored sessions.
  const users = Array.from({ length: settings.loginCount }, (_, number) => number + 1);
  return Promise.all(users.map((number) => signIn(origin + loginPath, loginForm(number))));
}

async function measureSignIns(context, cluster, running, server) {
  const before = { server: running.cpuSeconds(), database: cluster.cpuSeconds(), at: performance.now() };
  const headers = await signInAll(context, running, server);
  const count = headers.length;
  const row = {
    what: `sign-in, ${count} at once`,
    perSecond: (count * 1_000) / (performance.now() - before.at),
    serverMicros: ((running.cpuSeconds() - before.server) / count) * 1e6,
    databaseMicros: ((cluster.cpuSeconds() - before.database) / count) * 1e6,
  };
  return { row, cookies: headers.map(({ Cookie }) => Cookie) };
}

/** The uses of a minute are written together, and at a stop: that is how long it takes. */
async function measureLastUses(context, cluster, running, { stored }) {
  const ids = { path: stored.idsPath, cookieName: stored.cookieName };
  await measureProcesses(context, [running], cluster, { connections: context.settings.connections, ids, seconds: USE_SECONDS });
  const before = { count: await countUsed(cluster), database: cluster.cpuSeconds(), at: performance.now() };
  await running.stop();
  const seconds = (performance.now() - before.at) / 1_000;
  const database = cluster.cpuSeconds() - before.database;
  const count = (await countUsed(cluster)) - before.count;
  return {
    what: `last uses of ${count.toLocaleString('en')} sessions, written at a stop`,
    perSecond: count / seconds,
    serverMicros: NaN,
    databaseMicros: (database / count) * 1e6,
  };
}

async function countUsed(cluster) {
  const text = `select count(*) from session_auth.user_sessions
    where record->>'last_seen_at' is distinct from record->>'created_at'`;
  const [{ count }] = await cluster.query('ours', text);
  return Number(count);
}
