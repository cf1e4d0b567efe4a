import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Runs the tests in `test/package/`, on other versions of Node, or says what is missing. */
const FOLDER = join('test', 'package');

if (!existsSync(join(FOLDER, 'node_modules'))) {
  console.error(`the versions of Node are missing: npm ci --prefix ${FOLDER}`);
  process.exit(1);
}
const files = [join('test', 'package.test.ts'), join(FOLDER, 'nodes.test.ts')];
const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=spec', ...files], { stdio: 'inherit' });
process.exit(status ?? 1);
