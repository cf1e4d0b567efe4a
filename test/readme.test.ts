import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SecurityLog } from '../src/accounts/security-log.ts';
import { API_ROUTES } from '../src/api/v1/routes.ts';
import { describeSettings } from '../src/config.ts';
import { GATEWAY_ROUTES } from '../src/gateway/routes.ts';
import { runCurl } from './helpers/curl.ts';
import type { CookieJars } from './helpers/curl.ts';
import { codeBlocks, linkProblem, linkTargets, readmes, tableRows, withoutCodeBlocks } from './helpers/markdown.ts';
import { CLI, runProcess } from './helpers/process.ts';
import { startTestService } from './helpers/service.ts';

const READMES = readmes();
const MAIN = textOf('README.md');
const ROOMS = [
  ...['src', 'src/accounts', 'src/api/v1', 'src/security', 'src/storage', 'src/storage/postgres'],
  ...['test/fixtures/format-1', 'test/openapi'],
  ...['scripts/bench', 'scripts/deploy', 'scripts/deploy/docker', 'scripts/deploy/prometheus', 'scripts/deploy/systemd'],
  'scripts/deploy/two-processes',
  ...['scripts/package', 'scripts/tutorial'],
];
const MAX_LINES = 260;

function textOf(path: string): string {
  return READMES.find((readme) => readme.path === path)?.text ?? assert.fail(`${path} is not there`);
}

test(`the README has at most ${MAX_LINES} lines, and leads to the README of each room`, () => {
  assert.ok(MAIN.split('\n').length - 1 <= MAX_LINES);
  assert.deepEqual(READMES.map(({ path }) => path).toSorted(), ['README.md', ...ROOMS.map((room) => `${room}/README.md`)].toSorted());
  const targets = READMES.flatMap(({ text }) => linkTargets(text).map((target) => target.split('#', 1)[0] ?? ''));
  for (const room of ROOMS) assert.ok(targets.some((target) => target.endsWith(`${room}/README.md`)), room);
});

/** Commands after `$ `, each with what it prints. */
function consoleSteps(text: string): { command: string; output: string }[] {
  return codeBlocks(text, 'console').flatMap((block) =>
    block
      .split(/^\$ /m)
      .filter((step) => step !== '')
      .map((step) => ({ command: step.slice(0, step.indexOf('\n')), output: step.slice(step.indexOf('\n') + 1) })),
  );
}

/** Ids and times differ from run to run. */
function generalised(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<id>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<time>');
}

for (const { path, text } of READMES.filter(({ text }) => codeBlocks(text, 'console').length > 0)) {
  test(`the curl session of ${path} prints what it says, on a server with no settings`, async (t) => {
    const { service, base, addUser } = await startTestService(t);
    const added = /echo '(.*)' \| node dist\/cli\.js user add (\S+) --first-name (\S+)/.exec(MAIN);
    const [, password = '', email = '', firstName = ''] = added ?? [];
    const { id } = await addUser(email, password);
    await service.users.update(id, (user) => user.with({ firstName }));

    const jars: CookieJars = new Map();
    for (const { command, output } of consoleSteps(text)) {
      const reply = await runCurl(command, base, jars);
      assert.equal(generalised(reply.text), generalised(output), command);
    }
  });
}

test('the session of the main README shows status, a refusal, login, me and logout', () => {
  assert.ok(consoleSteps(MAIN).length >= 6);
});

test("the README's table of settings is that of --help", () => {
  const rows = [...MAIN.matchAll(/^\| `([A-Z_]+)` \| (?:`(.+?)`|none) \| (.*?) \|$/gm)];
  const settings = rows.map(([, name, fallback = '', meaning]) => ({ name, fallback, meaning }));
  assert.deepEqual(settings, [...describeSettings()]);
});

test('the table of routes of src/api/v1/README.md is that of the API and of the gateway', () => {
  const found = textOf('src/api/v1/README.md').matchAll(/^\| `([A-Z]+|\*) (\S+)` \| (\w+\*?) \|/gm);
  const rows = [...found].map(([, method, path = '', who]) => ({
    ...{ method, path: path.replace(/<(\w+)>/g, ':$1'), who },
  }));
  const table = [...API_ROUTES, ...GATEWAY_ROUTES].map(({ method, path, access, isGrave }) => ({
    ...{ method, path, who: isGrave === true ? `${access}*` : access },
  }));
  assert.deepEqual(rows, table);
});

