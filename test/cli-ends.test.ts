import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './helpers/directory.ts';
import { CLI } from './helpers/process.ts';
import { startServer } from './helpers/server-process.ts';
import { numberedUser, withModels } from './helpers/stored-models.ts';

/** The command line with its standard streams in the hands of the test. */
function startCommand(t: TestContext, directory: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: directory };
  const child = spawn(process.execPath, [CLI, ...args], { env });
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

test('user add holds no lock while it waits for a password, and a signal ends it', async (t) => {
  const directory = temporaryDirectory(t);
  const child = startCommand(t, directory, ['user', 'add', 'bob@example.com']);
  const ended = once(child, 'close');
  child.stdin.write('half of a pass');
  // Another command has the directory to itself meanwhile.
  await withModels(directory, ({ users }) => users.save(numberedUser(1)));
  child.kill('SIGHUP');
  assert.deepEqual(await ended, [null, 'SIGHUP']);
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

test('SIGHUP stops the server as SIGTERM does: exit 0, and no lock left', async (t) => {
  const directory = temporaryDirectory(t);
  const server = startServer(t, { DATA_DIR: directory });
  await server.base();
  server.kill('SIGHUP');
  assert.equal((await server.ended).code, 0);
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});
