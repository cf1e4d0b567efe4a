import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { digestSessionId } from '../../../src/models/user-session.ts';
import { StoreLockedError } from '../../../src/storage/store-errors.ts';
import { decodeLine, headerVersion } from '../../../src/storage/journal/journal-line.ts';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { CLI, runProcess } from '../../helpers/process.ts';
import { startTestService } from '../../helpers/service.ts';
import { contentOf, dropLock, journalBytes, journalPath, numberedUser, openModels, withModels } from '../../helpers/stored-models.ts';

const FIXTURE = 'test/fixtures/format-1/journal.jsonl';
const COOKIE = '63102dfd-2b0d-4a6d-a0a2-80b2f6f1c5cb';
const EMAILS = ['bob@example.com', 'Björn@example.com', 'hbtn@holbertonschool.io'];

/** A directory as the server of format 1 left it. */
function oldDirectory(t: TestContext): string {
  const directory = temporaryDirectory(t);
  copyFileSync(FIXTURE, journalPath(directory));
  return directory;
}

/** What the server of format 1 looks at first: with any version but its own it changes nothing, and ends. */
function versionOf(directory: string): number | null {
  const bytes = journalBytes(directory);
  return headerVersion(decodeLine(bytes.subarray(0, bytes.indexOf('\n') + 1)) ?? {});
}

test('a directory of format 1 is served, and is of format 2 before anything is appended', async (t) => {
  const dataDirectory = oldDirectory(t);
  const { api, service, logs } = await startTestService(t, { dataDirectory });
  assert.equal(versionOf(dataDirectory), 2);
  assert.ok(logs.notice.some((line) => /rewritten from format 1 to format 2; the server of before refuses/.test(line)));
  const me = await api('GET', '/users/me', { cookie: `_my_session_id=${COOKIE}` });
  assert.equal(me.status, 200);
  assert.match(me.text, /"email": "bob@example\.com"/);
  for (const [email, password] of [
    ['bob@example.com', 'bobs long password'],
    ['Björn@example.com', 'björn has one too'],
    ['hbtn@holbertonschool.io', 'H0lbertonSchool98!'],
  ] as const) {
    assert.equal((await api('POST', '/auth_session/login', { form: { email, password } })).status, 200, email);
  }
  await service.close();
  await withModels(dataDirectory, async ({ users, userSessions, notices }) => {
    assert.deepEqual((await users.all()).map(({ email }) => email).sort(), [...EMAILS].sort());
    assert.ok((await userSessions.get(digestSessionId(COOKIE))) !== null);
    assert.equal(await userSessions.count(), 6);
    assert.deepEqual(notices, []);
  });
});

test('a directory of format 1 goes back as a copy from before, and comes again', async (t) => {
  const dataDirectory = oldDirectory(t);
  await withModels(dataDirectory, ({ users }) => users.save(numberedUser(1)));
  assert.equal(versionOf(dataDirectory), 2);
  copyFileSync(FIXTURE, journalPath(dataDirectory));
  assert.equal(versionOf(dataDirectory), 1);
  await withModels(dataDirectory, async ({ users }) => assert.equal(await users.count(), EMAILS.length));
  assert.equal(versionOf(dataDirectory), 2);
});

test('a torn end of a journal of format 1 is set aside before it is rewritten', async (t) => {
  const directory = oldDirectory(t);
  writeFileSync(journalPath(directory), Buffer.concat([readFileSync(FIXTURE), Buffer.from('{"crc32":"00')]));
  await withModels(directory, async ({ users, notices }) => {
    assert.equal(await users.count(), EMAILS.length);
    assert.equal(notices.length, 2);
  });
  assert.equal(versionOf(directory), 2);
});

test('reading and checking leave a directory of format 1 as it is', async (t) => {
  const directory = oldDirectory(t);
  const list = await runProcess(t, CLI, ['user', 'list'], { env: { DATA_DIR: directory } });
  assert.deepEqual([list.code, list.stderr], [0, '']);
  for (const email of EMAILS) assert.ok(list.stdout.includes(email));
  const check = await runProcess(t, CLI, ['check'], { env: { DATA_DIR: directory } });
  assert.equal(check.code, 0);
  assert.match(check.stdout, /7 lines, 1661 bytes, 6 entries, all whole\n {2}format 1: the next start rewrites it in format 2\n/);
  assert.deepEqual(journalBytes(directory), readFileSync(FIXTURE));
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

test('a crash at any step of the upgrade leaves the old journal whole, or the new one', async (t) => {
  const expected = await withModels(oldDirectory(t), contentOf);
  let versions = '';
  for (let step = 0, isOver = false; !isOver; step += 1) {
    const directory = oldDirectory(t);
    const fileSystem = new FaultyFileSystem();
    fileSystem.crashAtStep = step;
    fileSystem.crashCutsWrite = step % 2 === 0;
    const opened = await openModels(directory, { fileSystem }).catch(() => null);
    isOver = !fileSystem.isCrashed;
    await opened?.store.close();
    dropLock(directory);
    versions += String(versionOf(directory));
    if (versionOf(directory) === 1) assert.deepEqual(journalBytes(directory), readFileSync(FIXTURE), `step ${step}`);
    await withModels(directory, async (models) => assert.deepEqual(await contentOf(models), expected, `step ${step}`));
    assert.ok(!readdirSync(directory).includes(NEW_JOURNAL_FILE));
  }
  assert.match(versions, /^1+2+$/);
});

for (const operation of ['open', 'write', 'sync', 'rename'] as const) {
  test(`an upgrade that fails at ${operation} ends the start, and leaves the old journal and nothing beside it`, async (t) => {
    const directory = oldDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const isOfTheUpgrade = (path: string): boolean => path.endsWith(NEW_JOURNAL_FILE) || operation === 'rename';
    for (let attempt = 0; attempt < 5; attempt += 1) {
      fileSystem.failWith('ENOSPC', (step) => step.operation === operation && isOfTheUpgrade(step.path));
      await assert.rejects(openModels(directory, { fileSystem }), { name: 'DataDirectoryError', message: /the disk is full/ });
      assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
      assert.deepEqual(journalBytes(directory), readFileSync(FIXTURE));
    }
    fileSystem.heal();
    await (await openModels(directory, { fileSystem })).store.close();
    assert.equal(versionOf(directory), 2);
  });
}

test('the lock of a running server of format 1 is honoured, and one that it left is taken over', async (t) => {
  const directory = oldDirectory(t);
  // A process of this machine that is no server of ours: what it wrote about itself is what format 1 wrote.
  const other = spawn('sleep', ['1000']);
  t.after(() => other.kill('SIGKILL'));
  await once(other, 'spawn');
  const pid = other.pid ?? 0;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21] ?? '';
  writeFileSync(join(directory, LOCK_FILE), `{"pid":${pid},"startedAt":"${boot} ${ticks}","id":"1"}\n`);
  await assert.rejects(openModels(directory), (error) => error instanceof StoreLockedError && error.pid === pid);
  assert.equal(versionOf(directory), 1);
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  await (await openModels(directory)).store.close();
  assert.equal(versionOf(directory), 2);
});

test('a lock of this version is one that format 1 honours', async (t) => {
  const directory = temporaryDirectory(t);
  const { store } = await openModels(directory);
  t.after(() => store.close());
  const { pid, startedAt }: { pid?: unknown; startedAt?: unknown } = JSON.parse(
    readFileSync(join(directory, LOCK_FILE), 'utf8'),
  );
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const stat = readFileSync('/proc/self/stat', 'utf8');
  assert.deepEqual([pid, startedAt], [process.pid, `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`]);
});
