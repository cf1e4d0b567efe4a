/**
 * This server on PostgreSQL beside its peers there: `GET /api/v1/users/me` with random ones of 300,000 stored sessions,
 * then sign-ins and durable writes. Needs PostgreSQL's own programs (`apt-get install -y postgresql`), and a build.
 *
 *   node scripts/bench/postgres.mjs                    five rounds of two seconds each
 *   --sessions N, --rounds N, --seconds S, --connections N
 *   --dist DIR                                         the build to measure; ./dist of the project where not given
 *
 * It makes a cluster of its own in a scratch directory on the project's disk, and removes it at the end. Where each part
 * runs is `placesOn` in lib/postgres-servers.mjs. All servers answer the same user; each has a database of its own in the
 * cluster, with as many sessions. Rounds go forwards and backwards in turn, and figures are medians.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = fileURLToPath(new URL('.', import.meta.url));

const { values: flags } = parseArgs({
  options: {
    sessions: { type: 'string', default: '300000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '64' },
    dist: { type: 'string', default: join(HERE, '../../dist') },
  },
});
const [sessions, rounds, seconds, connections] = ['sessions', 'rounds', 'seconds', 'connections'].map((name) => {
  const value = Number(flags[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError(`--${name} must be a positive integer`);
  return value;
});
const dist = resolve(flags.dist);
if (!existsSync(join(dist, 'server.js'))) throw new Error(`'${dist}' holds no server.js: run \`npm run build\` first`);
if (!existsSync(join(HERE, 'node_modules/better-auth'))) {
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: ['ignore', 2, 2] });
}
// Only now: what they import may just have been installed.
const { startCluster } = await import('./lib/cluster.mjs');
const { describeMachine } = await import('./lib/machine.mjs');
const { prepareServers, reads } = await import('./lib/postgres-reads.mjs');
const { reportPostgres } = await import('./lib/postgres-report.mjs');
const { placesOn } = await import('./lib/postgres-servers.mjs');
const { writesOnPostgres } = await import('./lib/postgres-writes.mjs');

const settings = { sessions, rounds, seconds, connections, warmUpSeconds: 2, loginCount: 32, writeConnections: [1, 64] };
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort(new Error(signal)));
// Under the project and not in the system's temporary directory, which may be memory: writes must reach a disk.
mkdirSync(join(HERE, 'data'), { recursive: true });
const scratch = mkdtempSync(join(HERE, 'data/pg-'));
const progress = (line) => console.error(line);
const context = { settings, machine: describeMachine(), dist, scratch, signal: stopping.signal, progress };
let cluster = null;
try {
  const load = { before: loadavg()[0].toFixed(1) };
  cluster = await startCluster(context, placesOn(context.machine).database);
  const [{ server_version: version }] = await cluster.query('postgres', 'show server_version');
  progress(`-- storing ${sessions} sessions for each`);
  const servers = await prepareServers(context, cluster, { users: settings.loginCount + 1, sessions });
  const rows = await reads(context, cluster, servers);
  progress('-- sign-ins and writes');
  const writes = await writesOnPostgres(context, cluster, servers.one);
  load.after = loadavg()[0].toFixed(1);
  const command = ['node scripts/bench/postgres.mjs', ...process.argv.slice(2)].join(' ');
  const date = new Date().toISOString().slice(0, 10);
  const { machine } = context;
  console.log(reportPostgres({ machine, settings, version, command, date, load, rows, writes }));
} finally {
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
