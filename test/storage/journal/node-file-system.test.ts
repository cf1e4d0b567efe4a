import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { effectiveUserId } from '../../../src/storage/journal/machine.ts';
import { createFileSystem } from '../../../src/storage/journal/node-file-system.ts';
import type { RefusableCalls } from '../../../src/storage/journal/node-file-system.ts';
import { ownerForFilesIn } from '../../../src/storage/journal/owner.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { systemError } from '../../helpers/faulty-file-system.ts';
import { CLI, runProcess } from '../../helpers/process.ts';
import { numberedUser, openModels, reopenedContent } from '../../helpers/stored-models.ts';

const SOMEBODY = 12_345;

const CALLS: RefusableCalls = {
  chmod: (handle, mode) => handle.chmod(mode),
  chown: (handle, userId, groupId) => handle.chown(userId, groupId),
  syncDirectory: (handle) => handle.sync(),
  userId: effectiveUserId,
};

for (const code of ['EPERM', 'EINVAL', 'ENOTSUP']) {
  test(`JournalStore works on, and tells once, where chmod and a directory's sync are refused with ${code}`, async (t) => {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'journal.jsonl'), '', { mode: 0o644 });
    const told: string[] = [];
    const refuse = (): Promise<never> => Promise.reject(systemError(code));
    const calls = { ...CALLS, chmod: refuse, syncDirectory: refuse };
    const fileSystem = createFileSystem((notice) => told.push(notice), calls);
    for (let start = 0; start < 2; start += 1) {
      const { store, users } = await openModels(directory, { fileSystem });
      await users.save(numberedUser(start));
      await store.close();
    }
    assert.equal(told.length, 2, told.join('\n'));
    assert.match(told[0] ?? '', /journal\.jsonl: its mode stays 0644, since the system lets nobody set it/);
    assert.match(told[1] ?? '', /cannot sync a directory, so a power cut may undo the last compaction/);
    assert.equal((await reopenedContent(directory)).users.length, 2);
  });
}

test('createFileSystem() passes on other errors of chmod and sync', async (t) => {
  const directory = temporaryDirectory(t);
  const path = join(directory, 'a');
  writeFileSync(path, '', { mode: 0o644 });
  const refuse = (): Promise<never> => Promise.reject(systemError('EIO'));
  const fileSystem = createFileSystem(() => {}, { ...CALLS, chmod: refuse, syncDirectory: refuse });
  await assert.rejects(fileSystem.open(path), { code: 'EIO' });
  await assert.rejects(fileSystem.syncDirectoryOf(path), { code: 'EIO' });
});

test('create() takes no name that is taken, by a link neither', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'file'), 'as it was');
  symlinkSync(join(directory, 'nowhere'), join(directory, 'link'));
  const fileSystem = createFileSystem();
  for (const name of ['file', 'link']) {
    await assert.rejects(fileSystem.create(join(directory, name)), { code: 'EEXIST' });
  }
  for (const name of ['link']) {
    await assert.rejects(fileSystem.open(join(directory, name)), { code: 'ELOOP' });
    await assert.rejects(fileSystem.openExisting(join(directory, name)), { code: 'ELOOP' });
  }
  assert.deepEqual(readdirSync(directory), ['file', 'link']);
  assert.equal(readFileSync(join(directory, 'file'), 'utf8'), 'as it was');
});

test('open() refuses what is no regular file, and does not wait for it', async (t) => {
  const path = join(temporaryDirectory(t), 'pipe');
  assert.equal(spawnSync('mkfifo', [path]).status, 0);
  await assert.rejects(createFileSystem().open(path), /is no regular file: move it away/);
});

test("ownerForFilesIn() is the directory's owner for root's files, and nobody else for others'", async (t) => {
  const directory = temporaryDirectory(t);
  const own = statSync(directory);
  if (own.uid === 0) chownSync(directory, SOMEBODY, SOMEBODY + 1);
  const expected = own.uid === 0 ? { userId: SOMEBODY, groupId: SOMEBODY + 1 } : { userId: own.uid, groupId: own.gid };
  assert.deepEqual(await ownerForFilesIn(directory, 0), expected);
  for (const userId of [SOMEBODY, null]) assert.equal(await ownerForFilesIn(directory, userId), null);
  assert.equal(await ownerForFilesIn('/', 0), null, 'what is root\'s stays so');
});

test("what root makes or rewrites in another user's directory is that user's", async (t) => {
  const directory = temporaryDirectory(t);
  const run = (args: readonly string[]): Promise<unknown> =>
    runProcess(t, CLI, args, { env: { DATA_DIR: directory }, input: 'a long enough one\n' });
  if (effectiveUserId() === 0) {
    chownSync(directory, SOMEBODY, SOMEBODY);
    await run(['user', 'add', 'bob@example.com']);
    // Left by a command line of before, as root's own; and an end to set aside.
    const journal = join(directory, 'journal.jsonl');
    chownSync(journal, 0, 0);
    writeFileSync(journal, Buffer.concat([readFileSync(journal), Buffer.from('torn')]));
    const { store, users } = await openModels(directory, { compactionFloor: 1 });
    assert.deepEqual(readdirSync(directory).length, 4);
    for (const name of readdirSync(directory)) {
      const { uid, gid, mode } = statSync(join(directory, name));
      assert.deepEqual([name, uid, gid, mode & 0o777], [name, SOMEBODY, SOMEBODY, 0o600]);
    }
    for (let version = 0; version < 9; version += 1) await users.save(numberedUser(1, `${version}`));
    await store.close();
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).uid, SOMEBODY, name);
    return;
  }
  // Who is not root can only be seen to ask for it.
  const asked: number[][] = [];
  const chown = async (_handle: unknown, ...owner: number[]): Promise<void> => void asked.push(owner);
  const { uid, gid } = statSync(directory);
  const others = { ...CALLS, chown, userId: () => 0 };
  const path = join(directory, 'a');
  await (await createFileSystem(() => {}, others).create(path)).close();
  chmodSync(path, 0o600);
  assert.deepEqual(asked, statSync(path).gid === gid ? [] : [[uid, gid]]);
});
