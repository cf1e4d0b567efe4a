/**
 * The benchmark: our server beside its peers, on this machine, in one run.
 *
 *   npm run bench                          every part; writes results.json and chart.svg beside this file
 *   npm run bench -- servers               one part or more of: servers sessions users writes logins
 *   npm run bench -- --quick               every part, short: to see that it works, not to quote
 *   npm run bench -- compare OTHER_DIST    two builds of our server, A B A B; --auth-type TYPE chooses which
 *                                          (a copy needs the project's package.json in the directory above it)
 *   --rounds N, --seconds S                more or longer rounds
 *   --dist DIR                             the build to measure; ./dist of the project where not given
 *   --out DIR                              where to write results.json and chart.svg (a full run: beside this file)
 *
 * The server runs alone on one core and the load on another, where the machine has `taskset` and two cores. All
 * traffic is on the loopback. An access log goes to a file in a scratch directory, which is removed at the end.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { judge } from './lib/bars.mjs';
import { drawChart } from './lib/chart.mjs';
import { compareBuilds } from './lib/compare.mjs';
import { logins } from './lib/logins.mjs';
import { describeMachine } from './lib/machine.mjs';
import { markdownReport } from './lib/report.mjs';
import { sessionCounts, userCounts } from './lib/scale.mjs';
import { readSettings } from './lib/settings.mjs';
import { throughput } from './lib/throughput.mjs';
import { writes } from './lib/writes.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Each part by its name on the command line, which is also its name in results.json. */
const PARTS = { servers: throughput, sessions: sessionCounts, users: userCounts, writes, logins };

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    dist: { type: 'string' },
    out: { type: 'string' },
    'auth-type': { type: 'string', default: 'session_db_auth' },
  },
});

installPackages();
await main();

/** The peers, where they are not there yet: the project itself stays free of them. */
function installPackages() {
  if (!existsSync(join(HERE, 'node_modules'))) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: ['ignore', 2, 2] });
  }
}

async function main() {
  const settings = readSettings(flags);
  const dist = findBuild(flags.dist ?? join(HERE, '../../dist'));
  const stopping = new AbortController();
  const limit = setTimeout(() => stopping.abort(new Error('the run took too long')), settings.limitMinutes * 60_000);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => stopping.abort(new Error(signal)));
  }
  // Under the project and not in the system's temporary directory, which may be memory: writes must reach a disk.
  mkdirSync(join(HERE, 'data'), { recursive: true });
  const scratch = mkdtempSync(join(HERE, 'data/run-'));
  const context = {
    settings,
    machine: describeMachine(),
    dist,
    scratch,
    signal: stopping.signal,
    progress: (line) => console.error(line),
  };
  try {
    const command = ['npm run bench', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' ');
    const results = { date: new Date().toISOString(), command, machine: context.machine, settings };
    await runParts(context, results);
    results.bars = judge(results);
    console.log(markdownReport(results));
    writeResults(results);
  } catch (error) {
    // What was stopped midway fails in its own words; the reason is why it was stopped.
    throw stopping.signal.aborted ? stopping.signal.reason : error;
  } finally {
    clearTimeout(limit);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function findBuild(directory) {
  if (!existsSync(join(directory, 'server.js'))) {
    throw new Error(`'${directory}' holds no server.js: run \`npm run build\` first, or name a build`);
  }
  return resolve(directory);
}

async function runParts(context, results) {
  if (positionals[0] === 'compare') {
    results.builds = await compareBuilds(context, findBuild(positionals[1] ?? ''), flags['auth-type']);
    return;
  }
  for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
    if (!Object.hasOwn(PARTS, name)) {
      throw new TypeError(`no part is called ${name}: there are ${Object.keys(PARTS).join(', ')}, and compare`);
    }
    context.progress(`-- ${name}`);
    results[name] = await PARTS[name](context);
  }
}

/** Only a full run replaces the results in the tree: those of a part or a short run are not to be quoted. */
function writeResults(results) {
  const isFull = positionals.length === 0 && !flags.quick;
  const out = flags.out ?? (isFull ? HERE : null);
  if (out === null) {
    return;
  }
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  if (results.servers !== undefined) {
    const { cpu, node, packages } = results.machine;
    const day = results.date.slice(0, 10);
    const note = `${cpu}, Node ${node}, Express ${packages.express}, Fastify ${packages.fastify}, ${day}.`;
    writeFileSync(join(out, 'chart.svg'), drawChart(results.servers, note));
  }
}
