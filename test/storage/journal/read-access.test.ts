import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { StoreLockedError } from '../../../src/storage/store-errors.ts';
import { refuseWhereHeld } from '../../../src/storage/journal/lock-file.ts';
import { LOCK_SOCKET, LockSocket } from '../../../src/storage/journal/lock-socket.ts';
import { DirectoryLock, LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { TORN_FILE_PREFIX } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, systemError } from '../../helpers/faulty-file-system.ts';
import { CLI, runProcess } from '../../helpers/process.ts';
import { journalBytes, journalPath, numberedUser, openModels, withModels } from '../../helpers/stored-models.ts';

async function makeData(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  await withModels(directory, async ({ users }) => {
    for (const version of ['a', 'b', 'c']) await users.save(numberedUser(1, version));
  });
  return directory;
}

/** A file system on which nothing can be written, by the journal or the lock. */
function readOnly(t: TestContext): FaultyFileSystem {
  t.mock.method(LockSocket, 'listen', () => Promise.reject(systemError('EROFS')));
  const fileSystem = new FaultyFileSystem();
  fileSystem.failWith('EROFS', () => true);
  return fileSystem;
}

test('JournalStore reads a read-only file system without a lock, and refuses to write', async (t) => {
  const directory = await makeData(t);
  const fileSystem = readOnly(t);
  await assert.rejects(openModels(directory, { fileSystem }), /EROFS, it is mounted read-only: mount it for writing/);
  fileSystem.steps.length = 0;
  const { store, users, notices } = await openModels(directory, { access: 'read', fileSystem });
  assert.equal((await users.get('user-1'))?.lastName, 'c');
  await assert.rejects(users.save(numberedUser(2)), StoreUnavailableError);
  await store.close();
  assert.deepEqual(fileSystem.steps, []);
  assert.equal(notices.length, 1, 'but for the write that was refused');
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

test('JournalStore refuses to read a read-only file system that somebody has', async (t) => {
  const directory = await makeData(t);
  const holder = await DirectoryLock.acquire(directory);
  const text = readFileSync(join(directory, LOCK_FILE), 'utf8');
  const fileSystem = readOnly(t);
  const open = (): Promise<unknown> => openModels(directory, { access: 'read', fileSystem });
  const isHeldBy = (pid: number | null) => (error: unknown) => error instanceof StoreLockedError && error.pid === pid;
  await assert.rejects(open(), isHeldBy(process.pid));
  rmSync(join(directory, LOCK_FILE));
  await assert.rejects(open(), isHeldBy(null));
  await holder.release();
  writeFileSync(join(directory, LOCK_FILE), text);
  await refuseWhereHeld(directory, join(directory, LOCK_FILE));
});

test('user list changes no file, and leaves no lock, whatever the journal holds', async (t) => {
  const directory = await makeData(t);
  writeFileSync(journalPath(directory), Buffer.concat([journalBytes(directory), Buffer.from('{"crc32":"00')]));
  const state = (): object => {
    return readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mtimeMs, journalBytes(directory)]);
  };
  const before = state();
  const { code, stdout, stderr } = await runProcess(t, CLI, ['user', 'list'], { env: { DATA_DIR: directory } });
  assert.equal(code, 0);
  assert.match(stdout, /^user-1 .* user1@example\.com\n$/);
  assert.equal(stderr, '');
  assert.deepEqual(state(), before);
});

test('an empty journal is refused where the lock of a process that was killed says that there was more', async (t) => {
  const directory = temporaryDirectory(t);
  const { store } = await openModels(directory);
  const lock = readFileSync(join(directory, LOCK_FILE), 'utf8');
  await store.close();
  writeFileSync(join(directory, LOCK_FILE), lock);
  writeFileSync(journalPath(directory), '');
  const pattern = /journal\.jsonl is empty, and lock says that there was something in it: restore journal\.jsonl from a backup/;
  // Each start tells it again: none of them takes what the lock says with it.
  for (const access of ['write', 'read', 'write', 'change'] as const) {
    await assert.rejects(openModels(directory, { access }), pattern);
    assert.deepEqual(readdirSync(directory), ['journal.jsonl', LOCK_FILE]);
    assert.equal(journalBytes(directory).length, 0);
  }
  const check = await runProcess(t, CLI, ['check'], { env: { DATA_DIR: directory } });
  assert.equal(check.code, 1);
  assert.match(check.stderr, pattern);
  // Removed on purpose, as the sentence says.
  rmSync(journalPath(directory));
  await (await openModels(directory)).store.close();
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

test('an empty journal is refused where the end of a longer one was set aside', async (t) => {
  const directory = temporaryDirectory(t);
  const aside = join(directory, `${TORN_FILE_PREFIX}2026-01-01.jsonl`);
  writeFileSync(journalPath(directory), '');
  writeFileSync(aside, 'x'.repeat(200));
  await assert.rejects(openModels(directory), /is empty, and journal\.torn-2026-01-01\.jsonl says that there was/);
  // A first header that was cut short is no loss.
  writeFileSync(aside, 'x'.repeat(70));
  await (await openModels(directory)).store.close();
});

test('an empty journal is told of where a process ended that may have had one', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(journalPath(directory), '');
  writeFileSync(join(directory, LOCK_FILE), '{"pid":4194305,"startedAt":null,"id":"1"}\n');
  const { store, notices } = await openModels(directory);
  await store.close();
  assert.match(notices.join(), /is empty, and a process ended without giving it up: if there were users, restore it/);
  assert.ok(!readdirSync(directory).includes(LOCK_SOCKET));
});
