/** `GET /api/v1/users/me` with random ones of many stored sessions, on each server in turn. */
import { startServer } from './server-process.mjs';
import { measureProcesses, openProcesses, scriptOf, stopAll } from './postgres-servers.mjs';
import { ourServer } from './servers.mjs';
import { median, medians } from './statistics.mjs';
import { DRIVER_PATH, storeBetterAuth, storeExpress, storeOurs } from './stored-sessions.mjs';
import { takeSample } from './throughput.mjs';

export const NAMES = {
  bare: 'bare node:http',
  one: 'ours, one process',
  two: 'ours, two processes',
  express: 'Express + connect-pg-simple',
  expressNoTouch: 'Express + connect-pg-simple, disableTouch',
  betterAuth: 'better-auth',
};

/**
 * Stores the sessions, and gives the servers that are asked for them.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {{ users: number, sessions: number }} counts
 */
export async function prepareServers(context, cluster, counts) {
  const stored = await storeOurs(context, cluster, counts);
  const { script, env, loginPath, login } = ourServer(context, { authType: 'session_db_auth', directory: '' });
  // All sessions are one user's.
  const ours = { script, env: { ...env, DATABASE_URL: stored.url, NODE_PATH: DRIVER_PATH, SESSION_MAX_PER_USER: '0' }, stored };
  const one = { ...ours, name: NAMES.one, loginPath, login };
  const sample = await takeSample(context, one);
  const user = JSON.parse(sample.body);
  const express = await storeExpress(context, cluster, counts, user);
  const peer = (name, file, peerStored, more = {}) => ({
    name,
    script: scriptOf(file),
    env: { DATABASE_URL: peerStored.url, BENCH_SAMPLE: JSON.stringify(sample), ...more },
    stored: peerStored,
  });
  const betterAuth = await storeBetterAuth(context, cluster, counts, user, async (url) => {
    const { script: file, env: migrating } = peer('', 'better-auth', { url });
    await (await startServer(context, { script: file, env: migrating, core: null })).stop();
  });
  return {
    sample,
    one,
    measured: [
      { ...peer(NAMES.bare, 'bare', stored), answersAnybody: true },
      one,
      { ...ours, name: NAMES.two, processes: 2 },
      peer(NAMES.express, 'express-postgres', express),
      peer(NAMES.expressNoTouch, 'express-postgres', express, { BENCH_DISABLE_TOUCH: 'true' }),
      peer(NAMES.betterAuth, 'better-auth', betterAuth),
    ],
  };
}

/**
 * @returns {Promise<object[]>} a row a server: medians of its figures, and of its ratios to the bare one of the same round,
 *   by throughput and by the server's CPU
 */
export async function reads(context, cluster, { measured, sample }) {
  const rounds = [];
  for (let round = 0; round < context.settings.rounds; round += 1) {
    const figures = new Map();
    // Forwards and backwards, so that none is always the first.
    for (const server of round % 2 === 0 ? measured : measured.toReversed()) {
      const found = await visit(context, cluster, server, sample.body);
      figures.set(server.name, found);
      context.progress(`round ${round + 1}: ${server.name}: ${Math.round(found.requestsPerSecond)} requests/s`);
    }
    rounds.push(figures);
  }
  return measured.map(({ name }) => {
    const of = (which, figure) => rounds.map((figures) => figures.get(which)[figure]);
    const ratios = of(name, 'requestsPerSecond').map((rate, at) => rate / of(NAMES.bare, 'requestsPerSecond')[at]);
    const cpuRatios = of(name, 'serverMicros').map((micros, at) => of(NAMES.bare, 'serverMicros')[at] / micros);
    const all = rounds.map((figures) => figures.get(name));
    return { name, ...medians(all), ratioToBare: median(ratios), cpuRatioToBare: median(cpuRatios), ratios, cpuRatios };
  });
}

async function visit(context, cluster, server, body) {
  const { connections, seconds, warmUpSeconds } = context.settings;
  const running = await openProcesses(context, server, body);
  try {
    const { idsPath, cookieName } = server.stored;
    const load = { connections, ids: { path: idsPath, cookieName } };
    await measureProcesses(context, running, cluster, { ...load, seconds: warmUpSeconds });
    return await measureProcesses(context, running, cluster, { ...load, seconds });
  } finally {
    await stopAll(running);
  }
}
