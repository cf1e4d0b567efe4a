import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { User } from '../../src/models/user.ts';
import { EMAIL, isLive, login, PASSWORD, signedIn } from '../helpers/accounts.ts';
import { assertFailed } from '../helpers/command-line.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { runCli } from '../helpers/in-process-cli.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestServiceOptions } from '../helpers/service.ts';
import { contentOf, reopenedContent, withModels } from '../helpers/stored-models.ts';
import { journalOnly } from '../helpers/test-database.ts';

/** A server with two users and a session. */
async function filledDirectory(t: TestContext, options: TestServiceOptions = {}) {
  const server = await startTestService(t, options);
  await server.addUser(EMAIL, PASSWORD);
  await server.addUser('carol@example.com', PASSWORD);
  const cookie = await signedIn(server);
  return { server, directory: server.directory, cookie };
}

/** What export prints, in a file. */
async function exported(t: TestContext, directory: string): Promise<string> {
  const { status, stdout, stderr } = await runCli(directory, ['export']);
  assert.deepEqual([status, stderr], [0, '']);
  const path = join(temporaryDirectory(t), 'export.jsonl');
  writeFileSync(path, stdout);
  return path;
}

for (const [state, isRunning] of [['run', true], ['are stopped', false]] as const) {
  test(`export and import move users, passwords and live sessions while the servers ${state}`, async (t) => {
    const { server, directory, cookie } = await filledDirectory(t);
    if (!isRunning) await server.service.close();
    const file = await exported(t, directory);
    assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n').length, 5);
    if (isRunning) await server.service.close();

    const target = temporaryDirectory(t);
    const start = () => startTestService(t, { dataDirectory: target });
    const running = isRunning ? await start() : null;
    const imported = await runCli(target, ['import', file]);
    assert.deepEqual(imported, { status: 0, stdout: 'Imported 3 records\n', stderr: '' });
    const next = running ?? (await start());
    assert.equal(await isLive(next, cookie), true);
    assert.equal((await login(next, 'carol@example.com', PASSWORD)).status, 200);
    await next.service.close();
    assertFailed(await runCli(target, ['import', file]), 1, /the store has users already: an import needs an empty one\n$/);
  });
}

test('an export of many pages is whole, and what it gives is what was stored', async (t) => {
  const { server, directory } = await filledDirectory(t);
  await server.service.close();
  await withModels(directory, async ({ users }) => {
    const [bob] = await users.search({ email: EMAIL });
    assert.ok(bob !== undefined);
    const { id: _id, ...fields } = bob;
    const many = Array.from({ length: 1_200 }, (_, index) => ({ ...fields, email: `user${index}@example.com` }));
    await Promise.all(many.map((user) => users.save(new User(user))));
  });
  const file = await exported(t, directory);
  const target = join(temporaryDirectory(t), 'data');
  assert.equal((await runCli(target, ['import', file])).stdout, 'Imported 1203 records\n');
  assert.deepEqual(await reopenedContent(target), await withModels(directory, contentOf));
});

test('an import that will not do stores nothing, and says in which line', async (t) => {
  const { server, directory } = await filledDirectory(t);
  await server.service.close();
  const text = readFileSync(await exported(t, directory), 'utf8');
  const lines = text.trimEnd().split('\n');
  const bad = (change: (lines: string[]) => readonly string[]): string => `${change([...lines]).join('\n')}\n`;
  const cases: readonly (readonly [text: string | Buffer, status: number, says: RegExp])[] = [
    [bad((all) => all.slice(0, -1)), 1, /the end is missing/],
    [bad((all) => [...all.slice(0, 1), ...all.slice(2)]), 1, /there are 2 records, and were 3/],
    [bad((all) => all.map((line) => line.replace('"email"', '"mail"'))), 1, /line 2: this is no record of users/],
    [bad((all) => all.map((line) => line.replace('"version":1', '"version":2'))), 1, /another version/],
    [bad((all) => all.map((line) => line.replace('"users"', '"people"'))), 1, /no collection \\"people\\"|no collection "people"/],
    [Buffer.from(text.replace('carol', 'carol\xff'), 'latin1'), 2, /is not UTF-8/],
  ];
  for (const [content, status, says] of cases) {
    const path = join(temporaryDirectory(t), 'export.jsonl');
    writeFileSync(path, content);
    const target = temporaryDirectory(t);
    assertFailed(await runCli(target, ['import', path]), status, says);
    assert.deepEqual((await reopenedContent(target)).users, []);
  }
});

test('the export of a server with sessions in memory holds no session: their ids are those of the cookies', journalOnly('its server'), async (t) => {
  const { server, directory, cookie } = await filledDirectory(t, { authType: 'session_auth' });
  const text = readFileSync(await exported(t, directory), 'utf8');
  assert.equal(text.trimEnd().split('\n').length, 4);
  assert.ok(!text.includes(cookie.split('=')[1] ?? cookie));
  await server.service.close();
  const target = await startTestService(t, { authType: 'session_exp_auth' });
  const path = join(temporaryDirectory(t), 'export.jsonl');
  writeFileSync(path, text);
  assertFailed(await runCli(target.directory, ['import', path]), 1, /keeps sessions in memory: stop it, then import/);
});

test('export does not make a mistyped DATA_DIR', journalOnly('its place'), async (t) => {
  const missing = join(temporaryDirectory(t), 'mistyped');
  assertFailed(await runCli(missing, ['export']), 1, /mistyped/);
  assert.equal(existsSync(missing), false);
});
