/**
 * better-auth on bare `node:http`, users and sessions in PostgreSQL by its own adapter, in the database that the harness
 * names. It asks for the session as its documentation has servers do, without HTTP between: cheaper than its own route.
 */
import { createServer } from 'node:http';

import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { fromNodeHeaders } from 'better-auth/node';
import pg from 'pg';

import { announce, sample, usersById } from './sample.mjs';
import { SECRET } from './secret.mjs';

const auth = betterAuth({
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL }),
  secret: SECRET,
  baseURL: 'http://127.0.0.1',
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
});
// Tables that are there stay as they are.
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();

const server = createServer({ keepAliveTimeout: sample.keepAliveSeconds * 1000 }, async (request, response) => {
  try {
    const found = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
    const current = usersById.get(found?.user.id);
    response.writeHead(current === undefined ? 403 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(current ?? { error: 'Forbidden' }));
  } catch {
    response.writeHead(500).end();
  }
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
