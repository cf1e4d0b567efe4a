import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { DURATION_MS, journalBytes, numberedSession, numberedUser, openModels, reopenedContent } from '../../helpers/stored-models.ts';

const START = 1_700_000_000_000;

for (const live of [100, 10_000]) {
  test(`removeExpired() costs what expired, where ${live} sessions live on`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const { store, users, userSessions } = await openModels(directory, { fileSystem });
    t.after(() => store.close());
    await users.save(numberedUser(1));
    const sessions = Array.from({ length: 50 + live }, (_, number) => numberedSession(number, 'user-1'));
    await Promise.all(sessions.map((session) => userSessions.save(session)));
    const [length, syncs] = [journalBytes(directory).length, fileSystem.count('sync')];

    assert.equal(await userSessions.removeExpired(START + 49 + DURATION_MS), 50);
    assert.equal(fileSystem.count('sync') - syncs, 1);
    const line = JSON.parse(journalBytes(directory).toString('utf8', length));
    const expected = Array.from({ length: 50 }, (_, number) => `session-${number}`);
    assert.deepEqual(Object.keys(line.remove), ['user_sessions']);
    assert.deepEqual(line.remove.user_sessions.sort(), expected.sort());
    assert.equal(line.put, undefined);

    // Nothing expired: nothing is written.
    assert.equal(await userSessions.removeExpired(START + 49 + DURATION_MS), 0);
    assert.equal(fileSystem.count('sync') - syncs, 1);
    await store.close();
    assert.deepEqual((await reopenedContent(directory)).sessions, sessions.slice(50));
  });
}

test('removeExpired() removes in several commits, and keeps those that were made when the disk fails', async (t) => {
  const directory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { store, users, userSessions } = await openModels(directory, { fileSystem });
  t.after(() => store.close());
  await users.save(numberedUser(1));
  await Promise.all(Array.from({ length: 3_000 }, (_, number) => userSessions.save(numberedSession(number, 'user-1'))));
  const writes = fileSystem.count('write');
  fileSystem.failWith('ENOSPC', ({ operation }) => operation === 'write' && fileSystem.count('write') > writes + 1);
  await assert.rejects(userSessions.removeExpired(Number.MAX_SAFE_INTEGER));
  const left = await userSessions.count();
  assert.ok(left > 0 && left < 3_000, `${left} left`);
  await store.close();
  assert.equal((await reopenedContent(directory)).sessions.length, left);
});
