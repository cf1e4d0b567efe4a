/** The tables of a run, as Markdown that can be pasted into the README. */

export const integer = (value) => Math.round(value).toLocaleString('en');
export const fixed = (digits) => (value) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
export const percent = (value) => (Number.isFinite(value) ? `${Math.round(value * 100)} %` : '–');
const mebibytes = (value) => (Number.isFinite(value) ? `${Math.round(value / 2 ** 20)} MiB` : '–');
export const text = (value) => String(value);

/** A column: its heading, the figure it shows, and how. Columns that read a share show whose time was the limit. */
const FIGURES = [
  ['requests/s', 'requestsPerSecond', integer],
  ['p50 ms', 'p50Ms', fixed(2)],
  ['p99 ms', 'p99Ms', fixed(2)],
  ['CPU µs/request', 'cpuMicrosPerRequest', fixed(1)],
  ['server CPU', 'serverCpuShare', percent],
  ['load CPU', 'loadCpuShare', percent],
  ['RSS', 'residentBytes', mebibytes],
  ['errors', 'errors', integer],
];

const SERVER_COLUMNS = [['server', 'name', text], ['of bare', 'ratioToBare', fixed(3)], ...FIGURES];

const COMPARE_COLUMNS = [['build', 'name', text], ['of the first', 'ratioToFirst', fixed(3)], ...FIGURES];

const SCALE_COLUMNS = [
  ['users', 'users', integer],
  ['sessions', 'sessions', integer],
  ['cookies', 'cookies', text],
  ['of the smallest', 'ratioToSmallest', fixed(3)],
  ...FIGURES,
  ['start s', 'startSeconds', fixed(2)],
  ['RSS at start', 'residentAtStartBytes', mebibytes],
];

const WRITE_COLUMNS = [
  ['connections', 'connections', integer],
  ['writes/s', 'requestsPerSecond', integer],
  ...FIGURES.slice(1, 3),
  ['longest ms', 'maxMs', fixed(1)],
  ...FIGURES.slice(3),
];

const LOGIN_COLUMNS = [
  ['server on', 'cores', text],
  ['sign-ins', 'loginCount', integer],
  ['sign-ins/s', 'loginsPerSecond', fixed(1)],
  ['scrypt alone/s', 'hashesPerSecond', fixed(1)],
  ['share', 'shareOfScrypt', percent],
  ['status p50 ms', 'statusP50Ms', fixed(2)],
  ['status p99 ms', 'statusP99Ms', fixed(2)],
  ['status longest ms', 'statusMaxMs', fixed(1)],
  ['RSS', 'residentBytes', mebibytes],
  ['errors', 'errors', integer],
];

export const BAR_COLUMNS = [
  ['bar', 'what', text],
  ['asked', 'asked', text],
  ['measured', 'measured', text],
  ['', 'verdict', text],
];

/**
 * @param {Record<string, any>} results what `run.mjs` gathered; a part that was not run has no table
 * @returns {string}
 */
export function markdownReport(results) {
  const { machine, writes } = results;
  const load = machine.wrk === null ? `autocannon ${machine.packages.autocannon}` : `wrk ${machine.wrk}`;
  const places = machine.pinned ? 'server on one core, load on another' : 'server and load on shared cores';
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}, ${load}; ${places}; ` +
      `${results.date}; \`${results.command}\`. Medians. ` +
      'A row whose server CPU is near 100 % and whose load CPU is not shows the server at its limit, not the load.',
    ...section('`GET /api/v1/users/me`', SERVER_COLUMNS, results.servers),
    ...section('Two builds', COMPARE_COLUMNS, results.builds),
    ...section('By number of sessions', SCALE_COLUMNS, results.sessions),
    ...section('By number of users', SCALE_COLUMNS, results.users),
    ...section(
      `Durable \`PUT\` (one append and fdatasync: median ${writes?.syncMedianMs.toFixed(2)} ms)`,
      WRITE_COLUMNS,
      writes?.rows,
    ),
    ...section('Sign-ins, all at once', LOGIN_COLUMNS, results.logins),
    ...section('Bars', BAR_COLUMNS, results.bars),
  ].join('\n\n');
}

function section(heading, columns, rows) {
  return rows === undefined || rows.length === 0 ? [] : [`### ${heading}`, table(columns, rows)];
}

export function table(columns, rows) {
  const lines = [
    columns.map(([heading]) => heading),
    columns.map(([, , format]) => (format === text ? '---' : '---:')),
    ...rows.map((row) => columns.map(([, name, format]) => format(row[name]))),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
