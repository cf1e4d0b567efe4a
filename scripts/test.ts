import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { runTests, testFilesIn } from './lib/run-tests.ts';

/**
 * Runs every test file, or those whose path holds one of the arguments. A folder with packages of its own has a command
 * of its own.
 */
const files = testFilesIn('test', process.argv.slice(2)).filter(
  (path) => !existsSync(join('test', path.split(sep)[1] ?? '', 'package.json')),
);
runTests(files, { concurrency: availableParallelism() });
