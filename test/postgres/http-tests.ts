import { join } from 'node:path';
import { runTests, testFilesIn } from '../../scripts/lib/run-tests.ts';
import { Cluster } from './cluster.ts';

/**
 * Runs the tests of the API and of the gateway on PostgreSQL: `npm run test:postgres -- --http`, with parts of paths to
 * run fewer. Each test's server has a database of its own in place of its data directory.
 */
const wanted = process.argv.slice(2);
const files = ['api', 'gateway'].flatMap((folder) => testFilesIn(join('test', folder), wanted));
const cluster = await Cluster.start(['max_connections=300']);
try {
  runTests(files, { concurrency: 2, env: { TEST_DATABASE_URL: cluster.url } });
} finally {
  await cluster.end();
}
