import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Runs every test file, or those whose path holds one of the arguments. The files are listed here, since
 * `node --test` on Node 20 finds no TypeScript by itself, and is content with finding nothing. A folder with packages of
 * its own has a command of its own.
 */
/** No test hangs the run. */
const MAX_TEST_MS = 300_000;

const wanted = process.argv.slice(2);
const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => !existsSync(join('test', name.split(sep)[0] ?? '', 'package.json')))
  .map((name) => join('test', name))
  .filter((path) => path.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => path.includes(part))))
  .sort();
if (files.length === 0) {
  console.error('no test file found');
  process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-reporter=spec', `--test-timeout=${MAX_TEST_MS}`, ...files],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
