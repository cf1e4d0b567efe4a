/** What the figures were taken on: they mean little without it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/**
 * The core for the server and the core for the load, so that neither takes the other's time.
 *
 * @typedef {object} Machine
 * @property {string} cpu
 * @property {number} cores
 * @property {boolean} pinned whether server and load have a core each: `taskset` is there, and two cores are
 * @property {string | null} wrk its version, or null where autocannon stands in
 */

/** The cores that `pin` gives out. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** @returns {Machine & Record<string, unknown>} */
export function describeMachine() {
  const packages = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')).packages;
  const { dependencies } = packages[''];
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    pinned: availableParallelism() > 1 && firstLine('taskset', ['--version']) !== null,
    wrk: firstLine('wrk', ['-v'])?.match(/\d+(\.\d+)+/)?.[0] ?? null,
    packages: Object.fromEntries(
      Object.keys(dependencies).map((name) => [name, packages[`node_modules/${name}`].version]),
    ),
  };
}

/**
 * @param {Machine} machine
 * @param {number | null} core null for wherever the system puts it
 * @param {string} command
 * @param {string[]} args
 * @returns {[string, string[]]} the command that runs it on that core; the command itself where cores cannot be chosen
 */
export function pin(machine, core, command, args) {
  return machine.pinned && core !== null ? ['taskset', ['-c', String(core), command, ...args]] : [command, args];
}

/** @returns {string | null} null where there is no such command; what it exits with does not matter (`wrk -v`: 1) */
function firstLine(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
  } catch (error) {
    return error.code === 'ENOENT' ? null : String(error.stdout).split('\n')[0];
  }
}
