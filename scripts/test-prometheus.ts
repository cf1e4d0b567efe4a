import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fail, runTests, testFilesIn } from './lib/run-tests.ts';

/** Runs the tests in `test/prometheus/`, or says what is missing. */
if (spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status !== 0) {
  fail('promtool is missing: apt-get install prometheus (or put its promtool on PATH)');
}
runTests(testFilesIn(join('test', 'prometheus')), { concurrency: 1 });
