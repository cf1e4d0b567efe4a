import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { StoreLostError } from '../../../src/storage/store-errors.ts';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { LOCK_SOCKET } from '../../../src/storage/journal/lock-socket.ts';
import { DirectoryLock, LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import { journalBytes, numberedUser, openModels } from '../../helpers/stored-models.ts';

const ANOTHER = '{"pid":1,"startedAt":null,"id":"another"}\n';

async function acquire(t: TestContext): Promise<{ directory: string; lock: DirectoryLock }> {
  const directory = temporaryDirectory(t);
  const lock = await DirectoryLock.acquire(directory);
  t.after(() => lock.release());
  return { directory, lock };
}

test('DirectoryLock.verify() is true while the lock is there, and puts a text back that was removed', async (t) => {
  const { directory, lock } = await acquire(t);
  const text = readFileSync(join(directory, LOCK_FILE), 'utf8');
  assert.ok(await lock.verify());
  rmSync(join(directory, LOCK_FILE));
  assert.ok(await lock.verify());
  assert.equal(readFileSync(join(directory, LOCK_FILE), 'utf8'), text);
  assert.ok(!lock.isLost);
});

for (const [title, lose] of [
  ['another text is in the lock', (directory: string) => writeFileSync(join(directory, LOCK_FILE), ANOTHER)],
  ['the socket was removed', (directory: string) => rmSync(join(directory, LOCK_SOCKET))],
  [
    'another socket has its name',
    (directory: string) => {
      renameSync(join(directory, LOCK_SOCKET), join(directory, 'mine'));
      writeFileSync(join(directory, LOCK_SOCKET), '');
    },
  ],
] as const) {
  test(`DirectoryLock.watch() tells once that the lock is lost where ${title}`, async (t) => {
    const { directory, lock } = await acquire(t);
    let told = 0;
    lock.watch(() => (told += 1), 1);
    lose(directory);
    await until(() => told > 0);
    assert.ok(lock.isLost);
    assert.ok(!(await lock.verify()));
    assert.equal(told, 1);
  });
}

test('DirectoryLock.release() removes no lock of another, nor its socket', async (t) => {
  const { directory, lock } = await acquire(t);
  writeFileSync(join(directory, LOCK_FILE), ANOTHER);
  rmSync(join(directory, LOCK_SOCKET));
  writeFileSync(join(directory, LOCK_SOCKET), 'of another');
  await lock.release();
  assert.deepEqual(readdirSync(directory).sort(), [LOCK_FILE, LOCK_SOCKET]);
  assert.equal(readFileSync(join(directory, LOCK_FILE), 'utf8'), ANOTHER);
});

test('JournalStore writes nothing once its lock is lost, and says so', async (t) => {
  const directory = temporaryDirectory(t);
  const lost: StoreLostError[] = [];
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(directory, {
    fileSystem,
    compactionFloor: 3,
    onLost: (error) => lost.push(error),
    lockWatchIntervalMs: 1,
  });
  t.after(() => store.close());
  await users.save(numberedUser(1));
  writeFileSync(join(directory, LOCK_FILE), ANOTHER);
  await until(() => lost.length > 0);
  const before = journalBytes(directory);
  await assert.rejects(users.save(numberedUser(2)), (error) => {
    return error instanceof StoreUnavailableError && error.cause instanceof StoreLostError;
  });
  assert.deepEqual(journalBytes(directory), before);
  assert.deepEqual([lost.length, lost[0]?.directory], [1, directory]);
  await store.close();
  assert.equal(readFileSync(join(directory, LOCK_FILE), 'utf8'), ANOTHER);
});

test('JournalStore leaves alone what another process that has the directory compacts', async (t) => {
  const directory = temporaryDirectory(t);
  const { store, users } = await openModels(directory);
  await users.save(numberedUser(1));
  // To be erased when the store is closed, at the latest.
  await users.remove('user-1');
  writeFileSync(join(directory, LOCK_FILE), ANOTHER);
  writeFileSync(join(directory, NEW_JOURNAL_FILE), 'of another');
  await store.close();
  assert.equal(readFileSync(join(directory, NEW_JOURNAL_FILE), 'utf8'), 'of another');
});

test('JournalStore puts no compaction in place where the lock was taken meanwhile', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users, notices } = await openModels(directory, { fileSystem, compactionFloor: 3 });
  t.after(() => store.close());
  fileSystem.onStep = ({ operation, path }) => {
    if (operation === 'open' && path.endsWith('.new')) writeFileSync(join(directory, LOCK_FILE), ANOTHER);
  };
  for (let version = 0; version < 8; version += 1) await users.save(numberedUser(1, `${version}`)).catch(() => {});
  await until(() => notices.length > 0);
  assert.ok(notices.some((notice) => /compaction was put off: .* is no longer this process's/.test(notice)), notices.join());
  assert.equal(fileSystem.count('rename'), 0);
});
