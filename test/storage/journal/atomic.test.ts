import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declareModels } from '../../../src/models/repositories.ts';
import type { Database } from '../../../src/models/repositories.ts';
import { MemoryStore } from '../../../src/storage/memory/memory-store.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { PowerCutFileSystem, restore } from '../../helpers/power-cut-file-system.ts';
import { contentOf, numberedSession, numberedUser, openModels, reopenedContent } from '../../helpers/stored-models.ts';
import type { Content } from '../../helpers/stored-models.ts';

type Commit = (database: Database) => Promise<unknown>;

/** Each is one commit, of several changes. */
const COMMITS: readonly Commit[] = [
  ({ transaction }) =>
    transaction(async ({ users, userSessions }) => {
      for (const number of [1, 2]) await users.save(numberedUser(number));
      for (const number of [1, 2, 3, 4]) await userSessions.save(numberedSession(number, `user-${1 + (number % 2)}`));
    }),
  ({ users }) => users.remove('user-1'),
  ({ transaction }) =>
    transaction(async ({ users, userSessions }) => {
      await users.save(numberedUser(1, 'again'));
      await userSessions.save(numberedSession(5, 'user-1'));
      await userSessions.save(numberedSession(6, 'user-2'));
    }),
  ({ userSessions }) => userSessions.removeOwned('user-2', 'session-6'),
  ({ transaction }) =>
    transaction(async ({ users, userSessions }) => {
      await users.update('user-2', (user) => user.with({ passwordHash: '$new' }));
      await userSessions.removeOwned('user-2', null);
      await userSessions.save(numberedSession(7, 'user-2'));
    }),
  ({ transaction }) =>
    transaction(async ({ users }) => {
      await users.remove('user-1');
      await users.save(numberedUser(1, 'for the third time'));
    }),
];

/** What there is before the first commit and after each one. */
async function statesOf(): Promise<Content[]> {
  const database = declareModels(new MemoryStore());
  const states = [await contentOf(database)];
  for (const commit of COMMITS) {
    await commit(database);
    states.push(await contentOf(database));
  }
  return states;
}

/**
 * Which state this is; -1: none of them, so a commit was done by half. The order does not count: an id that comes again
 * after a compaction has begun, which no id of a UUID does, is found where the snapshot had it.
 */
function indexOf(content: Content, states: readonly Content[]): number {
  return states.findIndex((state) => JSON.stringify(ordered(state)) === JSON.stringify(ordered(content)));
}

function ordered({ users, sessions }: Content): unknown {
  const byId = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? -1 : 1);
  return [users.toSorted(byId), sessions.toSorted(byId)];
}

/** Makes one commit after the other until the crash. @returns how many were acknowledged */
async function work(database: Database): Promise<number> {
  let acknowledged = 0;
  for (const commit of COMMITS) {
    try {
      await commit(database);
    } catch {
      break;
    }
    acknowledged += 1;
  }
  return acknowledged;
}

// Never, and after each commit.
for (const compactionFloor of [1_000, -1_000]) {
  test(`a crash at any step leaves each commit whole or not there, with a floor of ${compactionFloor}`, async (t) => {
    const states = await statesOf();
    const directories = new Set<number>();
    for (let step = 0, isOver = false; !isOver; step += 1) {
      const directory = temporaryDirectory(t);
      const fileSystem = new FaultyFileSystem();
      fileSystem.crashAtStep = step;
      fileSystem.crashCutsWrite = step % 2 === 0;
      const models = await openModels(directory, { fileSystem, compactionFloor }).catch(() => null);
      const acknowledged = models === null ? 0 : await work(models);
      await models?.store.close();
      isOver = !fileSystem.isCrashed;
      const found = indexOf(await reopenedContent(directory), states);
      assert.ok(found === acknowledged || found === acknowledged + 1, `step ${step}: ${found} of ${acknowledged}`);
      directories.add(found);
    }
    assert.equal(directories.size, states.length);
  });

  test(`a power cut at any step leaves each commit whole or not there, with a floor of ${compactionFloor}`, async (t) => {
    const states = await statesOf();
    const after = temporaryDirectory(t);
    const acknowledgedCounts = new Set<number>();
    for (let step = 0, isOver = false; !isOver; step += 1) {
      const disk = new PowerCutFileSystem();
      const directory = temporaryDirectory(t);
      const fileSystem = new FaultyFileSystem(disk);
      fileSystem.crashAtStep = step;
      const models = await openModels(directory, { fileSystem, compactionFloor }).catch(() => null);
      const acknowledged = models === null ? 0 : await work(models);
      await models?.store.close();
      isOver = !fileSystem.isCrashed;
      acknowledgedCounts.add(acknowledged);
      for (const chance of [() => 0, (bound: number) => bound - 1, (bound: number) => Number(bound === 2)]) {
        restore(after, disk.afterPowerCut(chance));
        const found = indexOf(await reopenedContent(after), states);
        assert.ok(found >= acknowledged && found <= acknowledged + 1, `step ${step}: ${found} of ${acknowledged}`);
      }
    }
    assert.ok(acknowledgedCounts.size > 3, String([...acknowledgedCounts]));
  });
}
