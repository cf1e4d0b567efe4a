import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Runs the tests in `test/prometheus/`, or says what is missing. */
const FOLDER = join('test', 'prometheus');

if (spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status !== 0) {
  console.error('promtool is missing: apt-get install prometheus (or put its promtool on PATH)');
  process.exit(1);
}
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(FOLDER, name));
if (files.length === 0) {
  console.error('no test file found');
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
