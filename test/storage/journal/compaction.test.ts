import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { nodeFileSystem } from '../../../src/storage/journal/node-file-system.ts';
import { JOURNAL_FILE, NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import type { OpenFile } from '../../../src/storage/journal/file-system.ts';
import { LOCK_SOCKET } from '../../../src/storage/journal/lock-socket.ts';
import { LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import {
  contentOf,
  journalBytes,
  numberedSession,
  numberedUser,
  openModels,
  reopenedContent,
} from '../../helpers/stored-models.ts';

/** Entries (puts and removals) in a journal. */
function entryCount(bytes: Buffer): number {
  return bytes.toString().match(/"created_at"|"remove"/g)?.length ?? 0;
}

test('compaction keeps the journal within a small multiple of what is live', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(directory, { fileSystem, compactionFloor: 100 });
  t.after(() => store.close());
  for (let number = 0; number < 10; number += 1) await users.save(numberedUser(number));
  let longest = 0;
  for (let round = 0; round < 1_000; round += 1) {
    // 100,000 writes of one user. A hundred at once are one entry: the journal has the last of them only.
    const writes = Array.from({ length: 100 }, (_, write) => users.save(numberedUser(5, `${round}.${write}`)));
    await Promise.all(writes);
    if (round % 50 === 0) longest = Math.max(longest, entryCount(journalBytes(directory)));
  }
  const names = readdirSync(directory).filter((name) => name !== NEW_JOURNAL_FILE);
  assert.deepEqual(names.sort(), [JOURNAL_FILE, LOCK_FILE, LOCK_SOCKET]);
  t.diagnostic(`${fileSystem.count('rename')} compactions, longest journal ${longest} entries`);
  assert.ok(longest <= 2 * 10 + 100 + 50, `${longest} entries`);
  assert.ok(fileSystem.count('rename') > 5);
  const ids = (await users.all()).map(({ id }) => id);
  assert.deepEqual(ids, Array.from({ length: 10 }, (_, number) => `user-${number}`));
});

test('open() cleans what was replaced or removed out of a small journal', async (t) => {
  const directory = temporaryDirectory(t);
  const { store, users } = await openModels(directory);
  await users.save(numberedUser(1, 'the old name'));
  await users.save(numberedUser(1, 'the new name'));
  await users.save(numberedUser(2, 'one who left'));
  await users.save(numberedUser(2));
  await store.close();
  assert.match(journalBytes(directory).toString(), /the old name.*one who left/s);

  const fileSystem = new FaultyFileSystem();
  const again = await openModels(directory, { fileSystem });
  await until(() => fileSystem.hasSwapped);
  await again.store.close();
  assert.match(journalBytes(directory).toString(), /the new name/);
  assert.doesNotMatch(journalBytes(directory).toString(), /the old name|one who left/);

  const clean = new FaultyFileSystem();
  await (await openModels(directory, { fileSystem: clean })).store.close();
  assert.equal(clean.count('open', NEW_JOURNAL_FILE), 0, 'nothing is left to clean');
});

test('compaction goes on bounding the journal while the writer never rests', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(directory, { fileSystem, compactionFloor: 50 });
  t.after(() => store.close());
  // The next write is staged while one is synced: no write ever ends with nothing to write.
  let left = 1_000;
  const writes: Promise<unknown>[] = [];
  fileSystem.onStep = ({ operation, path }) => {
    if (operation !== 'sync' || !path.endsWith(JOURNAL_FILE) || left === 0) return;
    left -= 1;
    writes.push(users.save(numberedUser(1, `${left}`)));
  };
  await users.save(numberedUser(1));
  await until(() => left === 0);
  await Promise.all(writes);
  t.diagnostic(`${fileSystem.count('rename')} compactions`);
  assert.ok(fileSystem.count('rename') > 3, `${fileSystem.count('rename')} compactions`);
});

test('compaction is not begun for less than its floor', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem, compactionFloor: 50 });
  for (let version = 0; version < 52; version += 1) await users.save(numberedUser(1, `${version}`));
  assert.equal(fileSystem.count('open', NEW_JOURNAL_FILE), 0);
  await users.save(numberedUser(1, 'one more'));
  await until(() => fileSystem.count('open', NEW_JOURNAL_FILE) > 0);
  assert.equal(fileSystem.count('open', NEW_JOURNAL_FILE), 1);
  await store.close();
});

