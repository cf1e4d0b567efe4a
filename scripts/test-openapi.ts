import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { specifiersOf } from '../test/helpers/source-code.ts';
import { checkTypes, fail, runTests, testFilesIn } from './lib/run-tests.ts';

/**
 * Runs the tests in `test/openapi/`, then every test that speaks HTTP with each answer held against the OpenAPI
 * document, or those whose path holds one of the arguments; or says what is missing.
 */
const FOLDER = join('test', 'openapi');
const CLIENT = join('test', 'helpers', 'client.ts');

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
const all = testFilesIn('test', process.argv.slice(2));
const own = all.filter((path) => path.startsWith(FOLDER + sep));
const known = new Map<string, boolean>();
const others = all.filter((path) => !existsSync(join('test', path.split(sep)[1] ?? '', 'package.json')) && speaksHttp(path, known));
if (all.length === 0) fail('no test file found');

const concurrency = availableParallelism();
checkTypes(FOLDER);
if (own.length > 0) runTests(own, { concurrency });
if (others.length > 0) {
  const scratch = mkdtempSync(join(tmpdir(), 'session-auth-openapi-'));
  const seenFile = join(scratch, 'seen');
  writeFileSync(seenFile, '');
  runTests(others, { concurrency, imports: [`./${FOLDER}/check-every-answer.ts`], env: { OPENAPI_SEEN: seenFile } });
  const seen = readFileSync(seenFile, 'utf8').split('\n').filter((line) => line !== '');
  rmSync(scratch, { recursive: true });
  if (seen.length === 0) fail('no answer was checked');
  const covered = new Set(seen.filter((line) => line !== 'elsewhere')).size;
  console.log(`${seen.length} answers are what openapi.json says: ${covered} pairs of operation and status`);
}
