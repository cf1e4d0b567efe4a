import { createHash } from 'node:crypto';
import { loadDriver } from '../../src/storage/postgres/driver.ts';
import type { Row } from '../../src/storage/postgres/driver.ts';

/** SQLSTATE: there is such a database already. */
const DUPLICATE_DATABASE = '42P04';

/**
 * Where `TEST_DATABASE_URL` names a PostgreSQL, whose user may make databases, a database of it in place of a data
 * directory: the same one for the same directory. `npm run test:postgres -- --http` runs the tests of a server that way.
 *
 * @returns its URL; null where the data directory is to be used
 */
export async function databaseInPlaceOf(directory: string): Promise<string | null> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server === undefined || server === '') return null;
  const name = `d_${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
  try {
    await queryAt(server, `create database ${name}`);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === DUPLICATE_DATABASE;
    if (!isThere) throw error;
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs SQL at the database of a URL, on a connection of its own. */
export async function queryAt(url: string, text: string): Promise<readonly Row[]> {
  const { Client } = loadDriver();
  const client = new Client({
    connectionString: url,
    pipeline: false,
    connectionTimeoutMillis: 30_000,
    keepAlive: false,
    application_name: 'test',
    types: { getTypeParser: () => (value) => value },
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array', query_timeout: 60_000 })).rows;
  } finally {
    await client.end();
  }
}
