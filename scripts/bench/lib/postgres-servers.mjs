/** The servers of `postgres.mjs`: where each runs, that it answers right, and what it and the database spend. */
import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { putLoad } from './load.mjs';
import { LOAD_CORE, SERVER_CORE } from './machine.mjs';
import { startServer } from './server-process.mjs';
import { USER_PATH } from './servers.mjs';

/** Cookies of each server that are tried before it is measured. */
const TRIED = 20;

/**
 * Which cores the parts have. Two: a server alone on one, the load and the database on the other. Four and more: each has
 * its own, a second process of a server too.
 *
 * @param {import('./machine.mjs').Machine} machine
 */
export function placesOn({ cores }) {
  const spare = Array.from({ length: Math.max(0, cores - 4) }, (_, at) => at + 4);
  if (cores < 4) return { servers: [SERVER_CORE, SERVER_CORE], database: cores === 3 ? 2 : LOAD_CORE };
  return { servers: [SERVER_CORE, 3], database: [2, ...spare].join(',') };
}

/**
 * @typedef {object} PostgresServer
 * @property {string} name
 * @property {string} script
 * @property {Record<string, string>} env
 * @property {import('./stored-sessions.mjs').Stored} stored
 * @property {number} [processes] 1 where absent
 * @property {boolean} [answersAnybody] the bare one
 */

/** @returns {string} the script of a server in `servers/` */
export function scriptOf(name) {
  return fileURLToPath(new URL(`../servers/${name}.mjs`, import.meta.url));
}

/**
 * Starts a server's processes, each on its core, and sees that each answers right.
 *
 * @param {import('./context.mjs').Context} context
 * @param {PostgresServer} server
 * @param {string | null} body what it must answer; null: nobody knows yet, and only the status must be right
 * @returns {Promise<import('./server-process.mjs').RunningServer[]>}
 */
export async function openProcesses(context, server, body) {
  const { script, env, processes = 1 } = server;
  const cores = placesOn(context.machine).servers.slice(0, processes);
  const running = [];
  try {
    for (const core of cores) running.push(await startServer(context, { script, env, core }));
    for (const each of running) await check(each, server, body);
    return running;
  } catch (error) {
    await stopAll(running);
    throw error;
  }
}

/** At once: last uses that ours has noted are not written, which would be in the way of the next server. */
export async function stopAll(running) {
  await Promise.all(running.map((each) => each.stop('SIGKILL')));
}

async function check({ origin }, { name, stored, answersAnybody }, body) {
  const ask = async (id) => {
    const answer = await fetch(origin + USER_PATH, { headers: { Cookie: `${stored.cookieName}=${id}` } });
    return { status: answer.status, text: await answer.text() };
  };
  for (const id of sampleOf(stored.idsPath)) {
    const { status, text } = await ask(id);
    assert.equal(status, 200, `${name} answered a stored session with ${status}: ${text}`);
    if (body !== null) assert.deepEqual(JSON.parse(text), JSON.parse(body), name);
  }
  const { status } = await ask(stored.unknownId);
  assert.ok(answersAnybody || status === 401 || status === 403, `${name} answered an unknown session with ${status}`);
}

/** @returns {string[]} lines of the file, evenly spread */
function sampleOf(path) {
  const file = openSync(path, 'r');
  const start = Buffer.alloc(1_000);
  readSync(file, start, 0, start.length, 0);
  const width = start.indexOf('\n') + 1;
  const count = fstatSync(file).size / width;
  const lines = Array.from({ length: TRIED }, (_, at) => {
    const line = Buffer.alloc(width - 1);
    readSync(file, line, 0, line.length, Math.floor((at * count) / TRIED) * width);
    return line.toString('latin1');
  });
  closeSync(file);
  return lines;
}

/**
 * A load on a server, its connections divided among the processes.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./server-process.mjs').RunningServer[]} running
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {Omit<import('./load.mjs').Load, 'url'> & { path?: string }} load
 */
export async function measureProcesses(context, running, cluster, { path = USER_PATH, ...load }) {
  const serverSeconds = () => running.reduce((sum, each) => sum + each.cpuSeconds(), 0);
  const before = { server: serverSeconds(), database: cluster.cpuSeconds() };
  const connections = Math.max(1, Math.floor(load.connections / running.length));
  const all = await Promise.all(running.map(({ origin }) => putLoad(context, { ...load, connections, url: origin + path })));
  const server = serverSeconds() - before.server;
  const database = cluster.cpuSeconds() - before.database;
  const sum = (figure) => all.reduce((total, each) => total + each[figure], 0);
  const most = (figure) => Math.max(...all.map((each) => each[figure]));
  const requests = sum('requests');
  const seconds = most('seconds');
  return {
    requestsPerSecond: requests / seconds,
    p50Ms: most('p50Ms'),
    p99Ms: most('p99Ms'),
    serverMicros: (server / requests) * 1e6,
    databaseMicros: (database / requests) * 1e6,
    serverShare: server / seconds,
    databaseShare: database / seconds,
    loadShare: sum('cpuSeconds') / seconds,
    errors: sum('errors'),
  };
}
