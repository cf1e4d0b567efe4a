import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, runTests, testFilesIn } from './lib/run-tests.ts';

/** Runs the tests in `test/package/`, on other versions of Node, or says what is missing. */
const FOLDER = join('test', 'package');

if (!existsSync(join(FOLDER, 'node_modules'))) fail(`the versions of Node are missing: npm ci --prefix ${FOLDER}`);
runTests([join('test', 'package.test.ts'), ...testFilesIn(FOLDER)], { concurrency: 1 });
