import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { MissingOwnerError } from '../../../src/errors.ts';
import { userSessionSchema } from '../../../src/models/user-session-schema.ts';
import { ENDLESS } from '../../../src/models/user-session.ts';
import { userSchema } from '../../../src/models/user-schema.ts';
import { encodeLine, JOURNAL_HEADER } from '../../../src/storage/journal/journal-line.ts';
import type { Commit } from '../../../src/storage/journal/journal-line.ts';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import {
  contentOf,
  journalBytes,
  journalPath,
  numberedSession,
  numberedUser,
  openModels,
  reopenedContent,
  withModels,
} from '../../helpers/stored-models.ts';
import type { OpenModels } from '../../helpers/stored-models.ts';

const SESSIONS = 3_500;

async function addSessions({ users, userSessions }: OpenModels, count = SESSIONS): Promise<void> {
  await Promise.all([users.save(numberedUser(1)), users.save(numberedUser(2))]);
  const owners = Array.from({ length: count }, (_, number) => `user-${number === 0 ? 2 : 1}`);
  await Promise.all(owners.map((owner, number) => userSessions.save(numberedSession(number, owner))));
}

/** The members of the last line but its checksum. */
function lastCommit(directory: string): Commit {
  const { crc32, ...commit } = JSON.parse(journalBytes(directory).toString().trimEnd().split('\n').at(-1) ?? '');
  assert.ok(typeof crc32 === 'string');
  return commit;
}

test('a removed user is one short line, and every session is gone at once for every reader', async (t) => {
  const directory = temporaryDirectory(t);
  const models = await openModels(directory);
  t.after(() => models.store.close());
  await addSessions(models);
  await models.users.remove('user-1');
  const { userSessions } = models;
  // Nothing has been cleaned up yet but a part.
  assert.equal(userSessions.getWithOwner('session-1'), null);
  assert.equal(userSessions.get(`session-${SESSIONS - 1}`), null);
  assert.deepEqual(userSessions.search({ userId: 'user-1' }), []);
  assert.deepEqual(userSessions.page(null, 10), [numberedSession(0, 'user-2')]);
  assert.deepEqual(userSessions.all(), [numberedSession(0, 'user-2')]);
  assert.equal(userSessions.count(), 1);
  assert.equal(userSessions.page('session-1', 1), null);
  assert.deepEqual(lastCommit(directory), { remove: { users: ['user-1'] } });
  await models.store.close();
  assert.deepEqual((await reopenedContent(directory)).sessions, [numberedSession(0, 'user-2')]);
});

test('removeOwned() is one short line, and comes back as it was', async (t) => {
  const directory = temporaryDirectory(t);
  const models = await openModels(directory);
  t.after(() => models.store.close());
  await addSessions(models);
  assert.equal(await models.userSessions.removeOwned('user-1', 'session-7'), SESSIONS - 2);
  assert.deepEqual(lastCommit(directory), {
    removeOwned: { user_sessions: [{ owner: 'user-1', except: 'session-7' }] },
  });
  assert.equal(await models.userSessions.removeOwned('user-1', null), 1);
  assert.deepEqual(lastCommit(directory), { removeOwned: { user_sessions: [{ owner: 'user-1', except: null }] } });
  await models.userSessions.save(numberedSession(7, 'user-1'));
  const content = await contentOf(models);
  assert.deepEqual(content.sessions, [numberedSession(0, 'user-2'), numberedSession(7, 'user-1')]);
  await models.store.close();
  assert.deepEqual(await reopenedContent(directory), content);
});