test("the README's command line is that of --help", async (t) => {
  const { stdout } = await runProcess(t, CLI, ['--help']);
  const helped = [...stdout.matchAll(/^ {2}((?:user |session )?[a-z]+)(?= |$)/gm)].map(([, command]) => command);
  const [block = ''] = codeBlocks(MAIN, 'sh').filter((text) => text.includes('cli.js check'));
  const listed = [...block.matchAll(/^node dist\/cli\.js ((?:user |session )?[a-z]+)(?= |$)/gm)].map(([, command]) => command);
  assert.ok(listed.length >= 6);
  assert.deepEqual(listed, helped);
});

for (const readme of READMES) {
  test(`the files, names and links of ${readme.path} are there`, () => {
    const prose = withoutCodeBlocks(readme.text);
    for (const [, path = ''] of prose.matchAll(/`((?:src|test|scripts)\/[\w./-]*)`/g)) assert.ok(existsSync(path), path);
    for (const block of codeBlocks(readme.text, 'mermaid')) {
      for (const [path] of block.matchAll(/[\w/.-]+(?:\.ts|\/(?=<))/g)) assert.ok(existsSync(`src/${path}`), path);
    }
    // "`name` in `path`": the file has the name.
    for (const [, name = '', path = ''] of prose.matchAll(/`(\w+)` (?:in|of) `((?:src|test|scripts)\/[\w./-]*\.\w+)`/g)) {
      assert.match(readFileSync(path, 'utf8'), new RegExp(`\\b${name}\\b`), path);
    }
    for (const target of linkTargets(readme.text)) assert.equal(linkProblem(readme, target), null, target);
  });
}

test('linkProblem() finds a file and a heading that are not there', () => {
  const from = { path: 'README.md', text: MAIN };
  const found: readonly (readonly [target: string, isFound: boolean])[] = [
    ['#settings', true],
    ['src/README.md#what-to-read-first', true],
    ['https://github.com/OWASP/ASVS', true],
    ['#nowhere', false],
    ['src/nothing.md', false],
    ['src/README.md#nowhere', false],
  ];
  for (const [target, isFound] of found) assert.equal(linkProblem(from, target) === null, isFound, target);
});

/** The requirements of ASVS in the tables of `src/security/README.md`. */
function requirements(): { id: string; level: string; verdict: string; tests: string }[] {
  return tableRows(textOf('src/security/README.md'))
    .filter(([id = '']) => /^\d+\.\d+\.\d+$/.test(id))
    .map(([id = '', level = '', , verdict = '', , tests = '']) => ({ id, level, verdict, tests }));
}

test('the ASVS rows are as many as both READMEs say, and the main one lists each of level 1 that is not met', () => {
  const rows = requirements();
  const count = (wanted: string): number => rows.filter(({ verdict }) => verdict === wanted).length;
  const [met, notMet, notOurs] = ['met', '**not met**', 'not ours'].map(count);
  assert.equal(rows.length, count('met') + count('**not met**') + count('not ours'));
  assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
  const inWords = (text: string): string => text.replaceAll('\n', ' ');
  const counts = new RegExp(`${met} are met, ${notMet} are not, and ${notOurs} are about what this server does not have`);
  assert.match(inWords(MAIN), counts);
  assert.match(inWords(MAIN), new RegExp(`Of the ${rows.length} requirements`));
  assert.match(inWords(textOf('src/security/README.md')), counts);
  const listed = tableRows(MAIN).flatMap(([id = '']) => (/^\d+\.\d+\.\d+$/.test(id) ? [id] : []));
  const missed = rows.filter(({ level, verdict }) => level === '1' && verdict === '**not met**').map(({ id }) => id);
  assert.deepEqual(listed, missed);
  for (const { id, verdict, tests } of rows) {
    // Two are met by leaving something out, which no test can show.
    if (verdict === 'met' && id !== '6.4.2' && id !== '6.2.10') assert.match(tests, /^`test\/.*`$/, id);
  }
});

