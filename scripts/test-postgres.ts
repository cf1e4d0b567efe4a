import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/**
 * Runs the tests in `test/postgres/`, or those whose name holds one of the arguments, or says what is missing.
 * With `--http`: the tests of the API and the gateway, on PostgreSQL.
 */
const FOLDER = join('test', 'postgres');
const packages = resolve(FOLDER, 'node_modules');
const isHttp = process.argv.includes('--http');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--http');

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

if (!existsSync(join(packages, 'pg'))) fail(`the driver is missing: npm ci --prefix ${FOLDER}`);
const isOnPath = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'initdb')));
if (!isOnPath && !existsSync('/usr/lib/postgresql')) {
  fail('PostgreSQL is missing: apt-get install postgresql (or put its initdb and postgres on PATH)');
}
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => join(FOLDER, name))
  .sort();
if (files.length === 0 && !isHttp) fail('no test file found');
const args = isHttp ? [join(FOLDER, 'http-tests.ts'), ...wanted] : ['--test', '--test-reporter=spec', ...files];
const { status } = spawnSync(process.execPath, ['--import', 'tsx', ...args], {
  stdio: 'inherit',
  env: { ...process.env, NODE_PATH: packages },
});
process.exit(status ?? 1);
