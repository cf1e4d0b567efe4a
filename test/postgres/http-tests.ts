import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from './cluster.ts';

/**
 * Runs the tests of the API and of the gateway on PostgreSQL: `npm run test:postgres -- --http`, with parts of paths to
 * run fewer. Each test's server has a database of its own in place of its data directory.
 */
const wanted = process.argv.slice(2);
const FOLDERS = ['api', 'gateway'];
const files = FOLDERS.flatMap((folder) =>
  readdirSync(join('test', folder), { recursive: true, encoding: 'utf8' }).map((name) => join('test', folder, name)),
)
  .filter((path) => path.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => path.includes(part))))
  .sort();
const cluster = await Cluster.start(['max_connections=300']);
let status: number | null = null;
try {
  const args = ['--import', 'tsx', '--test', '--test-reporter=spec', ...files];
  ({ status } = spawnSync(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, TEST_DATABASE_URL: cluster.url },
  }));
} finally {
  await cluster.end();
}
process.exit(status ?? 1);
