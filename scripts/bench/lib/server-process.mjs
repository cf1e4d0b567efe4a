/** One server under measurement: started on its core, watched through /proc, and stopped by its own process id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { pin } from './machine.mjs';

/** Clock ticks a second in /proc/<pid>/stat: USER_HZ, 100 on every Linux (proc(5)). */
const TICKS_PER_SECOND = 100;

/** How often a starting server's output is looked at: start times are this exact. */
const POLL_MS = 5;
const START_LIMIT_SECONDS = 120;
const STOP_LIMIT_SECONDS = 15;

/**
 * @typedef {object} RunningServer
 * @property {string} origin `http://127.0.0.1:<port>`
 * @property {number} startSeconds from spawning it to the line that says where it listens
 * @property {() => number} cpuSeconds spent so far, in user and system, by all its threads; NaN off Linux
 * @property {() => number} residentBytes NaN off Linux
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop SIGTERM where none is given
 */

/**
 * Starts a server and waits until it listens. Its standard output, where an access log goes, is a file.
 *
 * @param {import('./context.mjs').Context} context
 * @param {{ script: string, env: Record<string, string>, core: number | null }} server
 * @returns {Promise<RunningServer>}
 * @throws {Error} it ended, or did not listen in time; with what it wrote to standard error
 */
export async function startServer(context, { script, env, core }) {
  const directory = mkdtempSync(join(context.scratch, 'server-'));
  const outPath = join(directory, 'stdout');
  const errPath = join(directory, 'stderr');
  const [out, err] = [openSync(outPath, 'w'), openSync(errPath, 'w')];
  const [command, args] = pin(context.machine, core, process.execPath, [script]);
  const startedAt = performance.now();
  const child = spawn(command, args, {
    // Nothing of our own environment but the PATH: a setting of the shell must not change a figure.
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', out, err],
    signal: context.signal,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'exit').catch(() => {});
  closeSync(out);
  closeSync(err);

  let origin = announcedOrigin(outPath);
  while (origin === undefined) {
    if (child.exitCode !== null || performance.now() - startedAt > START_LIMIT_SECONDS * 1000) {
      child.kill('SIGKILL');
      throw new Error(`${script} did not start:\n${readFileSync(errPath, 'utf8')}`);
    }
    await delay(POLL_MS, undefined, { signal: context.signal });
    origin = announcedOrigin(outPath);
  }
  const startSeconds = (performance.now() - startedAt) / 1000;

  return {
    origin,
    startSeconds,
    cpuSeconds: () => processCpuSeconds(child.pid),
    residentBytes: () => residentBytes(child.pid),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_SECONDS * 1000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** @returns {string | undefined} where it listens; undefined where it does not yet */
function announcedOrigin(path) {
  return readFileSync(path, 'latin1').match(/Running on (http:\/\/[\d.]+:\d+)\/ .*\n/)?.[1];
}

/** `utime` and `stime`, fields 14 and 15 of proc(5); counted after the command's name, which may hold spaces. */
export function processCpuSeconds(pid) {
  return sumOfTicks(pid, 11, 13);
}

/** The same, and `cutime` and `cstime`: of its children that have ended. */
export function processAndEndedCpuSeconds(pid) {
  return sumOfTicks(pid, 11, 15);
}

function sumOfTicks(pid, from, to) {
  const stat = readProc(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(from, to).map(Number).reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
}

function residentBytes(pid) {
  return Number(readProc(pid, 'status').match(/^VmRSS:\s+(\d+) kB$/m)?.[1]) * 1024;
}

/** @returns {string} empty where the system has no /proc: the figures made of it become NaN */
export function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    if (error.code === 'ENOENT' && process.platform !== 'linux') {
      return '';
    }
    throw error;
  }
}
