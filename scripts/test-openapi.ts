import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { specifiersOf } from '../test/helpers/source-code.ts';

/**
 * Runs the tests in `test/openapi/`, then every test that speaks HTTP with each answer held against the OpenAPI
 * document, or those whose path holds one of the arguments; or says what is missing.
 */
const FOLDER = join('test', 'openapi');
const CLIENT = join('test', 'helpers', 'client.ts');
const MAX_TEST_MS = 120_000;
const wanted = process.argv.slice(2);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = 1;
}

/** Whether a file imports the client, or a file that does. */
function speaksHttp(path: string, known: Map<string, boolean>): boolean {
  const before = known.get(path);
  if (before !== undefined) return before;
  known.set(path, path === CLIENT);
  const imported = specifiersOf(readFileSync(path, 'utf8'))
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier)))
    // A test of the imports has text that looks like one.
    .filter((target) => target.startsWith(`test${sep}`) && existsSync(target));
  const speaks = path === CLIENT || imported.some((target) => speaksHttp(target, known));
  known.set(path, speaks);
  return speaks;
}

if (!existsSync(join(FOLDER, 'node_modules', 'ajv'))) fail(`packages are missing: npm ci --prefix ${FOLDER}`);
const all = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
  .map((name) => join('test', name))
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
  .sort();
const own = all.filter((path) => path.startsWith(FOLDER + sep));
const known = new Map<string, boolean>();
const others = all.filter((path) => !existsSync(join('test', path.split(sep)[1] ?? '', 'package.json')) && speaksHttp(path, known));
if (own.length + others.length === 0) fail('no test file found');

const TEST = ['--test', '--test-reporter=spec', `--test-timeout=${MAX_TEST_MS}`];
run([join('node_modules', 'typescript', 'bin', 'tsc'), '-p', FOLDER]);
if (own.length > 0) run(['--import', 'tsx', ...TEST, ...own]);
if (others.length > 0) {
  const scratch = mkdtempSync(join(tmpdir(), 'session-auth-openapi-'));
  const seenFile = join(scratch, 'seen');
  writeFileSync(seenFile, '');
  run(['--import', 'tsx', '--import', `./${FOLDER}/check-every-answer.ts`, ...TEST, ...others], { OPENAPI_SEEN: seenFile });
  const seen = readFileSync(seenFile, 'utf8').split('\n').filter((line) => line !== '');
  rmSync(scratch, { recursive: true });
  if (seen.length === 0) fail('no answer was checked');
  const covered = new Set(seen.filter((line) => line !== 'elsewhere')).size;
  console.log(`${seen.length} answers are what openapi.json says: ${covered} pairs of operation and status`);
}
