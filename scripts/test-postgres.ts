import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fail, runNode, runTests, testFilesIn } from './lib/run-tests.ts';

/**
 * Runs the tests in `test/postgres/`, or those whose path holds one of the arguments, or says what is missing.
 * With `--http`: the tests of the API, the gateway, the pages, the accounts and the command line, on PostgreSQL, but
 * for those about the data directory itself (`test/postgres/http-tests.ts` says which) and those without a store.
 */
const FOLDER = join('test', 'postgres');
const NODE_PATH = resolve(FOLDER, 'node_modules');
const wanted = process.argv.slice(2).filter((argument) => argument !== '--http');

if (!existsSync(join(NODE_PATH, 'pg'))) fail(`the driver is missing: npm ci --prefix ${FOLDER}`);
const isOnPath = (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'initdb')));
if (!isOnPath && !existsSync('/usr/lib/postgresql')) {
  fail('PostgreSQL is missing: apt-get install postgresql (or put its initdb and postgres on PATH)');
}
const files = testFilesIn(FOLDER, wanted);
/** nginx is not always where people who are not root look for programs. */
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
const missing = ['nginx', 'openssl'].filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
if (missing.length > 0 && files.some((path) => path.includes('nginx'))) {
  fail(`${missing.join(' and ')} missing: apt-get install -y ${missing.join(' ')}`);
}
if (process.argv.includes('--http')) runNode(['--import=tsx', join(FOLDER, 'http-tests.ts'), ...wanted], { NODE_PATH });
else runTests(files, { concurrency: 1, env: { NODE_PATH, PATH: folders.join(delimiter) } });
