import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import { journalBytes, journalPath, numberedUser, openModels } from '../../helpers/stored-models.ts';

function modesOf(directory: string): number[] {
  return readdirSync(directory).map((name) => statSync(join(directory, name)).mode & 0o777);
}

for (const umask of [0o022, 0o000, 0o077]) {
  test(`JournalStore makes all for its owner alone under umask ${umask.toString(8)}`, async (t) => {
    const parent = temporaryDirectory(t);
    const before = process.umask(umask);
    t.after(() => process.umask(before));
    const directory = join(parent, 'a', 'b');
    const fileSystem = new FaultyFileSystem();
    const { store, users } = await openModels(directory, { fileSystem, compactionFloor: 3 });
    t.after(() => store.close());
    for (const path of [join(parent, 'a'), directory]) assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.deepEqual(modesOf(directory), [0o600, 0o600, 0o600]);

    let newModes: number[] = [];
    fileSystem.onStep = ({ operation, path }) => {
      if (operation === 'sync' && path.endsWith(NEW_JOURNAL_FILE)) newModes = modesOf(directory);
    };
    for (let version = 0; version < 8; version += 1) await users.save(numberedUser(1, `${version}`));
    await until(() => fileSystem.hasSwapped);
    assert.deepEqual(newModes, [0o600, 0o600, 0o600, 0o600]);
    assert.deepEqual(modesOf(directory), [0o600, 0o600, 0o600]);

    await store.close();
    writeFileSync(journalPath(directory), Buffer.concat([journalBytes(directory), Buffer.from('torn')]));
    const again = await openModels(directory);
    // Journal, lock, its socket and torn end, and what the start may be compacting into.
    const modes = modesOf(directory);
    assert.ok(modes.length >= 4);
    for (const mode of modes) assert.equal(mode, 0o600);
    await again.store.close();
  });
}

test('JournalStore.open() takes the journal out of the hands of others', async (t) => {
  const directory = temporaryDirectory(t);
  await (await openModels(directory)).store.close();
  chmodSync(journalPath(directory), 0o644);
  await (await openModels(directory)).store.close();
  assert.deepEqual(modesOf(directory), [0o600]);
});
