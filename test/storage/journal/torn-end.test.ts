import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TORN_FILE_PREFIX } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import {
  at,
  contentOf,
  journalBytes,
  journalPath,
  numberedSession,
  numberedUser,
  openModels,
  reopenedContent,
} from '../../helpers/stored-models.ts';

/** The files in which torn ends were set aside, the oldest first. */
function tornFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(TORN_FILE_PREFIX))
    .sort()
    .map((name) => join(directory, name));
}

test('JournalStore.open() recovers all before a cut at any byte of the last three records', async (t) => {
  const source = temporaryDirectory(t);
  const { store, ...models } = await openModels(source);
  await Promise.all([1, 2].map((number) => models.users.save(numberedUser(number, 'Bjørn 😀'))));
  await models.userSessions.save(numberedSession(1, 'user-1'));
  /** The journal's length and the content, after each of the last three writes. */
  const states = [{ length: journalBytes(source).length, content: await contentOf(models) }];
  for (const write of [
    () => models.users.save(numberedUser(3, 'Çelik')),
    () => models.userSessions.save(numberedSession(2, 'user-2')),
    () => models.users.remove('user-1'),
  ]) {
    await write();
    states.push({ length: journalBytes(source).length, content: await contentOf(models) });
  }
  // Before the store is closed, which takes off the disk what the removed user left.
  const bytes = journalBytes(source);
  await store.close();

  const directory = temporaryDirectory(t);
  for (let length = at(states, 0).length; length <= bytes.length; length += 1) {
    const state = at(states.filter((candidate) => candidate.length <= length), -1);
    const torn = bytes.subarray(state.length, length);
    writeFileSync(journalPath(directory), bytes.subarray(0, length));
    const { store: recovered, notices, ...recoveredModels } = await openModels(directory);
    assert.deepEqual(await contentOf(recoveredModels), state.content, `cut after ${length} bytes`);
    await recovered.close();
    assert.deepEqual(journalBytes(directory), bytes.subarray(0, state.length));
    if (torn.length === 0) {
      assert.deepEqual(notices, []);
      assert.deepEqual(tornFiles(directory), []);
      continue;
    }
    const aside = at(tornFiles(directory), 0);
    assert.equal(tornFiles(directory).length, 1);
    assert.deepEqual(readFileSync(aside), torn);
    assert.equal(statSync(aside).mode & 0o777, 0o600);
    assert.equal(notices.length, 1);
    const notice = at(notices, 0);
    assert.ok(notice.includes(`${torn.length} bytes`) && notice.includes(aside) && notice.includes('line '), notice);
    rmSync(aside);
  }
});

test('JournalStore.open() recovers a journal that was cut anywhere in its first line', async (t) => {
  const source = temporaryDirectory(t);
  await (await openModels(source)).store.close();
  const bytes = journalBytes(source);
  for (let length = 0; length < bytes.length; length += 1) {
    const directory = temporaryDirectory(t);
    writeFileSync(journalPath(directory), bytes.subarray(0, length));
    const { store, notices } = await openModels(directory);
    await store.close();
    assert.deepEqual(journalBytes(directory), bytes);
    assert.equal(notices.length, length === 0 ? 0 : 1);
    const aside = tornFiles(directory).map((path) => readFileSync(path, 'latin1'));
    assert.deepEqual(aside, length === 0 ? [] : [bytes.toString('latin1', 0, length)]);
  }
});

for (const [title, end] of [
  ['zeros, as a file system may leave them', Buffer.alloc(10_000)],
  ['zeros and the end of a line, as where its first page is missing', Buffer.from(`${'\0'.repeat(4_096)}"}]}}\n`)],
  ['an empty line', Buffer.from('\n')],
  ['two megabytes', Buffer.alloc(2_097_152, 'x')],
] as const) {
  test(`JournalStore.open() sets aside ${title}, and goes on writing where they began`, async (t) => {
    const directory = temporaryDirectory(t);
    const { store, users } = await openModels(directory);
    await users.save(numberedUser(1));
    await store.close();
    const whole = journalBytes(directory);
    writeFileSync(journalPath(directory), Buffer.concat([whole, end]));

    const recovered = await openModels(directory);
    await recovered.users.save(numberedUser(2));
    await recovered.store.close();
    assert.deepEqual(tornFiles(directory).map((path) => readFileSync(path).equals(end)), [true]);
    assert.deepEqual(journalBytes(directory).subarray(0, whole.length), whole);
    assert.deepEqual((await reopenedContent(directory)).users, [numberedUser(1), numberedUser(2)]);
  });
}

test('JournalStore.open() keeps every torn end in a file of its own', async (t) => {
  const directory = temporaryDirectory(t);
  for (const end of ['first', 'the second', '3']) {
    await (await openModels(directory)).store.close();
    writeFileSync(journalPath(directory), Buffer.concat([journalBytes(directory), Buffer.from(end)]));
  }
  await (await openModels(directory)).store.close();
  assert.deepEqual(tornFiles(directory).map((path) => readFileSync(path, 'utf8')), ['first', 'the second', '3']);
});
