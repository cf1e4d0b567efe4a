/** The tables of `postgres.mjs`, and the bars of the specification for PostgreSQL. */
import { atLeast } from './bars.mjs';
import { NAMES } from './postgres-reads.mjs';
import { BAR_COLUMNS, fixed, integer, percent, table, text } from './report.mjs';
import { median } from './statistics.mjs';

const READ_COLUMNS = [
  ['server', 'name', text],
  ['of bare', 'ratioToBare', fixed(3)],
  ['by server CPU', 'cpuRatioToBare', fixed(3)],
  ['requests/s', 'requestsPerSecond', integer],
  ['p50 ms', 'p50Ms', fixed(2)],
  ['p99 ms', 'p99Ms', fixed(2)],
  ['server CPU µs', 'serverMicros', fixed(1)],
  ['database CPU µs', 'databaseMicros', fixed(1)],
  ['server', 'serverShare', percent],
  ['database', 'databaseShare', percent],
  ['load', 'loadShare', percent],
  ['errors', 'errors', integer],
];

const WRITE_COLUMNS = [
  ['what', 'what', text],
  ['a second', 'perSecond', fixed(1)],
  ['server CPU µs', 'serverMicros', integerOrDash],
  ['database CPU µs', 'databaseMicros', integerOrDash],
];

function integerOrDash(value) {
  return Number.isFinite(value) ? integer(value) : '–';
}

/** What is asked of `ours, one process` for each other server: by throughput, and the same by the server's CPU. */
const ASKED = [
  [NAMES.bare, 0.35],
  [NAMES.express, 5],
  [NAMES.betterAuth, 8],
];

/** Of two processes, beside one. */
const ASKED_OF_TWO = 1.8;

export function judgePostgres(rows, machine) {
  const of = (name) => rows.find((row) => row.name === name);
  const paired = (ours, theirs, figure) => median(of(ours)[figure].map((ratio, at) => ratio / of(theirs)[figure][at]));
  const bars = ASKED.flatMap(([theirs, asked]) => [
    atLeast(`${NAMES.one}, of ${theirs}`, paired(NAMES.one, theirs, 'ratios'), asked, 2),
    atLeast('the same by the CPU of the server', paired(NAMES.one, theirs, 'cpuRatios'), asked, 2),
  ]);
  const two = atLeast(`${NAMES.two}, of one`, paired(NAMES.two, NAMES.one, 'ratios'), ASKED_OF_TWO, 2);
  const hasCores = machine.pinned && machine.cores >= 4;
  return [...bars, hasCores ? two : { ...two, verdict: `not judged: both on one core, ${machine.cores} in all` }];
}

export function reportPostgres({ machine, settings, version, command, date, load, rows, writes }) {
  const { packages } = machine;
  const generator = machine.wrk === null ? `autocannon ${packages.autocannon}` : `wrk ${machine.wrk}`;
  const places = !machine.pinned
    ? 'nothing pinned'
    : machine.cores >= 4
      ? 'each server process, the database and the load on cores of their own'
      : machine.cores === 3
        ? 'server, database and load on a core each'
        : 'the server alone on one core, database and load on the other';
  const names = ['express', 'express-session', 'connect-pg-simple', 'better-auth', 'pg'];
  const peers = names.map((name) => `${name} ${packages[name]}`);
  const programs = [`Node ${machine.node}`, `PostgreSQL ${version}`, generator, ...peers].join(', ');
  return `${machine.cpu}, ${machine.cores} cores, ${programs}; ${places}.
${date}, load average before ${load.before}, after ${load.after}; \`${command}\`: ${integer(settings.sessions)} sessions, \
${settings.connections} connections, ${settings.rounds} rounds of ${settings.seconds} s.

${table(READ_COLUMNS, rows)}

${table(WRITE_COLUMNS, writes)}

${table(BAR_COLUMNS, judgePostgres(rows, machine))}`;
}
