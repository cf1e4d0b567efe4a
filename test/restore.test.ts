import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cookieOf } from './helpers/client.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { startTestService } from './helpers/service.ts';

const LOGIN = { email: 'bob@example.com', password: 'correct horse battery' };

// What scripts/deploy/README.md says of a backup.
test('a restored backup revives sessions, and one start with SESSION_DURATION=1 ends them all for good', async (t) => {
  let now = Date.UTC(2026, 10, 23, 7, 0, 32);
  const dataDirectory = temporaryDirectory(t);
  const journal = join(dataDirectory, 'journal.jsonl');
  const backup = join(temporaryDirectory(t), 'backup.jsonl');
  const options = { authType: 'session_db_auth', dataDirectory, clock: () => now } as const;

  const first = await startTestService(t, options);
  await first.addUser(LOGIN.email, LOGIN.password);
  const cookie = cookieOf(await first.api('POST', '/auth_session/login', { form: LOGIN }));
  copyFileSync(journal, backup); // while the server runs
  assert.equal((await first.api('DELETE', '/auth_session/logout', { cookie })).status, 200);
  assert.equal((await first.api('GET', '/users/me', { cookie })).status, 403);
  await first.service.close();

  copyFileSync(backup, journal);
  const restored = await startTestService(t, options);
  assert.equal((await restored.api('GET', '/users/me', { cookie })).status, 200, 'ended since, and live again');
  await restored.service.close();

  now += 2_000;
  const short = await startTestService(t, { ...options, sessionDurationSeconds: 1 });
  assert.equal(await short.service.removeExpiredSessions(), 1);
  await short.service.close();

  const last = await startTestService(t, options);
  assert.equal((await last.api('GET', '/users/me', { cookie })).status, 403);
  assert.equal((await last.api('POST', '/auth_session/login', { form: LOGIN })).status, 200);
});