test('the security log has the events, with the fields, that src/accounts/README.md lists', () => {
  const source = readFileSync('src/accounts/security-log.ts', 'utf8');
  const [, members = ''] = /interface SecurityEvents \{\n(.*?)^\}/ms.exec(source) ?? [];
  const declared = members.matchAll(/^ {2}readonly (\w+): (object;|\{[^}]*\};)/gm);
  const events = [...declared].map(([, event = '', fields = '']) => [event, ...namesIn(fields, /readonly (\w+):/g)]);
  assert.equal(events.length, [...members.matchAll(/^ {2}readonly /gm)].length);

  // Those that are no matter of `log()`, as they are written.
  const lines: string[] = [];
  const log = new SecurityLog((line) => lines.push(line), Date.now);
  const [caller, failed] = [{ address: '::1', requestId: 'r1', userId: null }, { reason: 'throttled', method: 'basic' } as const];
  log.signInFailed(caller, { ...failed, reason: 'wrong_password', userId: 'u1' });
  log.signInFailed(caller, { ...failed, email: 'bob@example.com' });
  for (const _ of [1, 2]) log.overloaded(caller);
  log.flush();
  const common = ['time', 'event', 'address', 'request_id', 'by'];
  for (const { event, ...fields } of lines.map((line): { event: string } => JSON.parse(line))) {
    events.push([event, ...Object.keys(fields).filter((name) => !common.includes(name))]);
  }
  const sorted = (rows: readonly (readonly string[])[]): string[] => rows.map(([event, ...names]) => `${event} ${names.toSorted().join()}`).toSorted();
  const listed = tableRows(textOf('src/accounts/README.md')).flatMap(([event = '', fields = '']) => {
    const [first, second] = fields.split('`user_id` or `email_tag`');
    const alternatives = second === undefined ? [first ?? ''] : [`${first}\`user_id\``, `${first}\`email_tag\``];
    return /^`\w+`$/.test(event) ? alternatives.map((names) => [...namesIn(event, /`(\w+)`/g), ...namesIn(names, /`(\w+)`/g)]) : [];
  });
  assert.deepEqual(sorted(listed), sorted(events));
});

/** What the first group of a pattern finds. */
function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

test('each figure names a command that there is', () => {
  const scripts: { readonly [name: string]: string } = JSON.parse(readFileSync('package.json', 'utf8')).scripts;
  const parts = /const PARTS = \{(.*?)\}/s.exec(readFileSync('scripts/bench/run.mjs', 'utf8'))?.[1] ?? '';
  const figures = tableRows(textOf('scripts/bench/README.md')).filter((row) => row.length === 3 && /^\d/.test(row[1] ?? ''));
  assert.ok(figures.length > 8);
  for (const [what, , command = ''] of figures) assert.match(command, /^`(?:npm run|node) .*`$/, what);
  for (const { path, text } of READMES) {
    for (const [, name = '', part] of text.matchAll(/npm run ([\w-]+)(?: -- (\w+))?/g)) {
      assert.ok(Object.hasOwn(scripts, name), `${path}: npm run ${name}`);
      if (name === 'bench' && part !== undefined && part !== 'compare') assert.match(parts, new RegExp(`\\b${part}\\b`));
    }
    for (const [, script = ''] of text.matchAll(/(?:--import tsx|npx tsx) (\S+\.ts)/g)) assert.ok(existsSync(script), script);
  }
});

test("the benchmark's table is that of results.json", () => {
  const results: {
    readonly command: string;
    readonly servers: readonly { readonly name: string; readonly ratioToBare: number; readonly requestsPerSecond: number }[];
  } = JSON.parse(readFileSync('scripts/bench/results.json', 'utf8'));
  const readme = textOf('scripts/bench/README.md');
  assert.ok(readme.includes(`\`${results.command}\``));
  const rows = tableRows(readme).filter((row) => row.length === 10 && /^[\d.]+$/.test(row[1] ?? ''));
  assert.deepEqual(
    rows.map(([name, ratio, rate]) => [name, ratio, rate]),
    results.servers.map(({ name, ratioToBare, requestsPerSecond }) => [
      ...[name, ratioToBare.toFixed(3), Math.round(requestsPerSecond).toLocaleString('en')],
    ]),
  );
});

test('the source has about as many lines as the README says', () => {
  const [, said = ''] = /(\d+,\d+) lines/.exec(MAIN) ?? [];
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const lines = files.reduce((sum, name) => sum + readFileSync(join('src', name), 'utf8').split('\n').length - 1, 0);
  const ratio = Number(said.replace(',', '')) / lines;
  assert.ok(ratio > 0.8 && ratio < 1.2, `${said} said, ${lines} counted`);
});
