/** A PostgreSQL of the benchmark's own: on the disk that the project is on, its commits durable, on a Unix socket. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { pin } from './machine.mjs';
import { processAndEndedCpuSeconds, processCpuSeconds, readProc } from './server-process.mjs';

/** Where Debian keeps the programs of each version; elsewhere they are on the path. */
const DEBIAN = '/usr/lib/postgresql';

/** Who runs it where the benchmark is run by root: PostgreSQL refuses to be. */
const NOBODY = 65_534;

/** Vacuum and checkpoints are put off: they would fall into the round of whichever server comes next. */
const SETTINGS = {
  listen_addresses: '',
  shared_buffers: '512MB',
  max_connections: '60',
  autovacuum: 'off',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
};

const START_LIMIT_MS = 30_000;
const POLL_MS = 50;

/**
 * @typedef {object} Cluster
 * @property {(database: string) => string} urlOf
 * @property {(database: string, text: string, values?: unknown[]) => Promise<any[]>} query on a connection of its own
 * @property {() => number} cpuSeconds spent so far by all its processes, those that have ended included
 * @property {() => Promise<void>} stop
 */

/**
 * @param {import('./context.mjs').Context} context
 * @param {number | string | null} core
 * @returns {Promise<Cluster>}
 */
export async function startCluster(context, core) {
  const directory = join(context.scratch, 'cluster');
  mkdirSync(directory, { mode: 0o700 });
  const isRoot = process.getuid() === 0;
  if (isRoot) {
    // The way to it is for everybody, itself for its owner alone.
    chmodSync(context.scratch, 0o711);
    chownSync(directory, NOBODY, NOBODY);
  }
  const data = join(directory, 'data');
  const run = (program, args) => {
    const owner = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--pdeathsig', 'QUIT'];
    return isRoot ? ['setpriv', [...owner, programs() + program, ...args]] : [programs() + program, args];
  };
  const options = ['-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-D', data];
  execFileSync(...run('initdb', options), { stdio: ['ignore', 'ignore', 'inherit'] });

  const settings = { ...SETTINGS, unix_socket_directories: directory };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const logPath = join(context.scratch, 'cluster.log');
  const log = openSync(logPath, 'w');
  const [command, pinned] = pin(context.machine, core, ...run('postgres', args));
  const child = spawn(command, pinned, { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(child, 'exit').catch(() => {});

  const urlOf = (database) => `postgres://bench@localhost/${database}?host=${encodeURIComponent(directory)}`;
  const query = async (database, text, values) => {
    const client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
    return client.query(text, values).then(({ rows }) => rows).finally(() => client.end());
  };
  const until = performance.now() + START_LIMIT_MS;
  while (!(await query('postgres', 'select 1').then(() => true, () => false))) {
    if (child.exitCode !== null || performance.now() > until) {
      throw new Error(`PostgreSQL did not start:\n${readFileSync(logPath, 'utf8')}`);
    }
    await delay(POLL_MS);
  }
  return {
    urlOf,
    query,
    cpuSeconds: () => clusterCpuSeconds(child.pid),
    stop: async () => {
      // "Immediate": nothing of it is needed any more.
      child.kill('SIGQUIT');
      await ended;
    },
  };
}

function programs() {
  let versions = [];
  try {
    versions = readdirSync(DEBIAN).map(Number).filter(Number.isFinite).sort((a, b) => a - b);
  } catch {
    // Not Debian's.
  }
  return versions.length === 0 ? '' : `${DEBIAN}/${versions.at(-1)}/bin/`;
}

/** A child that ends meanwhile is counted by its parent. */
function clusterCpuSeconds(pid) {
  const children = readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean);
  const ofChildren = children.map((child) => {
    try {
      return processCpuSeconds(child);
    } catch {
      return 0;
    }
  });
  return ofChildren.reduce((sum, seconds) => sum + seconds, processAndEndedCpuSeconds(pid));
}
