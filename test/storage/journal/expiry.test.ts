import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { journalBytes, numberedSession, numberedUser, openModels, reopenedContent } from '../../helpers/stored-models.ts';

const START = 1_700_000_000_000;

for (const live of [100, 10_000]) {
  test(`removeOutside() costs what expired, where ${live} sessions live on`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const { store, users, userSessions } = await openModels(directory, { fileSystem });
    t.after(() => store.close());
    await users.save(numberedUser(1));
    const sessions = Array.from({ length: 50 + live }, (_, number) => numberedSession(number, 'user-1'));
    await Promise.all(sessions.map((session) => userSessions.save(session)));
    const [length, syncs] = [journalBytes(directory).length, fileSystem.count('sync')];

    assert.equal(await userSessions.removeOutside(START + 50, Number.POSITIVE_INFINITY), 50);
    assert.equal(fileSystem.count('sync') - syncs, 1);
    const line = JSON.parse(journalBytes(directory).toString('utf8', length));
    const expected = Array.from({ length: 50 }, (_, number) => `session-${number}`);
    assert.deepEqual(line.remove, { user_sessions: expected });
    assert.equal(line.put, undefined);

    // Nothing expired: nothing is written.
    assert.equal(await userSessions.removeOutside(START + 50, Number.POSITIVE_INFINITY), 0);
    assert.equal(fileSystem.count('sync') - syncs, 1);
    await store.close();
    assert.deepEqual((await reopenedContent(directory)).sessions, sessions.slice(50));
  });
}

test('removeOutside() removes what a clock that was ahead has made, and goes on behind it', async (t) => {
  const { store, users, userSessions } = await openModels(temporaryDirectory(t));
  t.after(() => store.close());
  await users.save(numberedUser(1));
  const sessions = [900, 1, 2, 50, 3].map((number) => numberedSession(number, 'user-1'));
  for (const session of sessions) await userSessions.save(session);
  assert.equal(await userSessions.removeOutside(START + 10, START + 50), 3);
  const left = (await userSessions.all()).map(({ createdAt }) => createdAt - START);
  assert.deepEqual(left, [50, 3]);
});

test('removeOutside() looks at no more sessions than it removes, and one', async (t) => {
  const { store, users, userSessions } = await openModels(temporaryDirectory(t));
  t.after(() => store.close());
  await users.save(numberedUser(1));
  let looks = 0;
  const sessions = Array.from({ length: 5_000 }, (_, number) => {
    const session = numberedSession(number, 'user-1');
    const { createdAt } = session;
    return Object.defineProperty(session, 'createdAt', {
      get: () => {
        looks += 1;
        return createdAt;
      },
    });
  });
  await Promise.all(sessions.map((session) => userSessions.save(session)));
  looks = 0;
  assert.equal(await userSessions.removeOutside(START + 7, Number.POSITIVE_INFINITY), 7);
  // Once when it looks for them, and once when it finds that there are no more.
  assert.ok(looks <= 7 + 2, `${looks} looks`);
});

test('removeOutside() removes in several commits, and keeps those that were made when the disk fails', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users, userSessions } = await openModels(directory, { fileSystem });
  t.after(() => store.close());
  await users.save(numberedUser(1));
  await Promise.all(Array.from({ length: 3_000 }, (_, number) => userSessions.save(numberedSession(number, 'user-1'))));
  const writes = fileSystem.count('write');
  fileSystem.failWith('ENOSPC', ({ operation }) => operation === 'write' && fileSystem.count('write') > writes + 1);
  await assert.rejects(userSessions.removeOutside(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY));
  const left = await userSessions.count();
  assert.ok(left > 0 && left < 3_000, `${left} left`);
  await store.close();
  assert.equal((await reopenedContent(directory)).sessions.length, left);
});
