/**
 * What more sessions and more users cost: `session_db_auth` on data directories of different sizes. The servers
 * of one table run side by side on the server's core, but only one is under load at a time: they take turns
 * without loading a million sessions each time.
 */
import { readFileSync } from 'node:fs';

import { makeDataDirectory } from './data-directory.mjs';
import { measure } from './measure.mjs';
import { openServer, ourServer } from './servers.mjs';
import { median, medians } from './statistics.mjs';

const COOKIE_NAME = '_my_session_id';

const ONE_COOKIE = 'the same cookie';
const RANDOM_COOKIES = 'random cookies';

/** Both tables change one count and keep the other. */
const USERS_OF_SESSIONS_TABLE = 1_000;
const SESSIONS_OF_USERS_TABLE = 10_000;

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<object[]>} a row a number of sessions and kind of cookies
 */
export function sessionCounts(context) {
  return scale(context, context.settings.sessionCounts.map((sessions) => (
    { users: USERS_OF_SESSIONS_TABLE, sessions }
  )));
}

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<object[]>} a row a number of users and kind of cookies
 */
export function userCounts(context) {
  return scale(context, context.settings.userCounts.map((users) => (
    { users, sessions: SESSIONS_OF_USERS_TABLE }
  )));
}

/** @returns rows with `ratioToSmallest`: the median of a row's ratio to the smallest size, same cookies, same round */
async function scale(context, sizes) {
  const opened = [];
  try {
    for (const size of sizes) {
      const { directory, idsPath } = await makeDataDirectory(context, size);
      const server = await openServer(context, ourServer(context, { authType: 'session_db_auth', directory }));
      opened.push({ size, idsPath, server, residentAtStartBytes: server.residentBytes() });
      context.progress(`${sizeText(size)}: started in ${server.startSeconds.toFixed(2)} s`);
    }
    const variants = [ONE_COOKIE, RANDOM_COOKIES].flatMap((cookies) => (
      opened.map((each) => ({ ...each, cookies, load: loadOf(context, each, cookies), rounds: [] }))
    ));
    await warmUp(context, variants);
    for (let round = 0; round < context.settings.scaleRounds; round++) {
      for (const variant of variants) {
        variant.rounds.push(await measure(context, variant.server, variant.load));
      }
      context.progress(`round ${round + 1} of ${variants.length} measurements`);
    }
    return variants.map((variant) => summarise(variant, variants));
  } finally {
    await Promise.all(opened.map(({ server }) => server.stop()));
  }
}

function loadOf(context, { server, idsPath }, cookies) {
  const { connections, scaleSeconds: seconds } = context.settings;
  const load = { url: server.userUrl, connections, seconds };
  if (cookies === RANDOM_COOKIES) {
    return { ...load, ids: { path: idsPath, cookieName: COOKIE_NAME } };
  }
  const [id] = readFileSync(idsPath, 'latin1').split('\n', 1);
  return { ...load, headers: { Cookie: `${COOKIE_NAME}=${id}` } };
}

async function warmUp(context, variants) {
  for (const { server, load } of variants) {
    await measure(context, server, { ...load, seconds: context.settings.warmUpSeconds });
  }
}

function summarise(variant, variants) {
  const smallest = variants.find(({ cookies }) => cookies === variant.cookies);
  const ratios = variant.rounds.map((figures, round) => (
    figures.requestsPerSecond / smallest.rounds[round].requestsPerSecond
  ));
  return {
    ...variant.size,
    cookies: variant.cookies,
    ...medians(variant.rounds),
    ratioToSmallest: median(ratios),
    startSeconds: variant.server.startSeconds,
    residentAtStartBytes: variant.residentAtStartBytes,
  };
}

function sizeText({ users, sessions }) {
  return `${users.toLocaleString('en')} users, ${sessions.toLocaleString('en')} sessions`;
}
