import { UnusableDatabaseError } from '../store-errors.ts';
import { statement } from './connection.ts';
import type { Connection } from './connection.ts';
import { RefusedStatementError } from './failures.ts';
import { quoted } from './table.ts';

/** Makes the tables of one version into those of the next. */
export interface Migration {
  /** For who looks at the list in the database. */
  readonly title: string;
  /** Statements, in order; they may be any that PostgreSQL runs within a transaction. */
  readonly sql: readonly string[];
}

/** How long a migration may take, the wait for another process's included, in milliseconds. */
const MIGRATION_LIMIT_MS = 10 * 60 * 1_000;

/** A number of ours, for PostgreSQL's advisory locks; the transactions of the store take another. */
const LOCK = 7_238_114_901;

const ABOUT = statement(
  "select pg_encoding_to_char(encoding), current_setting('server_version_num') from pg_database where datname = current_database()",
);

const OLDEST_SERVER = 14;

/** What the database is to look like. */
export interface Layout {
  /** The schema, in PostgreSQL's sense, in which the tables are; it is made where it is missing. */
  readonly namespace: string;
  /** SQL that makes all tables as this version has them. */
  readonly definitions: readonly string[];
  /** From version 1 to 2, from 2 to 3, and so on: forward only. */
  readonly migrations: readonly Migration[];
}

/**
 * Brings the database to the version of this server. An empty one gets every table as it is now; another the
 * migrations that it has not had yet.
 *
 * Any number of processes may do so at once: all of it is one transaction, under a lock that ends with it.
 *
 * @throws {UnusableDatabaseError} a newer server wrote it, it is not in UTF-8, or may not be changed by us
 */
export async function migrate(connection: Connection, layout: Layout): Promise<void> {
  try {
    await checkServer(connection);
    if ((await versionOf(connection, layout)) === newest(layout)) return;
    await connection.execute('begin isolation level read committed', MIGRATION_LIMIT_MS);
    await connection.execute(`set local statement_timeout = ${MIGRATION_LIMIT_MS}`, MIGRATION_LIMIT_MS);
    await connection.execute(`select pg_advisory_xact_lock(${LOCK})`, MIGRATION_LIMIT_MS);
    const version = await versionOf(connection, layout);
    for (const sql of stepsFrom(version, layout)) await connection.execute(sql, MIGRATION_LIMIT_MS);
    await connection.execute('commit', MIGRATION_LIMIT_MS);
  } catch (error) {
    // It may be in the middle of the transaction, and nobody else has any use for it.
    connection.kill();
    if (!(error instanceof RefusedStatementError) || error.isPassing) throw error;
    throw new UnusableDatabaseError(`the database cannot be made ready: ${error.message}`);
  }
}

async function checkServer(connection: Connection): Promise<void> {
  const [row] = await connection.run(ABOUT, [], MIGRATION_LIMIT_MS);
  const [encoding, version] = row ?? [];
  if (encoding !== 'UTF8') throw new UnusableDatabaseError(`the database must be in UTF8, not ${encoding}`);
  if (Number(version) < OLDEST_SERVER * 10_000) {
    throw new UnusableDatabaseError(`PostgreSQL must be version ${OLDEST_SERVER} or later`);
  }
}

/** @returns 0 for an empty one. @throws {UnusableDatabaseError} a newer server wrote it */
async function versionOf(connection: Connection, layout: Layout): Promise<number> {
  const list = listOf(layout);
  const [row] = await connection.run(EXISTS, [layout.namespace], MIGRATION_LIMIT_MS);
  if (row?.[0] !== '1') return 0;
  const [last] = await connection.run(statement(`select max(version) from ${list}`), [], MIGRATION_LIMIT_MS);
  const version = Number(last?.[0] ?? 0);
  if (version <= newest(layout)) return version;
  throw new UnusableDatabaseError(
    `the database was written by a newer version of this server (its tables are version ${version}, ` +
      `ours ${newest(layout)}): use that version`,
  );
}

// Not `to_regclass`: it remembers that there was none, also where another process has made it since.
const EXISTS = statement(
  "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where nspname = $1 and relname = 'migrations'",
);

function newest({ migrations }: Layout): number {
  return migrations.length + 1;
}

/** The table of the migrations that were made. */
function listOf({ namespace }: Layout): string {
  return `${quoted(namespace)}.migrations`;
}

function stepsFrom(version: number, layout: Layout): string[] {
  const isEmpty = version === 0;
  const steps = isEmpty ? [...foundation(layout), ...layout.definitions] : [];
  for (const [index, { title, sql }] of [{ title: 'all tables', sql: [] }, ...layout.migrations].entries()) {
    if (index < version) continue;
    if (!isEmpty) steps.push(...sql);
    steps.push(`insert into ${listOf(layout)} (version, title) values (${index + 1}, '${title}')`);
  }
  return steps;
}

function foundation(layout: Layout): string[] {
  const namespace = quoted(layout.namespace);
  return [
    // "if not exists" asks for the right to make one even where it is there.
    `do $$ begin if not exists (select from pg_namespace where nspname = '${layout.namespace}') ` +
      `then create schema ${namespace}; end if; end $$`,
    `create table ${listOf(layout)} ` +
      '(version integer primary key, title text not null, applied_at timestamptz not null default now())',
  ];
}
