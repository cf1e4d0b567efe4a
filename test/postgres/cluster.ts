import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../src/storage/postgres/driver.ts';
import { queryAt } from '../helpers/test-database.ts';

/** So that it can be looked for in whatever is printed. */
export const PASSWORD = 'p%40ss-Word:of the/database';

const SUPERUSER = 'superuser';
const RETRY_MS = 50;
const ATTEMPTS = 1_200;

/** Who runs the server where the tests are run by root: PostgreSQL refuses to be. */
const UNPRIVILEGED = 'nobody';

/** Where Debian keeps each version's programs; elsewhere they are on the path. */
function programs(): string {
  const versions = (() => {
    try {
      return readdirSync('/usr/lib/postgresql');
    } catch {
      return [];
    }
  })();
  const newest = versions.map(Number).filter(Number.isFinite).sort((a, b) => a - b).at(-1);
  return newest === undefined ? '' : `/usr/lib/postgresql/${newest}/bin/`;
}

function asUnprivileged(program: string, args: readonly string[]): [program: string, args: string[]] {
  if (process.getuid?.() !== 0) return [program, [...args]];
  // It ends with the tests, also where they are killed.
  const options = ['--reuid', UNPRIVILEGED, '--regid', 'nogroup', '--clear-groups', '--pdeathsig', 'QUIT'];
  return ['setpriv', [...options, program, ...args]];
}

/**
 * A pgbouncer through which the tests reach PostgreSQL, in the mode of TEST_PGBOUNCER_MODE; none: they reach it
 * directly. By hand: `TEST_PGBOUNCER=/usr/sbin/pgbouncer TEST_PGBOUNCER_MODE=session npm run test:postgres store`.
 * Tests of how a database fails do not all pass: pgbouncer answers in its place.
 */
const BOUNCER = process.env['TEST_PGBOUNCER'] ?? '';

