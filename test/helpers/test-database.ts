import { createHash } from 'node:crypto';
import { loadDriver } from '../../src/storage/postgres/driver.ts';
import type { Row } from '../../src/storage/postgres/driver.ts';

/** SQLSTATE: there is such a database already. */
const DUPLICATE_DATABASE = '42P04';

const SERVER = process.env['TEST_DATABASE_URL'] ?? '';

/** Whether a database takes the place of each data directory. */
export const IS_ON_DATABASE = SERVER !== '';

/**
 * For a test of what a data directory alone has: `test('…', journalOnly('its lock'), …)`.
 *
 * @param what it is about, which node:test shows where the test is left out
 */
export function journalOnly(what: string): { readonly skip: string | false } {
  return { skip: IS_ON_DATABASE && `about the data directory: ${what}` };
}

const made = new Map<string, Promise<string>>();

/**
 * Where `TEST_DATABASE_URL` names a PostgreSQL, whose user may make databases, a database of it in place of a data
 * directory: the same one for the same directory. `npm run test:postgres -- --http` runs the tests of a server that way.
 *
 * @returns its URL; null where the data directory is to be used
 */
export async function databaseInPlaceOf(directory: string): Promise<string | null> {
  if (!IS_ON_DATABASE) return null;
  const database = made.get(directory) ?? makeDatabase(directory);
  made.set(directory, database);
  return database;
}

/** What a process is told, so that it uses a data directory, or the database in its place. */
export async function storeSettings(directory: string): Promise<{ readonly [name: string]: string }> {
  const databaseUrl = await databaseInPlaceOf(directory);
  const settings = { DATA_DIR: directory };
  if (databaseUrl === null) return settings;
  // The driver is beside the tests of PostgreSQL, and not above dist/.
  return { ...settings, DATABASE_URL: databaseUrl, NODE_PATH: process.env['NODE_PATH'] ?? '' };
}

async function makeDatabase(directory: string): Promise<string> {
  const name = `d_${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
  try {
    await queryAt(SERVER, `create database ${name}`);
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === DUPLICATE_DATABASE;
    if (!isThere) throw error;
  }
  const url = new URL(SERVER);
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