test('open() leaves a journal of more than its floor alone while most of it is live', async (t) => {
  const directory = temporaryDirectory(t);
  const { store, users } = await openModels(directory);
  for (let number = 0; number < 20; number += 1) await users.save(numberedUser(number));
  await users.save(numberedUser(1, 'entry 21'));
  await store.close();
  for (const [compactionFloor, compactions] of [[20, 0], [21, 1]] as const) {
    const fileSystem = new FaultyFileSystem();
    await (await openModels(directory, { fileSystem, compactionFloor })).store.close();
    assert.equal(fileSystem.count('open', NEW_JOURNAL_FILE), compactions, `a floor of ${compactionFloor}`);
  }
});

test('compaction counts what its journal holds: the snapshot, and what was copied behind it', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem, compactionFloor: 10 });
  t.after(() => store.close());
  const numbers = Array.from({ length: 300 }, (_, number) => number);
  const saveAll = () => Promise.all(numbers.map((number) => users.save(numberedUser(number))));
  const saveOne = (): Promise<unknown> => users.save(numberedUser(0));
  const compactions = (): number => fileSystem.count('open', NEW_JOURNAL_FILE);
  fileSystem.onStep = async ({ operation, path }) => {
    if (operation !== 'open' || !path.endsWith(NEW_JOURNAL_FILE) || compactions() > 1) return;
    for (let meanwhile = 0; meanwhile < 10; meanwhile += 1) await saveOne();
  };
  await saveAll();
  await saveAll();
  for (let more = 0; more < 11; more += 1) await saveOne();
  await until(() => fileSystem.hasSwapped);
  // 310 entries by now; the next compaction is due past 610.
  await saveAll();
  assert.equal(compactions(), 1);
  await saveOne();
  await until(() => compactions() > 1);
  assert.equal(compactions(), 2);
});

test('compaction closes the journal whose place it takes', async (t) => {
  const closes: (() => number)[] = [];
  const countCloses = (file: OpenFile): OpenFile => {
    const { mock } = t.mock.method(file, 'close');
    closes.push(() => mock.callCount());
    return file;
  };
  const fileSystem = new FaultyFileSystem({
    ...nodeFileSystem,
    open: async (path) => countCloses(await nodeFileSystem.open(path)),
    create: async (path) => countCloses(await nodeFileSystem.create(path)),
  });
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem, compactionFloor: 10 });
  for (let version = 0; version < 13; version += 1) await users.save(numberedUser(1, `${version}`));
  await until(() => fileSystem.hasSwapped);
  await store.close();
  assert.deepEqual(closes.map((count) => count()), [1, 1]);
});

test('compaction is not begun by a write that ends while the store is closed', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem, compactionFloor: 10 });
  for (let version = 0; version < 12; version += 1) await users.save(numberedUser(1, `${version}`));
  await Promise.all([users.save(numberedUser(1, 'one more')), store.close()]);
  assert.equal(fileSystem.count('open', NEW_JOURNAL_FILE), 0);
});

test('compaction is begun at the start where a journal is due for it', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await openModels(directory);
  for (let version = 0; version < 20; version += 1) await first.users.save(numberedUser(1, `${version}`));
  await first.store.close();
  const longer = journalBytes(directory).length;
  const fileSystem = new FaultyFileSystem();
  const second = await openModels(directory, { fileSystem, compactionFloor: 5 });
  await until(() => fileSystem.hasSwapped);
  await second.store.close();
  assert.ok(journalBytes(directory).length < longer / 5);
  assert.deepEqual((await reopenedContent(directory)).users, [numberedUser(1, '19')]);
});

test('compaction keeps the order, and every write that is made meanwhile', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const models = await openModels(directory, { fileSystem, compactionFloor: 0 });
  const { users, userSessions, store } = models;
  t.after(() => store.close());
  const writes: Promise<unknown>[] = [];
  let number = 0;
  fileSystem.onStep = ({ path, operation }) => {
    if (!path.endsWith(NEW_JOURNAL_FILE) && operation !== 'rename') return;
    // Enough, should the copying of these writes never come to an end.
    if (number === 60) return;
    number += 1;
    writes.push(
      users.save(numberedUser(5_000 + number)),
      users.update(`user-${number * 30}`, (user) => user.with({ email: `moved${number}@example.com` })),
      users.remove(`user-${number * 30 + 1}`),
      userSessions.save(numberedSession(10_000 + number, `user-${number * 30 + 2}`)),
      // The email of one that goes is taken by one that stays.
      users.update(`user-${number * 30 + 3}`, (user) => user.with({ email: `user${number * 30 + 1}@example.com` })),
    );
  };
  const numbers = Array.from({ length: 2_000 }, (_, index) => index);
  await Promise.all(numbers.map((index) => users.save(numberedUser(index))));
  await Promise.all(numbers.map((index) => userSessions.save(numberedSession(index, `user-${index}`))));
  await Promise.all(numbers.map((index) => users.save(numberedUser(index, 'again'))));
  await Promise.all(numbers.map((index) => users.save(numberedUser(index, 'once more'))));
  await users.save(numberedUser(0, 'and more entries than twice the records'));
  await until(() => fileSystem.hasSwapped);
  await Promise.all(writes);
  const content = await contentOf(models);
  await store.close();
  assert.ok(number > 20, `${number} steps`);
  const reopened = await reopenedContent(directory);
  assert.deepEqual(reopened.users, content.users);
  assert.deepEqual(reopened.sessions, content.sessions);
});