function bouncerSettings(work: string): string {
  const mode = process.env['TEST_PGBOUNCER_MODE'] ?? 'transaction';
  const settings = {
    pool_mode: mode,
    // Before 1.21 it is not known, and session mode needs none.
    ...(mode === 'transaction' && { max_prepared_statements: 100 }),
    ...{ unix_socket_dir: join(work, 'bouncer'), listen_port: 5432, max_client_conn: 2_000, default_pool_size: 20 },
    // A cluster has many databases, and fewer connections.
    ...{ server_idle_timeout: 2, server_login_retry: 1 },
    ...{ auth_type: 'scram-sha-256', auth_user: SUPERUSER, auth_file: join(work, 'bouncer', 'users') },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
  return `[databases]\n* = host=${work}\n[pgbouncer]\n${lines.join('')}`;
}

/** A PostgreSQL of its own, in a temporary folder, on a Unix socket. */
export class Cluster {
  readonly #folder: string;
  #server: ChildProcess | null = null;
  #bouncer: ChildProcess | null = null;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes a cluster and starts it. To be ended with `end`. */
  static async start(settings: readonly string[] = []): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), 'session-auth-pg-'));
    chmodSync(folder, 0o755);
    const work = join(folder, 'work');
    mkdirSync(work);
    if (process.getuid?.() === 0) assert.equal(spawnSync('chown', [UNPRIVILEGED, work]).status, 0);
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o644 });
    const options = ['-U', SUPERUSER, '--pwfile', passwordFile, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '-N'];
    const [program, args] = asUnprivileged(`${programs()}initdb`, [...options, '-D', join(work, 'data')]);
    const made = spawnSync(program, args, { encoding: 'utf8' });
    assert.equal(made.status, 0, `initdb: ${made.error?.message ?? made.stderr}`);
    const cluster = new Cluster(folder);
    await cluster.run(settings);
    return cluster;
  }

  /** Starts the server, after `stop`. */
  async run(settings: readonly string[] = []): Promise<void> {
    const work = join(this.#folder, 'work');
    // What a power cut costs is PostgreSQL's own matter: without fsync the tests are quick.
    const all = ['listen_addresses=', 'fsync=off', `unix_socket_directories=${work}`, 'max_connections=60', ...settings];
    const [program, args] = asUnprivileged(`${programs()}postgres`, [
      ...['-D', join(work, 'data')],
      ...all.flatMap((setting) => ['-c', setting]),
    ]);
    const log = join(this.#folder, 'log');
    const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    server.stderr?.on('data', (chunk: Buffer) => writeFileSync(log, chunk, { flag: 'a' }));
    this.#server = server;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (server.exitCode !== null) break;
      try {
        await this.query('select 1');
      } catch {
        await delay(RETRY_MS);
        continue;
      }
      if (BOUNCER !== '') await this.#startBouncer();
      return;
    }
    assert.fail(`postgres does not start: ${readFileSync(log, 'utf8')}`);
  }

  /** Of the superuser, to the database that is always there. */
  get url(): string {
    return this.urlOf(SUPERUSER, 'postgres');
  }

  urlOf(user: string, database: string, password = PASSWORD): string {
    return this.#urlAt(BOUNCER === '' ? 'work' : join('work', 'bouncer'), user, database, password);
  }

  /** Runs SQL as superuser, on a connection of its own. */
  async query(text: string, database = 'postgres'): Promise<readonly Row[]> {
    return queryAt(this.#urlAt('work', SUPERUSER, database, PASSWORD), text);
  }

  /** How many connections the servers under test have. */
  async connectionCount(): Promise<number> {
    const [row] = await this.query("select count(*) from pg_stat_activity where application_name = 'session-auth'");
    return Number(row?.[0]);
  }

  /** SIGQUIT is an "immediate" stop, as after a crash; SIGINT a "fast" one. */
  async stop(signal: 'SIGQUIT' | 'SIGINT' = 'SIGINT'): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGCONT');
    server.kill(signal);
    await ended;
  }

  /** Stops every process of the cluster where it stands. */
  freeze(): void {
    for (const pid of this.#pids()) signal(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#pids()) signal(pid, 'SIGCONT');
  }

  /** From the next start on: a standby, or a primary. */
  standBy(isStandby: boolean): void {
    const file = join(this.#folder, 'work', 'data', 'standby.signal');
    if (isStandby) writeFileSync(file, '');
    else rmSync(file, { force: true });
  }

  async end(): Promise<void> {
    this.thaw();
    this.#bouncer?.kill('SIGKILL');
    await this.stop('SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true });
  }

  #urlAt(place: string, user: string, database: string, password: string): string {
    const host = encodeURIComponent(join(this.#folder, place));
    return `postgres://${user}:${encodeURIComponent(password)}@localhost/${database}?host=${host}`;
  }

  /** It stays where PostgreSQL is stopped. */
  async #startBouncer(): Promise<void> {
    if (this.#bouncer !== null) return;
    const work = join(this.#folder, 'work');
    const folder = join(work, 'bouncer');
    mkdirSync(folder);
    writeFileSync(join(folder, 'users'), `"${SUPERUSER}" "${PASSWORD}"\n`);
    writeFileSync(join(folder, 'settings'), bouncerSettings(work));
    if (process.getuid?.() === 0) assert.equal(spawnSync('chown', ['-R', UNPRIVILEGED, folder]).status, 0);
    const [program, args] = asUnprivileged(BOUNCER, ['-q', join(folder, 'settings')]);
    const bouncer = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const log = join(this.#folder, 'bouncer-log');
    bouncer.stderr?.on('data', (chunk: Buffer) => writeFileSync(log, chunk, { flag: 'a' }));
    this.#bouncer = bouncer;
    for (let attempt = 0; attempt < ATTEMPTS && bouncer.exitCode === null; attempt += 1) {
      try {
        await queryAt(this.url, 'select 1');
        return;
      } catch {
        await delay(RETRY_MS);
      }
    }
    assert.fail(`pgbouncer does not start: ${readFileSync(log, 'utf8')}`);
  }

  /** The first process and its children. */
  #pids(): number[] {
    const parent = this.#server?.pid;
    if (parent === undefined) return [];
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent)], { encoding: 'utf8' });
    return [parent, ...stdout.split(/\s+/).filter(Boolean).map(Number)];
  }
}

/** A child of the server may have ended since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** One cluster for the tests of a file. */
export function sharedCluster(
  hooks: { before(run: () => Promise<void>): void; after(run: () => Promise<void>): void },
  settings: readonly string[] = [],
): () => Cluster {
  let cluster: Cluster | null = null;
  hooks.before(async () => {
    cluster = await Cluster.start(settings);
  });
  hooks.after(async () => cluster?.end());
  return () => {
    assert.ok(cluster !== null);
    return cluster;
  };
}
