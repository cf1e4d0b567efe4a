import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumPath } from '../test/helpers/chromium.ts';
import { checkTypes, fail, runTests, testFilesIn } from './lib/run-tests.ts';

/** Runs the tests in `test/browser/`, or those whose path holds one of the arguments, or says what is missing. */
const FOLDER = join('test', 'browser');

if (!existsSync(join(FOLDER, 'node_modules', 'playwright-core'))) fail(`packages are missing: npm ci --prefix ${FOLDER}`);
if (chromiumPath() === null) fail('Chromium is missing: apt-get install -y chromium (or set CHROMIUM to its path)');
checkTypes(FOLDER);
// One file at a time: a browser takes a processor and more.
runTests(testFilesIn(FOLDER, process.argv.slice(2)), { concurrency: 1 });
