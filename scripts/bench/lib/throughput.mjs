/** The main table: `GET /api/v1/users/me` on our server and its peers, one at a time, in turn. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { makeDataDirectory } from './data-directory.mjs';
import { measure } from './measure.mjs';
import { openServer, ourServer, peers } from './servers.mjs';
import { median, medians } from './statistics.mjs';

/** What is measured of ours. `none` and `auth` are not here: they know no current user, so `me` has no answer. */
const OURS = [
  { authType: 'session_auth' },
  { authType: 'session_exp_auth' },
  { authType: 'session_db_auth' },
  { authType: 'basic_auth' },
  { authType: 'session_db_auth', name: 'session_db_auth, LOG_FORMAT=off', logFormat: 'off' },
  { authType: 'session_db_auth', name: 'session_db_auth, LOG_FORMAT=json', logFormat: 'json' },
  { authType: 'session_db_auth', name: 'session_db_auth, METRICS_PORT=0', metricsPort: '0' },
];

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<object[]>} a row a server: medians of its figures over the rounds, and `ratioToBare`, the
 *   median over the rounds of its requests a second to the bare server's in the same round
 */
export async function throughput(context) {
  const { directory } = await makeDataDirectory(context, { users: 1, sessions: 0 });
  const sessionDirectory = join(context.scratch, 'session-file-store');
  mkdirSync(sessionDirectory);
  const ours = OURS.map((options) => ourServer(context, { ...options, directory }));
  const sample = await takeSample(context, ours[0]);
  const [bare, ...others] = peers(sample, sessionDirectory);
  assert.deepEqual(await takeSample(context, bare), sample, 'the bare server does not send what ours does');
  const measured = [...ours, ...others];

  const rounds = [];
  for (let round = 0; round < context.settings.rounds; round++) {
    // The bare server goes first and last, so that its mean is of the same minute as every other's figure; the
    // others start at another one each round, so that none is always the first after it.
    const order = [bare, ...rotate(measured, round), bare];
    const visits = [];
    for (const server of order) {
      visits.push({ server, figures: await visit(context, server) });
      context.progress(`round ${round + 1}: ${describe(visits.at(-1))}`);
    }
    rounds.push(visits);
  }
  return [bare, ...measured].map((server) => summarise(server, bare, rounds));
}

/** @returns {Promise<import('../servers/sample.mjs').Sample>} what a server answers; the peers send what ours does */
export async function takeSample(context, server) {
  const running = await openServer(context, server);
  await running.stop();
  return running.sample;
}

/**
 * Starts a server, warms it up, measures it, stops it.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./servers.mjs').Server} server
 * @returns {Promise<import('./measure.mjs').Figures>}
 */
export async function visit(context, server) {
  const { connections, seconds, warmUpSeconds } = context.settings;
  const running = await openServer(context, server);
  try {
    const load = { url: running.userUrl, headers: running.headers, connections };
    await measure(context, running, { ...load, seconds: warmUpSeconds });
    return await measure(context, running, { ...load, seconds });
  } finally {
    await running.stop();
  }
}

function summarise(server, bare, rounds) {
  const figuresOf = (visits, which) =>
    visits.filter((each) => each.server === which).map(({ figures }) => figures);
  const rate = (figures) => figures.reduce((sum, { requestsPerSecond }) => sum + requestsPerSecond, 0) / figures.length;
  const ratios = rounds.map((visits) => rate(figuresOf(visits, server)) / rate(figuresOf(visits, bare)));
  return {
    name: server.name,
    kind: server.kind,
    ...medians(rounds.flatMap((visits) => figuresOf(visits, server))),
    ratioToBare: median(ratios),
    ratiosToBare: ratios,
  };
}

function rotate(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

function describe({ server, figures }) {
  return `${server.name}: ${Math.round(figures.requestsPerSecond)} requests/s`;
}
