/** Data directories with as many users and sessions as a measurement asks for, made by our own code. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const MAKE_SESSIONS = fileURLToPath(new URL('./make-sessions.mjs', import.meta.url));

/** Every user's. */
export const PASSWORD = 'correct horse battery staple';

/**
 * Makes users by the command line's `import` (no password to hash for each), and sessions through the
 * project's own classes. A user has the email `emailOf` gives, and `PASSWORD`.
 *
 * @param {import('./context.mjs').Context} context
 * @param {{ users: number, sessions: number, owners?: number }} counts the sessions go round the first `owners` users;
 *   all of them where it is absent
 * @returns {Promise<{ directory: string, idsPath: string }>} `idsPath` names a file of the session ids, one a line
 */
export async function makeDataDirectory(context, { users, sessions, owners = users }) {
  const scratch = mkdtempSync(join(context.scratch, 'data-'));
  const directory = join(scratch, 'data');
  const idsPath = join(scratch, 'session-ids');
  const importPath = join(scratch, 'import.json');
  const records = makeUsers(users);
  writeFileSync(importPath, JSON.stringify(records));
  await run(context, [join(context.dist, 'cli.js'), 'import', importPath], { DATA_DIR: directory });
  if (sessions > 0) {
    writeFileSync(importPath, JSON.stringify(Object.keys(records).slice(0, owners)));
    await run(context, [MAKE_SESSIONS, context.dist, directory, importPath, String(sessions), idsPath], {});
  }
  return { directory, idsPath };
}

/**
 * @param {number} number of a user, from 0
 * @returns {string}
 */
export function emailOf(number) {
  return `bench-${number}@example.com`;
}

/** Users as the tutorial's `.db_User.json` has them: by id, the password as SHA-256. */
function makeUsers(count) {
  const hash = createHash('sha256').update(PASSWORD).digest('hex');
  const time = '2017-09-25T01:55:17';
  const users = {};
  for (let number = 0; number < count; number++) {
    const id = randomUUID();
    users[id] = {
      id,
      created_at: time,
      updated_at: time,
      email: emailOf(number),
      _password: hash,
      first_name: 'Bench',
      last_name: null,
    };
  }
  return users;
}

async function run(context, args, env) {
  await execute(process.execPath, args, { env: { PATH: process.env.PATH, ...env }, signal: context.signal });
}