test('a user saved again under the same id, while the old sessions are cleaned up, has none of them', async (t) => {
  const directory = temporaryDirectory(t);
  const models = await openModels(directory);
  t.after(() => models.store.close());
  await addSessions(models);
  await models.users.remove('user-1');
  await models.users.save(numberedUser(1, 'again'));
  // One of the ids that wait to be cleaned up is used again, too.
  const last = numberedSession(SESSIONS - 1, 'user-1');
  const first = numberedSession(1, 'user-2');
  await Promise.all([models.userSessions.save(last), models.userSessions.save(first)]);
  for (let turn = 0; turn < 20; turn += 1) {
    assert.deepEqual(await models.userSessions.search({ userId: 'user-1' }), [last]);
    assert.deepEqual(await models.userSessions.all(), [numberedSession(0, 'user-2'), last, first]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await models.userSessions.remove('session-1');
  await models.store.close();
  assert.deepEqual((await reopenedContent(directory)).sessions, [numberedSession(0, 'user-2'), last]);
});

test('a user removed and saved again in one transaction has lost the sessions', async (t) => {
  const directory = temporaryDirectory(t);
  const models = await openModels(directory);
  t.after(() => models.store.close());
  await addSessions(models);
  await models.transaction(async ({ users, userSessions }) => {
    await userSessions.save(numberedSession(9_000, 'user-1'));
    await users.remove('user-1');
    await assert.rejects(userSessions.save(numberedSession(9_001, 'user-1')), MissingOwnerError);
    await users.save(numberedUser(1));
    await userSessions.save(numberedSession(9_002, 'user-1'));
  });
  const content = await contentOf(models);
  assert.deepEqual(content.sessions, [numberedSession(0, 'user-2'), numberedSession(9_002, 'user-1')]);
  await models.store.close();
  assert.deepEqual(await reopenedContent(directory), content);
});

for (const order of ['the session first', 'the removal first'] as const) {
  test(`a session saved beside the removal of its user, ${order}, does not outlive it`, async (t) => {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const { store, users, userSessions } = await openModels(directory, { fileSystem });
    t.after(() => store.close());
    await users.save(numberedUser(1));
    const save = (): Promise<unknown> => userSessions.save(numberedSession(1, 'user-1'));
    const remove = (): Promise<unknown> => users.remove('user-1');
    const [first, second] = order === 'the session first' ? [save, remove] : [remove, save];
    // The second is staged while the first is on its way to the disk.
    let later: Promise<unknown> | null = null;
    fileSystem.onStep = ({ operation }) => {
      if (operation !== 'sync' || later !== null) return;
      later = second();
      later.catch(() => {});
    };
    await first();
    if (order === 'the session first') await later;
    else await assert.rejects(later ?? Promise.resolve(), MissingOwnerError);
    assert.deepEqual([await users.count(), await userSessions.count()], [0, 0]);
    await store.close();
    assert.deepEqual(await reopenedContent(directory), { users: [], sessions: [] });
  });
}

test('a cascade at any step of a compaction, and the user saved again, come back as they were', async (t) => {
  for (let step = 0, isOver = false; !isOver; step += 1) {
    const directory = temporaryDirectory(t);
    const fileSystem = new FaultyFileSystem();
    const models = await openModels(directory, { fileSystem, compactionFloor: 1_000_000 });
    await addSessions(models, 300);
    await models.store.close();
    const again = await openModels(directory, { fileSystem, compactionFloor: -600 });
    let steps = 0;
    const writes: Promise<unknown>[] = [];
    fileSystem.onStep = ({ path }) => {
      if (!path.endsWith(NEW_JOURNAL_FILE)) return;
      if (steps === step) {
        writes.push(again.users.remove('user-1'), again.users.save(numberedUser(1, 'again')));
        writes.push(again.userSessions.save(numberedSession(5, 'user-1')));
      }
      steps += 1;
    };
    await again.users.update('user-2', (user) => user.with({ lastName: 'changed' }));
    await until(() => fileSystem.hasSwapped);
    await Promise.all(writes);
    isOver = writes.length === 0;
    const content = await contentOf(again);
    await again.store.close();
    if (!isOver) assert.deepEqual(content.sessions, [numberedSession(0, 'user-2'), numberedSession(5, 'user-1')]);
    assert.deepEqual(await reopenedContent(directory), content, `at step ${step}`);
  }
});

test('a journal of before names each session that goes, and has sessions of nobody: these are not revived', async (t) => {
  const directory = temporaryDirectory(t);
  const [users, sessions] = [userSchema([]), userSessionSchema(ENDLESS, null)];
  const user = (number: number) => users.encode(numberedUser(number));
  const session = (number: number, owner: string) => sessions.encode(numberedSession(number, owner));
  const lines = [
    JOURNAL_HEADER,
    { put: { users: [user(1), user(2)] } },
    { put: { user_sessions: [session(1, 'user-1'), session(2, 'user-2'), session(3, 'user-3')] } },
    { remove: { users: ['user-1'], user_sessions: ['session-1'] } },
    { put: { user_sessions: [session(4, 'user-1')] } },
    { put: { users: [user(3)] } },
  ];
  writeFileSync(journalPath(directory), Buffer.concat(lines.map((line) => encodeLine(line))));
  await withModels(directory, async (models) => {
    assert.deepEqual(await models.userSessions.all(), [numberedSession(2, 'user-2')]);
    await models.users.save(numberedUser(1));
    assert.equal(await models.userSessions.getWithOwner('session-4'), null);
  });
  assert.deepEqual((await reopenedContent(directory)).sessions, [numberedSession(2, 'user-2')]);
});
