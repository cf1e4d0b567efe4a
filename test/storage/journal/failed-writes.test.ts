import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import type { Operation, Step } from '../../helpers/faulty-file-system.ts';
import { journalBytes, numberedSession, numberedUser, openModels, reopenedContent } from '../../helpers/stored-models.ts';
import type { OpenModels } from '../../helpers/stored-models.ts';

/** The code of the system's error that a write failed with. */
async function failureOf(write: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([write]);
  if (result.status === 'fulfilled') return 'it was written';
  const error: unknown = result.reason;
  assert.ok(error instanceof StoreUnavailableError, String(error));
  return error.cause instanceof Error && 'code' in error.cause ? error.cause.code : error.cause;
}

async function assertUnchanged({ users, userSessions }: OpenModels): Promise<void> {
  assert.deepEqual(await users.all(), [numberedUser(1, 'kept'), numberedUser(2)]);
  assert.deepEqual(await users.get('user-1'), numberedUser(1, 'kept'));
  assert.equal(await users.get('user-3'), null);
  assert.equal(await users.count(), 2);
  assert.deepEqual(await users.search({ email: 'USER1@example.com' }), [numberedUser(1, 'kept')]);
  assert.deepEqual(await users.search({ email: 'user3@example.com' }), []);
  assert.deepEqual(await userSessions.search({ userId: 'user-1' }), [numberedSession(1, 'user-1')]);
}

interface Fault {
  readonly title: string;
  readonly code: string;
  order(fileSystem: FaultyFileSystem): void;
}

function failing(code: string, ...operations: readonly Operation[]): Fault {
  const isConcerned = ({ operation }: Step): boolean => operations.includes(operation);
  return {
    title: `${operations.join(' and ')} with ${code}`,
    code,
    order: (fileSystem) => fileSystem.failWith(code, isConcerned),
  };
}

const FAULTS: readonly Fault[] = [
  failing('EIO', 'write'),
  failing('EFBIG', 'write'),
  failing('EIO', 'sync'),
  failing('EIO', 'sync', 'truncate'),
  failing('ENOSPC', 'write', 'truncate'),
  ...[0, 1, 40, 150].map((quotaBytes) => ({
    title: `the write after ${quotaBytes} bytes with ENOSPC`,
    code: 'ENOSPC',
    order: (fileSystem: FaultyFileSystem) => {
      fileSystem.quotaBytes = quotaBytes;
    },
  })),
  {
    title: 'the write after 40 bytes with ENOSPC and every truncate',
    code: 'ENOSPC',
    order: (fileSystem) => {
      fileSystem.quotaBytes = 40;
      fileSystem.failWith('EIO', ({ operation }) => operation === 'truncate');
    },
  },
];

for (const { title, code, order } of FAULTS) {
  test(`JournalStore stays as the disk is, and recovers, where the disk fails ${title}`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const models = await openModels(directory, { fileSystem });
    t.after(() => models.store.close());
    const { users, userSessions, notices } = models;
    await Promise.all([users.save(numberedUser(1, 'kept')), users.save(numberedUser(2))]);
    await userSessions.save(numberedSession(1, 'user-1'));
    const bytes = journalBytes(directory);

    order(fileSystem);
    assert.equal(await failureOf(users.save(numberedUser(3, 'a long line '.repeat(50)))), code);
    await assertUnchanged(models);
    assert.ok(notices.length > 0);
    // Each of these meets a journal that may be in need of repair.
    for (const write of [
      () => users.update('user-1', (user) => user.with({ lastName: 'lost' })),
      () => users.remove('user-1'),
      () => userSessions.removeExpired(Number.MAX_SAFE_INTEGER),
    ]) {
      assert.notEqual(await failureOf(write()), 'it was written');
    }
    await assertUnchanged(models);

    fileSystem.heal();
    // A short line where a long one may have been begun, and nothing of that behind it.
    await userSessions.remove('session-1');
    const [short, ...rest] = journalBytes(directory).subarray(bytes.length).toString().split('\n');
    assert.deepEqual([JSON.parse(short ?? '').remove, rest], [{ user_sessions: ['session-1'] }, ['']]);
    // The email of what was refused is free.
    const other = numberedUser(3).with({ email: 'USER3@example.com' });
    await users.save(other);
    assert.deepEqual(journalBytes(directory).subarray(0, bytes.length), bytes);
    await users.update('user-1', (user) => user.with({ lastName: 'changed' }));
    await models.store.close();
    const { users: stored, sessions } = await reopenedContent(directory);
    assert.deepEqual(stored, [numberedUser(1, 'changed'), numberedUser(2), other]);
    assert.deepEqual(sessions, []);
  });
}

test('JournalStore refuses what was staged on top of a write that failed', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(directory, { fileSystem });
  t.after(() => store.close());
  await users.save(numberedUser(1));

  let second: Promise<unknown> | null = null;
  fileSystem.failWith('EIO', ({ operation }) => operation === 'sync');
  fileSystem.onStep = ({ operation }) => {
    // The first is being written: this one is in the next batch, and counts on the first.
    if (operation === 'write') {
      second ??= failureOf(users.update('user-1', (user) => user.with({ lastName: `${user.lastName} and second` })));
    }
  };
  assert.equal(await failureOf(users.update('user-1', (user) => user.with({ lastName: 'first' }))), 'EIO');
  assert.equal(await second, 'EIO');
  fileSystem.heal();
  await users.update('user-1', (user) => user.with({ lastName: `${user.lastName} and third` }));
  await store.close();
  assert.equal((await reopenedContent(directory)).users[0]?.lastName, 'null and third');
});

test('JournalStore acknowledges nothing after a compaction until the directory is synced', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users } = await openModels(directory, { fileSystem, compactionFloor: 3 });
  t.after(() => store.close());
  fileSystem.failWith('EIO', ({ operation }) => operation === 'syncDirectory');
  for (let version = 0; version < 6; version += 1) await users.save(numberedUser(1, `${version}`));
  await until(() => fileSystem.count('rename') === 1 && fileSystem.hasSwapped);
  assert.equal(await failureOf(users.save(numberedUser(2))), 'EIO');
  assert.equal(await failureOf(users.save(numberedUser(1, 'lost'))), 'EIO');
  assert.deepEqual(await users.all(), [numberedUser(1, '5')]);
  fileSystem.heal();
  await users.save(numberedUser(2));
  await store.close();
  assert.deepEqual((await reopenedContent(directory)).users, [numberedUser(1, '5'), numberedUser(2)]);
});

test('JournalStore refuses writes once it is closed', async (t) => {
  const { store, users } = await openModels(temporaryDirectory(t));
  await store.close();
  await assert.rejects(users.save(numberedUser(1)), StoreUnavailableError);
  assert.equal(await users.count(), 0);
});

for (const operation of ['open', 'write', 'sync', 'syncDirectory', 'remove'] as const) {
  test(`JournalStore.open() throws, and lets the next try have the lock, where ${operation} fails`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    fileSystem.failWith('EIO', (step) => step.operation === operation);
    await assert.rejects(openModels(directory, { fileSystem }), { name: 'DataDirectoryError', message: /EIO/ });
    fileSystem.heal();
    const { store } = await openModels(directory, { fileSystem });
    await store.close();
  });
}
