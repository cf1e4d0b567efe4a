/**
 * Sign-ins: 64 at once, how near their rate comes to that of scrypt alone doing as many hashes, and how long
 * `GET /api/v1/status` waits meanwhile.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { makeDataDirectory } from './data-directory.mjs';
import { pin, SERVER_CORE } from './machine.mjs';
import { paceRequests } from './paced-requests.mjs';
import { loginForm, openServer, ourServer, signIn } from './servers.mjs';
import { percentile } from './statistics.mjs';

const execute = promisify(execFile);

const SCRYPT_RATE = fileURLToPath(new URL('./scrypt-rate.mjs', import.meta.url));

const STATUS_INTERVAL_MS = 10;

/** The server's cores: one, as in the other tables, and as many as the system gives, as in production. */
const PLACES = [
  { cores: 'one core', core: SERVER_CORE },
  { cores: 'all cores', core: null },
];

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<object[]>} a row a number of cores
 */
export async function logins(context) {
  // A user each: more than ten sign-ins at a time to one account are what the login throttle is there to refuse.
  const { directory } = await makeDataDirectory(context, { users: context.settings.loginCount, sessions: 0 });
  const server = ourServer(context, { authType: 'session_db_auth', directory });
  await replaceImportedHashes(context, server);
  const rows = [];
  for (const { cores, core } of PLACES) {
    const row = { cores, ...(await underLogins(context, server, core)), ...(await scryptRate(context, core)) };
    const { loginsPerSecond, hashesPerSecond, statusP99Ms } = row;
    rows.push({ ...row, shareOfScrypt: loginsPerSecond / hashesPerSecond });
    context.progress(`${cores}: ${loginsPerSecond.toFixed(1)} sign-ins/s, status p99 ${statusP99Ms.toFixed(1)} ms`);
  }
  return rows;
}

/** An imported user's first sign-in puts a scrypt hash in place of the SHA-256: more work than is to be measured. */
async function replaceImportedHashes(context, server) {
  const running = await openServer(context, server, null);
  await signInAll(context, running.origin + server.loginPath).finally(() => running.stop());
}

/** @returns {Promise<number>} how many were refused */
async function signInAll(context, url) {
  const users = Array.from({ length: context.settings.loginCount }, (_, userNumber) => userNumber);
  const outcomes = await Promise.allSettled(users.map((userNumber) => signIn(url, loginForm(userNumber))));
  const refusals = outcomes.filter(({ status }) => status === 'rejected');
  if (refusals.length > 0) {
    context.progress(`${refusals.length} sign-ins were refused, the first with: ${refusals[0].reason.message}`);
  }
  return refusals.length;
}

async function underLogins(context, server, core) {
  const { loginCount } = context.settings;
  const running = await openServer(context, server, core);
  try {
    const loginsDone = new AbortController();
    const pacing = paceRequests(`${running.origin}/api/v1/status`, STATUS_INTERVAL_MS, loginsDone.signal);
    const startedAt = performance.now();
    const errors = await signInAll(context, running.origin + server.loginPath);
    const seconds = (performance.now() - startedAt) / 1000;
    const residentBytes = running.residentBytes();
    loginsDone.abort();
    const latencies = await pacing;
    return {
      loginCount,
      errors,
      loginsPerSecond: (loginCount - errors) / seconds,
      residentBytes,
      statusRequests: latencies.length,
      statusP50Ms: percentile(latencies, 50),
      statusP99Ms: percentile(latencies, 99),
      statusMaxMs: percentile(latencies, 100),
    };
  } finally {
    await running.stop();
  }
}

/** @returns {Promise<{ hashesPerSecond: number }>} of scrypt at our cost, on these cores, with nothing else */
export async function scryptRate(context, core) {
  const [command, args] = pin(context.machine, core, process.execPath, [
    SCRYPT_RATE, String(context.settings.loginCount),
  ]);
  const { stdout } = await execute(command, args, { signal: context.signal });
  return JSON.parse(stdout);
}
