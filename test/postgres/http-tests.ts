import { join, sep } from 'node:path';
import { runTests, testFilesIn } from '../../scripts/lib/run-tests.ts';
import { Cluster } from './cluster.ts';

/**
 * Runs the tests of the API, the gateway, the pages, the accounts and the command line on PostgreSQL:
 * `npm run test:postgres -- --http`, with parts of paths to run fewer. Each data directory has a database in its place.
 *
 * What is about the data directory itself stays out: tests that say `journalOnly()`, which are shown as skipped, each
 * with what it is about, and the files below.
 */
const FOLDERS = ['accounts', 'api', 'cli', 'gateway', 'pages'];
const TESTED = [...FOLDERS.map((folder) => `${folder}${sep}`), 'cli.test.ts'].map((name) => join('test', name));
const LEFT_OUT = [
  // It reads the files of the directory; that it says so where there is a database is tested without one.
  'check.test.ts',
  // The socket by which commands reach the server of a directory: on a database they work beside it.
  'control.test.ts',
  // No store is open in these: they would say the same again.
  'password-prompt.test.ts',
  'tutorial-users.test.ts',
].map((name) => join('test', 'cli', name));

const wanted = process.argv.slice(2);
const files = testFilesIn('test', wanted).filter(
  (file) => TESTED.some((start) => file.startsWith(start)) && !LEFT_OUT.includes(file),
);
// Hundreds of databases are made, used for a second, and thrown away: nobody need tidy them, or write them twice.
const cluster = await Cluster.start([
  ...['max_connections=300', 'autovacuum=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_wal_size=8GB'],
]);
try {
  runTests(files, { concurrency: 2, env: { TEST_DATABASE_URL: cluster.url } });
} finally {
  await cluster.end();
}
