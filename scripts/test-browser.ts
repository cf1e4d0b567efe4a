import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath } from '../test/helpers/chromium.ts';

/** Runs the tests in `test/browser/`, or those whose name holds one of the arguments, or says what is missing. */
const FOLDER = join('test', 'browser');
/** No test hangs the run. */
const MAX_TEST_MS = 300_000;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const wanted = process.argv.slice(2);
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => join(FOLDER, name))
  .sort();
if (files.length === 0) fail('no test file found');
if (!existsSync(join(FOLDER, 'node_modules', 'playwright-core'))) fail(`packages are missing: npm ci --prefix ${FOLDER}`);
if (chromiumPath() === null) fail('Chromium is missing: apt-get install -y chromium (or set CHROMIUM to its path)');

function run(args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

run([join('node_modules', 'typescript', 'bin', 'tsc'), '-p', FOLDER]);
// One file at a time: a browser takes a processor and more.
const options = ['--test', '--test-reporter=spec', '--test-concurrency=1', `--test-timeout=${MAX_TEST_MS}`];
run(['--import', 'tsx', ...options, ...files]);
