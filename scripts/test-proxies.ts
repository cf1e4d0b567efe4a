import { existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fail, runTests, testFilesIn } from './lib/run-tests.ts';

/** Runs the tests in `test/proxies/`, or those whose path holds one of the arguments, or says what is missing. */
const FOLDER = join('test', 'proxies');
/** nginx is not always where people who are not root look for programs. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

const files = testFilesIn(FOLDER, process.argv.slice(2));
// Each file is named after its proxy.
const programs = [...files.map((path) => basename(path, '.test.ts')), 'openssl'];
const missing = programs.filter((program) => !FOLDERS.some((folder) => existsSync(join(folder, program))));
if (missing.length > 0) fail(`${missing.join(' and ')} missing: apt-get install -y ${missing.join(' ')}`);
runTests(files, { concurrency: 1, env: { PATH: FOLDERS.join(delimiter) } });
