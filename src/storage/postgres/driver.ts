import { createRequire } from 'node:module';
import { UnusableDatabaseError } from '../store-errors.ts';

/** The driver's name; it is no dependency of ours, so it is looked for when it is needed. */
const DRIVER = 'pg';

/** The first version whose clients pipeline. */
const OLDEST = [8, 23] as const;

const INSTALL = `npm install ${DRIVER}@^${OLDEST.join('.')}`;

/** One row, every value as PostgreSQL writes it. */
export type Row = readonly (string | null)[];

export type SqlValue = string | number | null | readonly SqlValue[];

export interface DriverQuery {
  readonly text: string;
  /** Present: a prepared statement, kept under this name for as long as the connection lasts. */
  readonly name?: string;
  readonly values?: readonly SqlValue[];
  readonly rowMode: 'array';
  /** Milliseconds; past them the driver ends the connection. */
  readonly query_timeout: number;
}

export interface DriverResult {
  readonly command: string;
  readonly rows: readonly Row[];
}

/** What we use of `pg.Client`. */
export interface DriverClient {
  connect(): Promise<unknown>;
  query(query: DriverQuery): Promise<DriverResult>;
  end(): Promise<void>;
  on(event: 'error' | 'end', listener: (error?: unknown) => void): unknown;
  readonly connection: { readonly stream: { destroy(): unknown } };
}

export interface DriverClientOptions {
  readonly connectionString: string;
  readonly pipeline: boolean;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
  readonly application_name: string;
  readonly types: { getTypeParser(): (text: string) => string };
}

/** What we use of `pg`. */
export interface Driver {
  readonly Client: new (options: DriverClientOptions) => DriverClient;
}

/**
 * Finds the driver beside `dist/`, or above it, or where `NODE_PATH` says.
 *
 * @param from the file beside or above which it is looked for
 * @throws {UnusableDatabaseError} it is not there, or too old; the message has the command that installs it
 */
export function loadDriver(from: string = import.meta.url): Driver {
  const require = createRequire(from);
  let manifest: unknown;
  let driver: unknown;
  try {
    manifest = require(`${DRIVER}/package.json`);
    driver = require(DRIVER);
  } catch (error) {
    if (!isObject(error) || error['code'] !== 'MODULE_NOT_FOUND') throw error;
    throw new UnusableDatabaseError(`DATABASE_URL needs the package ${DRIVER}, which is not installed: ${INSTALL}`);
  }
  const version = isObject(manifest) ? String(manifest['version']) : '';
  if (!isRecent(version) || !isDriver(driver)) {
    throw new UnusableDatabaseError(`DATABASE_URL needs ${DRIVER} ${OLDEST.join('.')} or later, not ${version}: ${INSTALL}`);
  }
  return driver;
}

/** Whether a version of the driver is one that we can use. */
function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === OLDEST[0] && minor >= OLDEST[1];
}

function isDriver(value: unknown): value is Driver {
  return isObject(value) && typeof value['Client'] === 'function';
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
