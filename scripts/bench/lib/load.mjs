/** Puts load on a server from a process on the other core: wrk where the machine has it, else autocannon. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { LOAD_CORE, pin } from './machine.mjs';

const WRK_SCRIPT = fileURLToPath(new URL('../load.lua', import.meta.url));
const AUTOCANNON_SCRIPT = fileURLToPath(new URL('./autocannon-load.mjs', import.meta.url));

/** wrk counts an answer slower than this as an error; a sign-in that waits its turn is none. */
const TIMEOUT_SECONDS = 60;

/**
 * @typedef {object} Load
 * @property {string} url
 * @property {number} connections kept open, with one request under way on each
 * @property {number} seconds
 * @property {Record<string, string>} [headers]
 * @property {string} [method] GET where absent
 * @property {string} [type] the body's Content-Type
 * @property {string} [body] each `%d` in it becomes a number that no other request has
 * @property {{ path: string, cookieName: string }} [ids] a file of session ids, one a line and all of one length:
 *   each request carries a random one
 *
 * @typedef {object} LoadFigures
 * @property {number} requests answered
 * @property {number} seconds
 * @property {number} p50Ms
 * @property {number} p99Ms
 * @property {number} maxMs
 * @property {number} errors answers other than 2xx and 3xx, and connections that failed
 * @property {number} cpuSeconds that making the load took
 */

/**
 * @param {import('./context.mjs').Context} context
 * @param {Load} load
 * @returns {Promise<LoadFigures>}
 * @throws {Error} the load generator failed
 */
export async function putLoad(context, load) {
  const [command, args] = context.machine.wrk === null
    ? [process.execPath, [AUTOCANNON_SCRIPT, JSON.stringify(load)]]
    : ['wrk', wrkArguments(load)];
  const [pinned, pinnedArgs] = pin(context.machine, LOAD_CORE, command, args);
  const child = spawn(pinned, pinnedArgs, { stdio: ['ignore', 'pipe', 'inherit'], signal: context.signal });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  await once(child, 'close');
  const figures = output.match(/^\{.*\}$/m)?.[0];
  if (figures === undefined) {
    throw new Error(`${command} gave no figures:\n${output}`);
  }
  return JSON.parse(figures);
}

function wrkArguments({ url, connections, seconds, headers = {}, method, type, body, ids }) {
  const options = { method, type, body, ids: ids?.path, cookie: ids?.cookieName };
  return [
    '-t1', `-c${connections}`, `-d${seconds}s`, `--timeout=${TIMEOUT_SECONDS}s`, '--latency', '-s', WRK_SCRIPT,
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    url, '--',
    ...Object.entries(options).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`),
  ];
}
