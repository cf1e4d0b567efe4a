import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import { journalBytes, numberedSession, numberedUser, openModels } from '../../helpers/stored-models.ts';
import type { OpenModels } from '../../helpers/stored-models.ts';

/** Timers that wait until the test says that their time has come. */
class ManualTimers {
  readonly delays: number[] = [];
  #callbacks: (() => void)[] = [];

  readonly start = (callback: () => void, delayMs: number): (() => void) => {
    this.delays.push(delayMs);
    this.#callbacks.push(callback);
    return () => {
      this.#callbacks = this.#callbacks.filter((other) => other !== callback);
    };
  };

  get waiting(): number {
    return this.#callbacks.length;
  }

  fire(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback();
  }
}

interface Setup extends OpenModels {
  readonly directory: string;
  readonly fileSystem: FaultyFileSystem;
  readonly timers: ManualTimers;
}

/** A store of more than its floor, so that a start compacts nothing by itself. */
async function setUp(t: TestContext, directory = temporaryDirectory(t), compactionFloor = 5): Promise<Setup> {
  const fileSystem = new FaultyFileSystem();
  const timers = new ManualTimers();
  const models = await openModels(directory, { fileSystem, startTimer: timers.start, compactionFloor });
  t.after(() => models.store.close());
  return { ...models, directory, fileSystem, timers };
}

async function addUsers({ users }: OpenModels): Promise<void> {
  await Promise.all(Array.from({ length: 20 }, (_, number) => users.save(numberedUser(number))));
}

const DELETED = /user3@example\.com/;

test('a deleted user is off the disk within a minute', async (t) => {
  const setup = await setUp(t);
  await addUsers(setup);
  assert.equal(setup.timers.waiting, 0);
  await setup.users.remove('user-3');
  assert.match(journalBytes(setup.directory).toString(), DELETED);
  const [delay] = setup.timers.delays;
  assert.ok(delay !== undefined && delay <= 50_000, `${delay} ms`);
  setup.timers.fire();
  await until(() => setup.fileSystem.hasSwapped);
  assert.doesNotMatch(journalBytes(setup.directory).toString(), DELETED);
  assert.equal(setup.timers.waiting, 0);
});

test('a replaced hash, email or link is off the disk within a minute', async (t) => {
  const link = { digest: 'a-digest', kind: 'reset', expiresAt: 1_800_000_000_000 } as const;
  for (const [former, changes] of [
    ['$sha256$00', { passwordHash: '$scrypt$new' }],
    ['user3@example.com', { email: 'moved@example.com' }],
    ['a-digest', { link: null }],
  ] as const) {
    const setup = await setUp(t);
    await setup.users.save(numberedUser(3).with({ link }));
    await setup.users.update('user-3', (user) => user.with(changes));
    assert.ok(journalBytes(setup.directory).includes(former));
    assert.equal(setup.timers.waiting, 1, former);
    setup.timers.fire();
    await until(() => setup.fileSystem.hasSwapped);
    assert.ok(!journalBytes(setup.directory).includes(former), former);
  }
});

test('what holds no secret compacts nothing: names, sign-ins, sessions that come and go', async (t) => {
  const setup = await setUp(t);
  await addUsers(setup);
  await setup.users.update('user-3', (user) => user.with({ lastName: 'Doe', groups: ['ops'] }));
  const knownNetworks = [{ network: '192.0.2.7', lastSignInAt: 1_700_000_000_000 }];
  await setup.users.update('user-3', (user) => user.with({ knownNetworks }));
  await setup.userSessions.save(numberedSession(1, 'user-3'));
  await setup.userSessions.save(numberedSession(2, 'user-3'));
  await setup.userSessions.remove('session-1');
  await setup.userSessions.removeOwned('user-3', null);
  assert.equal(setup.timers.delays.length, 0);
});

test('a busy site compacts once for all that is deleted in between', async (t) => {
  const setup = await setUp(t, undefined, 100);
  await addUsers(setup);
  for (let number = 0; number < 10; number += 1) await setup.users.remove(`user-${number}`);
  assert.equal(setup.timers.delays.length, 1);
  const { fileSystem, timers } = setup;
  // One is deleted while the compaction is under way: it may be in the new file, and waits for the next one.
  let isRemoved = false;
  fileSystem.onStep = async ({ operation, path }) => {
    if (operation !== 'sync' || !path.endsWith(NEW_JOURNAL_FILE) || isRemoved) return;
    isRemoved = true;
    await setup.users.remove('user-10');
  };
  timers.fire();
  await until(() => fileSystem.hasSwapped);
  assert.match(journalBytes(setup.directory).toString(), /user10@example/);
  assert.equal(timers.waiting, 1);
  await until(() => {
    // One that comes while the first compaction ends is put off once more.
    timers.fire();
    return fileSystem.count('rename') === 2 && fileSystem.hasSwapped;
  });
  assert.doesNotMatch(journalBytes(setup.directory).toString(), /user(10|[0-9])@example/);
});

test('a compaction that fails is tried again', async (t) => {
  const setup = await setUp(t);
  await addUsers(setup);
  await setup.users.remove('user-3');
  setup.fileSystem.failWith('ENOSPC', ({ path }) => path.endsWith(NEW_JOURNAL_FILE));
  setup.timers.fire();
  await until(() => setup.timers.waiting === 1);
  assert.match(setup.notices.join(), /put off: ENOSPC/);
  setup.fileSystem.heal();
  setup.timers.fire();
  await until(() => setup.fileSystem.hasSwapped);
  assert.doesNotMatch(journalBytes(setup.directory).toString(), DELETED);
});

test('a start finds what a killed process has not erased, in a large journal too', async (t) => {
  const setup = await setUp(t);
  await addUsers(setup);
  await setup.users.remove('user-3');
  // More records than the floor: to close it erases nothing.
  await setup.store.close();
  assert.match(journalBytes(setup.directory).toString(), DELETED);
  const again = await setUp(t, setup.directory);
  assert.equal(again.timers.waiting, 1);
  again.timers.fire();
  await until(() => again.fileSystem.hasSwapped);
  assert.doesNotMatch(journalBytes(setup.directory).toString(), DELETED);
});

test('close() erases what a small journal holds: a command that deletes leaves nothing behind', async (t) => {
  const setup = await setUp(t, undefined, 100);
  await addUsers(setup);
  await setup.users.remove('user-3');
  await setup.store.close();
  assert.equal(setup.timers.waiting, 0);
  assert.doesNotMatch(journalBytes(setup.directory).toString(), DELETED);
});

test('close() erases what was removed while a compaction was under way', async (t) => {
  const directory = temporaryDirectory(t);
  const first = await setUp(t, directory, 100);
  await addUsers(first);
  await first.users.save(numberedUser(1, 'a dead entry, for which the next start compacts'));
  await first.store.close();
  const setup = await setUp(t, directory, 100);
  let removal: Promise<unknown> | null = null;
  setup.fileSystem.onStep = async ({ operation, path }) => {
    // The snapshot, with the user in it, is written.
    if (operation !== 'sync' || !path.endsWith(NEW_JOURNAL_FILE) || removal !== null) return;
    removal = setup.users.remove('user-3');
    await removal;
  };
  await until(() => removal !== null);
  await removal;
  await setup.store.close();
  assert.doesNotMatch(journalBytes(directory).toString(), DELETED);
});
