import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import {
  contentOf,
  journalBytes,
  numberedSession,
  numberedUser,
  openModels,
  reopenedContent,
} from '../../helpers/stored-models.ts';

test('a transaction is one line, and shares it and its sync with what comes at once', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users, transaction } = await openModels(directory, { fileSystem });
  t.after(() => store.close());
  const [length, syncs] = [journalBytes(directory).length, fileSystem.count('sync')];
  const signUp = (number: number): Promise<unknown> =>
    transaction(async (models) => {
      await models.users.save(numberedUser(number));
      await models.userSessions.save(numberedSession(number, `user-${number}`));
    });
  await Promise.all([users.save(numberedUser(0)), ...[1, 2, 3].map(signUp), users.save(numberedUser(4))]);
  const [line, ...rest] = journalBytes(directory).toString('utf8', length).split('\n');
  assert.deepEqual(rest, ['']);
  const { put } = JSON.parse(line ?? '');
  assert.deepEqual(Object.keys(put), ['users', 'user_sessions'], 'owners stand first');
  assert.deepEqual([put.users.length, put.user_sessions.length], [5, 3]);
  assert.equal(fileSystem.count('sync') - syncs, 1);
});

test('transactions go on while a line is being synced, and go into the next line together', async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { store, users, transaction } = await openModels(temporaryDirectory(t), { fileSystem });
  t.after(() => store.close());
  const syncs = fileSystem.count('sync');
  let staged = 0;
  const during: Promise<unknown>[] = [];
  fileSystem.onStep = async ({ operation }) => {
    if (operation !== 'sync' || during.length > 0) return;
    for (let number = 1; number <= 20; number += 1) {
      during.push(
        transaction(async (models) => {
          await models.users.save(numberedUser(number));
          staged += 1;
        }),
      );
    }
    // All of them have done their work before this sync has begun.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(staged, 20);
  };
  await users.save(numberedUser(0));
  await Promise.all(during);
  assert.equal(fileSystem.count('sync') - syncs, 2);
});

for (const operation of ['write', 'sync'] as const) {
  test(`a transaction whose ${operation} fails rejects and changes nothing; the next one is made`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const models = await openModels(directory, { fileSystem });
    t.after(() => models.store.close());
    const { users, userSessions, transaction } = models;
    await users.save(numberedUser(1));
    await userSessions.save(numberedSession(1, 'user-1'));
    const before = await contentOf(models);
    const change = (): Promise<unknown> =>
      transaction(async (inside) => {
        await inside.users.remove('user-1');
        await inside.users.save(numberedUser(1, 'again'));
        await inside.users.save(numberedUser(2));
        await inside.userSessions.save(numberedSession(2, 'user-2'));
      });
    fileSystem.failWith('ENOSPC', (step) => step.operation === operation);
    await assert.rejects(change(), StoreUnavailableError);
    await assert.rejects(userSessions.removeOwned('user-1', null), StoreUnavailableError);
    assert.deepEqual(await contentOf(models), before);
    assert.deepEqual(await userSessions.search({ userId: 'user-1' }), [numberedSession(1, 'user-1')]);
    fileSystem.heal();
    await change();
    await models.store.close();
    const { users: found, sessions } = await reopenedContent(directory);
    assert.deepEqual([found, sessions], [[numberedUser(1, 'again'), numberedUser(2)], [numberedSession(2, 'user-2')]]);
  });
}

test('a transaction that builds on a write that fails is not made either', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users, userSessions, transaction } = await openModels(directory, { fileSystem });
  t.after(() => store.close());
  let onSync = (): void => {};
  const synced = new Promise<void>((resolve) => (onSync = resolve));
  let dependent: Promise<unknown> | null = null;
  fileSystem.failWith('EIO', ({ operation }) => operation === 'sync');
  fileSystem.onStep = ({ operation }) => {
    if (operation === 'truncate') onSync();
    if (operation !== 'write' || dependent !== null) return;
    dependent = transaction(async (inside) => {
      assert.ok((await inside.users.get('user-1')) !== null, 'it sees what is not durable yet');
      // Until that write has failed.
      await synced;
      await new Promise((resolve) => setImmediate(resolve));
      await inside.userSessions.save(numberedSession(1, 'user-1')).catch(() => {});
      return 'made';
    });
    dependent.catch(() => {});
  };
  await assert.rejects(users.save(numberedUser(1)), StoreUnavailableError);
  assert.ok(dependent !== null);
  await assert.rejects(dependent, StoreUnavailableError);
  fileSystem.heal();
  await users.save(numberedUser(2));
  assert.deepEqual([await users.all(), await userSessions.all()], [[numberedUser(2)], []]);
});

for (const order of [
  ['touch', 'remove'],
  ['remove', 'touch'],
  ['touch', 'removeAll'],
  ['removeAll', 'touch'],
] as const) {
  test(`${order.join(' and then ')}, the first on its way to the disk: the session is gone`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const { store, users, userSessions, transaction } = await openModels(directory, { fileSystem });
    t.after(() => store.close());
    await users.save(numberedUser(1));
    await userSessions.save(numberedSession(1, 'user-1'));
    const touch = (): Promise<unknown> =>
      userSessions.update('session-1', (session) => session.with({ lastSeenAt: session.lastSeenAt + 1 }));
    const remove = (): Promise<unknown> => userSessions.remove('session-1');
    const removeAll = (): Promise<unknown> => transaction((inside) => inside.userSessions.removeOwned('user-1', null));
    const [first, then] = order.map((name) => ({ touch, remove, removeAll })[name]);
    let second: Promise<unknown> | null = null;
    fileSystem.onStep = ({ operation }) => {
      if (operation === 'sync') second ??= then?.() ?? null;
    };
    await first?.();
    await second;
    assert.equal(await userSessions.get('session-1'), null);
    await store.close();
    assert.deepEqual((await reopenedContent(directory)).sessions, []);
  });
}