test('compaction comes to its end though a line is appended for each that it copies', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(temporaryDirectory(t), { fileSystem, compactionFloor: 10 });
  t.after(() => store.close());
  const enough = 300;
  const writes: Promise<void>[] = [];
  let copies = 0;
  fileSystem.onStep = async ({ path, operation }) => {
    if (!path.endsWith(NEW_JOURNAL_FILE) || operation !== 'write' || copies === enough) return;
    copies += 1;
    let isWritten = false;
    const write = users.save(numberedUser(2, `${copies}`)).then(() => {
      isWritten = true;
    });
    writes.push(write);
    // It waits for this copy, where the compaction is at its last step.
    for (let turn = 0; turn < 20_000 && !isWritten; turn += 1) await nextTurn();
  };
  for (let version = 0; version < 14; version += 1) await users.save(numberedUser(1, `${version}`));
  await until(() => fileSystem.hasSwapped);
  await Promise.all(writes);
  await store.close();
  assert.ok(copies > 0 && copies < 10, `${copies} copies`);
});

for (const [title, isConcerned] of [
  ['the new file cannot be opened', { operation: 'open', part: NEW_JOURNAL_FILE }],
  ['the new file cannot be written', { operation: 'write', part: NEW_JOURNAL_FILE }],
  ['the new file cannot be synced', { operation: 'sync', part: NEW_JOURNAL_FILE }],
  ['the rename fails', { operation: 'rename', part: '' }],
] as const) {
  test(`compaction is put off, and told, where ${title}; writes go on`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const { store, users, notices } = await openModels(directory, { fileSystem, compactionFloor: 10 });
    t.after(() => store.close());
    const { operation, part } = isConcerned;
    fileSystem.failWith('ENOSPC', (step) => step.operation === operation && step.path.includes(part));
    let version = 0;
    const write = async (): Promise<void> => {
      version += 1;
      await users.save(numberedUser(1, `${version}`));
    };
    while (notices.length < 2) await write();
    assert.match(notices[0] ?? '', /compaction was put off: ENOSPC/);
    assert.ok(version > 20, 'the second try came too soon');
    assert.ok(!readdirSync(directory).includes(NEW_JOURNAL_FILE));
    fileSystem.heal();
    while (!fileSystem.hasSwapped || fileSystem.count('rename') === 0) await write();
    await until(() => !readdirSync(directory).includes(NEW_JOURNAL_FILE));
    await store.close();
    assert.deepEqual((await reopenedContent(directory)).users, [numberedUser(1, `${version}`)]);
    assert.ok(entryCount(journalBytes(directory)) < 20);
  });
}

test('close() during a compaction ends it, and loses nothing', async (t) => {
  for (let step = 1; ; step += 1) {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const { store, users, notices } = await openModels(directory, { fileSystem, compactionFloor: 10 });
    await Promise.all(Array.from({ length: 600 }, (_, number) => users.save(numberedUser(number))));
    await Promise.all(Array.from({ length: 600 }, (_, number) => users.save(numberedUser(number, 'b'))));
    let closed: Promise<void> | null = null;
    let steps = 0;
    fileSystem.onStep = ({ path, operation }) => {
      if (!path.endsWith(NEW_JOURNAL_FILE) && operation !== 'rename' && operation !== 'syncDirectory') return;
      steps += 1;
      if (steps === step) closed = store.close();
    };
    await Promise.all(Array.from({ length: 20 }, (_, number) => users.save(numberedUser(number, 'c'))));
    await until(() => closed !== null || fileSystem.hasSwapped);
    const wasInTime = closed !== null;
    await closed;
    await store.close();
    assert.deepEqual(notices, []);
    assert.deepEqual(readdirSync(directory), [JOURNAL_FILE]);
    const expected = Array.from({ length: 600 }, (_, number) => numberedUser(number, number < 20 ? 'c' : 'b'));
    assert.deepEqual((await reopenedContent(directory)).users, expected, `closed at step ${step}`);
    if (!wasInTime) {
      assert.ok(step > 8, `only ${step} steps`);
      break;
    }
  }
});
