import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreObserver } from '../../../src/storage/store-observer.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { journalBytes, numberedUser, openModels } from '../../helpers/stored-models.ts';

function recording(): StoreObserver & { readonly failures: string[]; readonly syncs: number[] } {
  const failures: string[] = [];
  const syncs: number[] = [];
  return { failures, syncs, failed: (operation) => failures.push(operation), synced: (seconds) => syncs.push(seconds) };
}

test('JournalStore tells its observer of each line that is on the disk, and of each commit that failed', async (t) => {
  const observer = recording();
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem, observer });
  t.after(() => store.close());
  await users.save(numberedUser(1));
  await users.save(numberedUser(2));
  assert.equal(observer.syncs.length, 2);
  for (const seconds of observer.syncs) assert.ok(seconds > 0 && seconds < 60, String(seconds));
  fileSystem.failWith('ENOSPC', ({ operation }) => operation === 'write');
  await assert.rejects(users.save(numberedUser(3)));
  fileSystem.failWith('EIO', ({ operation }) => operation === 'sync');
  await assert.rejects(users.save(numberedUser(3)));
  fileSystem.heal();
  assert.deepEqual(observer.failures, ['write', 'write']);
  assert.equal(observer.syncs.length, 2);
});

test('JournalStore tells its observer of a compaction that was put off', async (t) => {
  const observer = recording();
  const fileSystem = new FaultyFileSystem();
  const { store, users, notices } = await openModels(temporaryDirectory(t), { fileSystem, observer, compactionFloor: 10 });
  t.after(() => store.close());
  fileSystem.failWith('ENOSPC', ({ operation }) => operation === 'rename');
  for (let version = 0; notices.length === 0; version += 1) await users.save(numberedUser(1, `${version}`));
  assert.deepEqual(observer.failures, ['compaction']);
});

test('the state of a JournalStore has the size of its journal while it is open', async (t) => {
  const directory = temporaryDirectory(t);
  const { store, users } = await openModels(directory);
  await users.save(numberedUser(1));
  assert.deepEqual(store.state, { isUp: true, journalBytes: journalBytes(directory).length });
  await store.close();
  assert.deepEqual(store.state, { isUp: false, journalBytes: null });
});
