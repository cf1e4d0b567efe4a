import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { journalBytes, numberedUser, openModels } from '../../helpers/stored-models.ts';

test('JournalStore makes one line and one sync of what is written at once', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem });
  t.after(() => store.close());
  const [writes, syncs] = [fileSystem.count('write'), fileSystem.count('sync')];
  await Promise.all(Array.from({ length: 1_000 }, (_, number) => users.save(numberedUser(number))));
  assert.equal(fileSystem.count('write') - writes, 1);
  assert.equal(fileSystem.count('sync') - syncs, 1);
});

test('JournalStore gathers what arrives during a sync into one line more', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem });
  t.after(() => store.close());
  const syncs = fileSystem.count('sync');
  const during: Promise<unknown>[] = [];
  fileSystem.onStep = async ({ operation }) => {
    if (operation !== 'sync' || during.length > 0) return;
    for (let number = 1; number <= 64; number += 1) during.push(users.save(numberedUser(number)));
    // Readers see nothing of either batch yet.
    assert.equal(await users.count(), 0);
  };
  await users.save(numberedUser(0));
  assert.equal(await users.count(), 1);
  await Promise.all(during);
  assert.equal(await users.count(), 65);
  assert.equal(fileSystem.count('sync') - syncs, 2);
});

test('JournalStore takes far fewer syncs than writes from 64 writers that wait for their answers', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem });
  t.after(() => store.close());
  const syncs = fileSystem.count('sync');
  const write = async (writer: number): Promise<void> => {
    for (let version = 0; version < 20; version += 1) await users.save(numberedUser(writer, `${version}`));
  };
  await Promise.all(Array.from({ length: 64 }, (_, writer) => write(writer)));
  const taken = fileSystem.count('sync') - syncs;
  t.diagnostic(`${64 * 20} writes, ${taken} syncs`);
  assert.ok(taken <= 2 * 20, `${taken} syncs`);
});

test('JournalStore appends what the record costs, whatever it holds', async (t) => {
  const costs: number[] = [];
  for (const count of [10, 10_000]) {
    const directory = temporaryDirectory(t);
    const { store, users } = await openModels(directory);
    await Promise.all(Array.from({ length: count }, (_, number) => users.save(numberedUser(number))));
    const before = journalBytes(directory).length;
    await users.update('user-1', (user) => user.with({ lastName: 'changed' }));
    costs.push(journalBytes(directory).length - before);
    await store.close();
  }
  const [few, many] = costs;
  assert.equal(few, many);
});

test('JournalStore shows a write to readers only once it is on the disk', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(directory, { fileSystem });
  t.after(() => store.close());
  const seen: (string | null | undefined)[] = [];
  await users.save(numberedUser(1, 'old'));
  fileSystem.onStep = async () => {
    seen.push((await users.get('user-1'))?.lastName);
  };
  await users.save(numberedUser(1, 'new'));
  seen.push((await users.get('user-1'))?.lastName);
  assert.deepEqual(seen, ['old', 'old', 'new']);
});
