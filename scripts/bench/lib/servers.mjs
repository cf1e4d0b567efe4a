/** The servers that are measured, and how a client signs in to each. */
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { emailOf, PASSWORD } from './data-directory.mjs';
import { SERVER_CORE } from './machine.mjs';
import { startServer } from './server-process.mjs';

export const USER_PATH = '/api/v1/users/me';

/** A day: `session_exp_auth` and `session_db_auth` are measured with sessions that expire. */
const SESSION_DURATION_SECONDS = 86_400;

/** Header fields that Node adds to an answer by itself, in the bare server too. */
const ADDED_BY_NODE = ['date', 'connection', 'keep-alive', 'transfer-encoding'];

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {'bare' | 'ours' | 'peer'} kind
 * @property {string} script
 * @property {Record<string, string>} env
 * @property {string} loginPath
 * @property {{ type?: string, body?: string }} login what is posted there
 * @property {boolean} [basic] authenticates by the Authorization header instead of a session cookie
 */

/**
 * Our server.
 *
 * @param {import('./context.mjs').Context} context
 * @param {{ name?: string, authType: string, logFormat?: string, metricsPort?: string, directory: string }} options
 *   `directory` is one of `makeDataDirectory`; `metricsPort` empty: nothing is measured
 * @returns {Server}
 */
export function ourServer(context, { name, authType, logFormat = 'common', metricsPort = '', directory }) {
  return {
    name: name ?? authType,
    kind: 'ours',
    script: join(context.dist, 'server.js'),
    env: {
      API_PORT: '0',
      AUTH_TYPE: authType,
      DATA_DIR: directory,
      LOG_FORMAT: logFormat,
      METRICS_PORT: metricsPort,
      SESSION_DURATION: String(SESSION_DURATION_SECONDS),
    },
    loginPath: '/api/v1/auth_session/login',
    login: loginForm(0),
    basic: authType === 'basic_auth',
  };
}

/**
 * @param {import('../servers/sample.mjs').Sample} sample
 * @param {string} sessionDirectory for the peer that keeps its sessions in files
 * @returns {Server[]} the bare server first
 */
export function peers(sample, sessionDirectory) {
  return [
    ['bare node:http', 'bare', 'bare'],
    ['Fastify + @fastify/session', 'peer', 'fastify'],
    ['Express + express-session', 'peer', 'express-memory'],
    ['Express + session-file-store', 'peer', 'express-file'],
  ].map(([name, kind, file]) => ({
    name,
    kind,
    script: fileURLToPath(new URL(`../servers/${file}.mjs`, import.meta.url)),
    env: { BENCH_SAMPLE: JSON.stringify(sample), BENCH_DIRECTORY: sessionDirectory },
    loginPath: '/login',
    // The peers ask for no credentials, and Fastify reads no form.
    login: {},
  }));
}

/**
 * Starts a server, signs in, and sees that it answers with the user.
 *
 * @param {import('./context.mjs').Context} context
 * @param {Server} server
 * @param {number | null} [core] null for wherever the system puts it
 * @returns {Promise<import('./server-process.mjs').RunningServer & {
 *   headers: Record<string, string>, userUrl: string, sample: import('../servers/sample.mjs').Sample }>}
 *   `headers` are those that authenticate a request
 * @throws {Error} the server did not start, or did not answer as it should
 */
export async function openServer(context, server, core = SERVER_CORE) {
  const running = await startServer(context, { script: server.script, env: server.env, core });
  try {
    const headers = server.basic ? basicHeader() : await signIn(running.origin + server.loginPath, server.login);
    const userUrl = running.origin + USER_PATH;
    const answer = await send(userUrl, { headers });
    return { ...running, headers, userUrl, sample: sampleOf(answer) };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function basicHeader() {
  return { Authorization: `Basic ${Buffer.from(`${emailOf(0)}:${PASSWORD}`).toString('base64')}` };
}

/**
 * @param {number} userNumber as `emailOf` takes it
 * @returns {{ type: string, body: string }} the form that signs this user in to ours
 */
export function loginForm(userNumber) {
  return {
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ email: emailOf(userNumber), password: PASSWORD }).toString(),
  };
}

/**
 * @param {string} url of a login route
 * @param {{ type?: string, body?: string }} form
 * @returns {Promise<{ Cookie: string }>} the header that carries the session
 * @throws {Error} the answer was not 200, or set no cookie
 */
export async function signIn(url, { type, body }) {
  const headers = type === undefined ? {} : { 'Content-Type': type };
  const answer = await send(url, { method: 'POST', headers }, body);
  const cookie = answer.fields.find(([name]) => name.toLowerCase() === 'set-cookie');
  if (cookie === undefined) {
    throw new Error(`${url} set no cookie: ${answer.body}`);
  }
  return { Cookie: cookie[1].split(';')[0] };
}

function sampleOf({ body, fields }) {
  const keepAlive = fields.find(([name]) => name.toLowerCase() === 'keep-alive')?.[1];
  return {
    body,
    headers: fields.filter(([name]) => !ADDED_BY_NODE.includes(name.toLowerCase())).flat(),
    keepAliveSeconds: Number(keepAlive?.match(/timeout=(\d+)/)?.[1] ?? 5),
  };
}

/**
 * One request on a kept-alive connection (as those of the load are: the answer's headers must be the same).
 * Not `fetch`, which does not tell header fields as they were sent.
 */
async function send(url, options, body) {
  const headers = { ...options.headers, Connection: 'keep-alive' };
  const [response] = await once(request(url, { ...options, headers }).end(body), 'response');
  const text = (await response.setEncoding('utf8').toArray()).join('');
  if (response.statusCode !== 200) {
    throw new Error(`${url} answered ${response.statusCode}: ${text}`);
  }
  const raw = response.rawHeaders;
  const fields = raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1]]] : []));
  return { body: text, fields };
}
