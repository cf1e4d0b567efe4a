import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { encodeLine, JOURNAL_HEADER } from '../../../src/storage/journal/journal-line.ts';
import { JOURNAL_FILE, NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import { LedgerOfModels, ledgerEntries } from '../../helpers/ledger-models.ts';
import { numberedUser, openModels, reopenedContent, withModels } from '../../helpers/stored-models.ts';
import type { OpenModels } from '../../helpers/stored-models.ts';
import { PowerCutFileSystem, restore } from '../../helpers/power-cut-file-system.ts';
import { property } from '../../helpers/random.ts';
import type { Random } from '../../helpers/random.ts';

const KEYS = 12;

/** Rounds of writes and removals, some of them at once, until the process is killed or has done its work. */
async function work(
  models: OpenModels,
  ledger: LedgerOfModels,
  random: Random,
  fileSystem: FaultyFileSystem,
): Promise<void> {
  for (let round = 0; round < 12 && !fileSystem.isCrashed; round += 1) {
    // Now and then the disk fails, too.
    const failing = random.pick(['sync', 'write', null, null] as const);
    fileSystem.doFailedSyncsReachTheDisk = random.below(2) === 0;
    fileSystem.heal();
    if (failing !== null) fileSystem.failWith('EIO', ({ operation }) => operation === failing && random.below(2) === 0);
    const writes = Array.from({ length: 1 + random.below(6) }, (_, index) => {
      const number = (round * 5 + index) % KEYS;
      if (random.below(5) === 0) return ledger.removeUserAndSession(number);
      return ledger.saveUser(number, `${round} ${'x'.repeat(random.below(300))}`);
    });
    await Promise.allSettled(writes);
  }
  await models.store.close();
}

property('a power cut at any step loses nothing that was acknowledged, nor what was served', 80, async (random, t) => {
  const disk = new PowerCutFileSystem();
  const directory = temporaryDirectory(t);
  /** Of each process that came to serve. */
  const ledgers: LedgerOfModels[] = [];

  // Processes that are killed at some step, one after the other, on the same disk; then the power is cut.
  for (let life = 0; life < 3; life += 1) {
    const fileSystem = new FaultyFileSystem(disk);
    fileSystem.crashAtStep = random.below(60);
    fileSystem.crashCutsWrite = random.below(2) === 0;
    try {
      const models = await openModels(directory, { fileSystem, compactionFloor: random.below(20) });
      const served = await ledgerEntries(models);
      assert.deepEqual(ledgers.at(-1)?.ledger.problems(served) ?? [], [], 'after a kill');
      const ledger = new LedgerOfModels(models);
      ledgers.push(ledger);
      for (const [key, value] of served) await ledger.ledger.write(key, value, async () => {});
      await work(models, ledger, random, fileSystem);
    } catch (error) {
      if (!fileSystem.isCrashed) throw error;
    }
  }

  const after = temporaryDirectory(t);
  restore(after, disk.afterPowerCut((bound) => random.below(bound)));
  const found = await withModels(after, ledgerEntries);
  assert.deepEqual(ledgers.at(-1)?.ledger.problems(found) ?? [], [], 'after the power cut');
});

test('a power cut after a process that was killed at any step loses nothing that the next one promised', async (t) => {
  const directory = temporaryDirectory(t);
  const after = temporaryDirectory(t);
  let step = 0;
  for (let isOver = false; !isOver; step += 1) {
    const disk = new PowerCutFileSystem();
    const fileSystem = new FaultyFileSystem(disk);
    fileSystem.crashAtStep = step;
    // Each write after the first few makes a compaction due.
    const killed = await openModels(directory, { fileSystem, compactionFloor: 2 }).catch(() => null);
    for (let write = 0; write < 8 && killed !== null; write += 1) {
      await killed.users.save(numberedUser(1, `${write}`)).catch(() => {});
    }
    await killed?.store.close();
    isOver = !fileSystem.isCrashed;

    const next = await openModels(directory, { fileSystem: disk });
    const served = await next.users.all();
    const promised = await next.users.save(numberedUser(2, 'promised'));
    restore(after, disk.afterPowerCut(() => 0));
    assert.deepEqual((await reopenedContent(after)).users, [...served, promised], `killed at step ${step}`);
    await next.store.close();
  }
  assert.ok(step > 20, `${step} steps`);
});

/** The least that a disk may have: what was synced. The names are those synced, or those seen. */
const LEAST = [() => 0, (bound: number) => (bound === 2 ? 1 : 0)] as const;

test('a power cut at any step of a compaction loses nothing that was acknowledged meanwhile', async (t) => {
  const directory = temporaryDirectory(t);
  const after = temporaryDirectory(t);
  let step = 0;
  for (let isOver = false; !isOver; step += 1) {
    const disk = new PowerCutFileSystem();
    const fileSystem = new FaultyFileSystem(disk);
    const models = await openModels(directory, { fileSystem, compactionFloor: 5 });
    const ledger = new LedgerOfModels(models);
    fileSystem.crashAtStep = fileSystem.steps.length + step;
    let number = 10;
    const writes: Promise<unknown>[] = [];
    fileSystem.onStep = async ({ path }) => {
      if (!path.endsWith(NEW_JOURNAL_FILE) || number === 30) return;
      number += 1;
      const write = ledger.saveUser(number, 'meanwhile').catch(() => {});
      writes.push(write);
      // A few turns, in which it may be acknowledged.
      for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    };
    for (let version = 0; version < 9; version += 1) await ledger.saveUser(1, `${version}`).catch(() => {});
    await until(() => fileSystem.isCrashed || fileSystem.hasSwapped);
    await Promise.all(writes);
    isOver = !fileSystem.isCrashed;
    for (const least of LEAST) {
      restore(after, disk.afterPowerCut(least));
      const found = await withModels(after, ledgerEntries);
      assert.deepEqual(ledger.ledger.problems(found), [], `cut at step ${step}`);
    }
    await models.store.close();
  }
  assert.ok(step > 8, `${step} steps`);
});

test('a power cut at any step of setting a torn end aside loses nothing of it', async (t) => {
  const whole = encodeLine(JOURNAL_HEADER);
  const torn = Buffer.from('{"crc32":"00000000","put":{"users":[{"id":');
  const directory = temporaryDirectory(t);
  for (let step = 0, isOver = false; !isOver; step += 1) {
    const disk = new PowerCutFileSystem();
    const journal = await disk.open(JOURNAL_FILE);
    await journal.write(Buffer.concat([whole, torn]), 0);
    await journal.sync();
    await disk.syncDirectoryOf();
    const fileSystem = new FaultyFileSystem(disk);
    fileSystem.crashAtStep = step;
    await openModels(directory, { fileSystem }).then(({ store }) => store.close(), () => {});
    isOver = !fileSystem.isCrashed;
    for (const least of LEAST) {
      const files = [...disk.afterPowerCut(least).values()];
      assert.ok(files.some((bytes) => bytes.includes(torn)), `cut at step ${step}`);
    }
  }
});
