/** As many sessions in PostgreSQL for each server that keeps them there, all of one user, and the cookies for them. */
import { execFile } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { SECRET } from '../servers/secret.mjs';
import { makeDataDirectory } from './data-directory.mjs';

const execute = promisify(execFile);

const EXPRESS_TABLE = fileURLToPath(new URL('../node_modules/connect-pg-simple/table.sql', import.meta.url));

/** Where ours finds the driver. */
export const DRIVER_PATH = fileURLToPath(new URL('../node_modules', import.meta.url));

/** Rows that one statement inserts. */
const AT_ONCE = 10_000;

/**
 * @typedef {object} Stored
 * @property {string} url of the database
 * @property {string} cookieName
 * @property {string} idsPath names a file of the cookies' values, one a line and all of one length
 * @property {string} unknownId a value as well made as those, whose session is not stored
 */

/**
 * Ours: made in a data directory, and moved into the database as an operator would, by `export` and `import`.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./cluster.mjs').Cluster} cluster
 * @param {{ users: number, sessions: number }} counts the sessions are the first user's
 * @returns {Promise<Stored>}
 */
export async function storeOurs(context, cluster, counts) {
  const { directory, idsPath } = await makeDataDirectory(context, { ...counts, owners: 1 });
  await cluster.query('postgres', 'create database ours');
  const url = cluster.urlOf('ours');
  const linesPath = join(context.scratch, 'all.jsonl');
  const cli = join(context.dist, 'cli.js');
  const run = (command, settings) => {
    const env = { PATH: process.env.PATH, ...settings };
    return execute('sh', ['-c', command, process.execPath, cli, linesPath], { env, signal: context.signal });
  };
  await run('"$0" "$1" export > "$2"', { DATA_DIR: directory });
  await run('"$0" "$1" import "$2"', { DATABASE_URL: url, NODE_PATH: DRIVER_PATH });
  await cluster.query('ours', 'vacuum analyze');
  return { url, cookieName: '_my_session_id', idsPath, unknownId: randomUUID() };
}

/**
 * Express: the table that connect-pg-simple ships, and records as express-session writes them.
 *
 * @returns {Promise<Stored>}
 */
export async function storeExpress(context, cluster, { sessions }, user) {
  await cluster.query('postgres', 'create database express');
  await cluster.query('express', readFileSync(EXPRESS_TABLE, 'utf8'));
  const cookie = { originalMaxAge: null, expires: null, httpOnly: true, path: '/' };
  const made = signedIds(sessions, (id, signature) => `s%3A${id}.${signature.replace('=', '')}`);
  await insert(
    cluster, 'express', made.ids,
    `insert into session (sid, sess, expire) select unnest($1::text[]), $2::json, now() + interval '1 day'`,
    [JSON.stringify({ cookie, userId: user.id })],
  );
  return keep(context, cluster, 'express', 'connect.sid', made);
}

/**
 * better-auth: its own tables, which `migrate` has it make.
 *
 * @param {(url: string) => Promise<void>} migrate
 * @returns {Promise<Stored>}
 */
export async function storeBetterAuth(context, cluster, { sessions }, user, migrate) {
  await cluster.query('postgres', 'create database better_auth');
  await migrate(cluster.urlOf('better_auth'));
  await cluster.query(
    'better_auth',
    `insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt") values ($1, $2, $3, false, now(), now())`,
    [user.id, user.first_name, user.email],
  );
  const made = signedIds(sessions, (id, signature) => `${id}.${signature.replace('=', '%3D')}`);
  await insert(
    cluster, 'better_auth', made.ids,
    `insert into session (id, token, "userId", "expiresAt", "createdAt", "updatedAt", "ipAddress", "userAgent")
     select token, token, $2, now() + interval '7 days', now(), now(), '', '' from unnest($1::text[]) token`,
    [user.id],
  );
  return keep(context, cluster, 'better_auth', 'better-auth.session_token', made);
}

/** Ids of 32 characters, signed as both libraries do. No signature has what a cookie escapes, so that all are as long. */
function signedIds(count, cookieOf) {
  const made = { ids: [], cookies: [], unknownId: '' };
  for (;;) {
    const id = randomBytes(24).toString('base64url');
    const signature = createHmac('sha256', SECRET).update(id).digest('base64');
    if (/[+/]/.test(signature)) continue;
    if (made.ids.length === count) return { ...made, unknownId: cookieOf(id, signature) };
    made.ids.push(id);
    made.cookies.push(cookieOf(id, signature));
  }
}

async function insert(cluster, database, ids, text, values) {
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    await cluster.query(database, text, [ids.slice(start, start + AT_ONCE), ...values]);
  }
  await cluster.query(database, 'vacuum analyze');
}

function keep(context, cluster, database, cookieName, { cookies, unknownId }) {
  const idsPath = join(context.scratch, `cookies-${database}`);
  writeFileSync(idsPath, `${cookies.join('\n')}\n`);
  return { url: cluster.urlOf(database), cookieName, idsPath, unknownId };
}
