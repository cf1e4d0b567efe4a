import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cookieOf } from './helpers/client.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { runCli } from './helpers/in-process-cli.ts';
import { startTestService } from './helpers/service.ts';

const LOGIN = { email: 'bob@example.com', password: 'correct horse battery' };

// What scripts/deploy/README.md says of a backup.
test('a restored backup revives sessions, and session end --all ends them for good', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const journal = join(dataDirectory, 'journal.jsonl');
  const backup = join(temporaryDirectory(t), 'backup.jsonl');
  const options = { authType: 'session_db_auth', dataDirectory } as const;

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

  const { status, stdout } = await runCli(dataDirectory, ['session', 'end', '--all']);
  assert.deepEqual([status, stdout], [0, 'Ended 1 session\n']);

  const last = await startTestService(t, options);
  assert.equal((await last.api('GET', '/users/me', { cookie })).status, 403);
  assert.equal((await last.api('POST', '/auth_session/login', { form: LOGIN })).status, 200);
});
