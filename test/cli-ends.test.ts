import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { LOCK_SOCKET } from '../src/storage/journal/lock-socket.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { until } from './helpers/faulty-file-system.ts';
import { startServer } from './helpers/server-process.ts';
import { numberedUser, withModels } from './helpers/stored-models.ts';

/** The command line with its standard streams in the hands of the test. */
function startCommand(t: TestContext, directory: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: directory };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], { env });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

test('user list leaves no lock and no stack where its reader goes away, as `head -1` does', async (t) => {
  const directory = temporaryDirectory(t);
  const count = 3_000;
  await withModels(directory, async ({ users }) => {
    await Promise.all(Array.from({ length: count }, (_, number) => users.save(numberedUser(number))));
  });
  const child = startCommand(t, directory, ['user', 'list']);
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problem += text;
  });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  child.stdout.destroy();
  assert.deepEqual(await ended, [0, null]);
  assert.equal(problem, '');
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

for (const [signal, code] of [['SIGHUP', 129], ['SIGINT', 130], ['SIGTERM', 143]] as const) {
  test(`user add leaves no lock where ${signal} ends it while it waits for the password`, async (t) => {
    const directory = temporaryDirectory(t);
    const child = startCommand(t, directory, ['user', 'add', 'bob@example.com']);
    const ended = once(child, 'close');
    // Once the lock is taken the command heeds signals, whatever it is at.
    await until(() => existsSync(join(directory, LOCK_SOCKET)));
    child.kill(signal);
    assert.deepEqual(await ended, [code, null]);
    assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
  });
}

test('SIGHUP stops the server as SIGTERM does: exit 0, and no lock left', async (t) => {
  const directory = temporaryDirectory(t);
  const server = startServer(t, { DATA_DIR: directory });
  await server.base();
  server.kill('SIGHUP');
  assert.equal((await server.ended).code, 0);
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});
