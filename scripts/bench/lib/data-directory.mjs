/** Data directories with as many users and sessions as a measurement asks for, made by our own code. */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);

const MAKE_RECORDS = fileURLToPath(new URL('./make-records.mjs', import.meta.url));

/** Every user's. */
export const PASSWORD = 'correct horse battery staple';

/**
 * Makes the first user by the command line's `import`, as any build can, and the others and sessions through the
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
  writeFileSync(importPath, JSON.stringify(firstUser()));
  await run(context, [join(context.dist, 'cli.js'), 'import', importPath], { DATA_DIR: directory });
  if (users > 1 || sessions > 0) {
    const counts = [users, sessions, owners].map(String);
    await run(context, [MAKE_RECORDS, context.dist, directory, ...counts, idsPath], {});
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

/** A user as the tutorial's `.db_User.json` has them: by id, the password as SHA-256. */
function firstUser() {
  const id = randomUUID();
  const time = '2017-09-25T01:55:17';
  return {
    [id]: {
      id,
      created_at: time,
      updated_at: time,
      email: emailOf(0),
      _password: createHash('sha256').update(PASSWORD).digest('hex'),
      first_name: 'Bench',
      last_name: null,
    },
  };
}

async function run(context, args, env) {
  await execute(process.execPath, args, { env: { PATH: process.env.PATH, ...env }, signal: context.signal });
}
