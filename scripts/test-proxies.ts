import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs the tests in `test/proxies/`, or those whose name holds one of the arguments, or says what is missing. */
const FOLDER = join('test', 'proxies');
/** No test hangs the run. */
const MAX_TEST_MS = 300_000;
/** nginx is not always where people who are not root look for programs. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const wanted = process.argv.slice(2);
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .sort();
if (names.length === 0) fail('no test file found');
// Each file is named after its proxy.
const programs = [...names.map((name) => name.replace('.test.ts', '')), 'openssl'];
const missing = programs.filter((program) => !FOLDERS.some((folder) => existsSync(join(folder, program))));
if (missing.length > 0) fail(`${missing.join(' and ')} missing: apt-get install -y ${missing.join(' ')}`);
const { status } = spawnSync(
  process.execPath,
  [
    ...['--import', 'tsx', '--test', '--test-reporter=spec', '--test-concurrency=1', `--test-timeout=${MAX_TEST_MS}`],
    ...names.map((name) => join(FOLDER, name)),
  ],
  { stdio: 'inherit', env: { ...process.env, PATH: FOLDERS.join(delimiter) } },
);
process.exit(status ?? 1);
