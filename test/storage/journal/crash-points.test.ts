import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { NEW_JOURNAL_FILE, TORN_FILE_PREFIX } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { FaultyFileSystem, until } from '../../helpers/faulty-file-system.ts';
import { LedgerOfModels, ledgerEntries } from '../../helpers/ledger-models.ts';
import {
  journalBytes,
  journalPath,
  numberedUser,
  openModels,
  reopenedContent,
  withModels,
} from '../../helpers/stored-models.ts';
import type { OpenModels } from '../../helpers/stored-models.ts';

/** Every step that `run` takes, one after the other, is the one at which it crashes. */
async function crashAtEachStep(
  run: (fileSystem: FaultyFileSystem, title: string) => Promise<void>,
): Promise<{ runs: number; operations: Set<string> }> {
  const operations = new Set<string>();
  let runs = 0;
  for (const crashCutsWrite of [false, true]) {
    for (let step = 0; ; step += 1) {
      const fileSystem = new FaultyFileSystem();
      fileSystem.crashAtStep = step;
      fileSystem.crashCutsWrite = crashCutsWrite;
      await run(fileSystem, `crash at step ${step}${crashCutsWrite ? ', half of the write done' : ''}`);
      runs += 1;
      for (const { operation, path } of fileSystem.steps) {
        operations.add(`${operation} ${path.endsWith('.new') ? 'new' : 'journal'}`);
      }
      if (!fileSystem.isCrashed) break;
    }
  }
  return { runs, operations };
}

const USERS = 600;
const SESSIONS = 20;

/** A journal of users and sessions that is due for compaction after the next write or two. */
async function makeFullJournal(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  await withModels(directory, async (models) => {
    const ledger = new LedgerOfModels(models);
    const numbers = Array.from({ length: USERS }, (_, index) => index);
    await Promise.all(numbers.map((number) => ledger.saveUser(number, 'a')));
    await Promise.all(numbers.map((number) => ledger.saveUser(number, 'b')));
    await Promise.all(numbers.slice(0, SESSIONS).map((number) => ledger.saveSession(number)));
  });
  return directory;
}

/** Keeps a write to be looked at later, whether it fails or not. */
function track(pending: Promise<unknown>[], write: Promise<unknown>): void {
  write.catch(() => {});
  pending.push(write);
}

/** Writes of every kind, beside each step of a compaction. */
function writeBesideSteps(fileSystem: FaultyFileSystem, ledger: LedgerOfModels, pending: Promise<unknown>[]): void {
  let number = 0;
  fileSystem.onStep = ({ path }) => {
    if (!path.endsWith('.new') && !fileSystem.steps.some(({ operation }) => operation === 'rename')) return;
    if (number === SESSIONS) return;
    track(pending, ledger.saveUser(SESSIONS + number, `during ${number}`));
    track(pending, ledger.saveUser(USERS + number, 'new'));
    track(pending, ledger.removeUserAndSession(number));
    number += 1;
  };
}

test('a crash at any step of a compaction loses nothing that was acknowledged', async (t) => {
  const source = await makeFullJournal(t);
  const start = await withModels(source, ledgerEntries);
  const directory = temporaryDirectory(t);
  let compactions = 0;

  const { runs, operations } = await crashAtEachStep(async (fileSystem, title) => {
    cpSync(source, directory, { recursive: true });
    const pending: Promise<unknown>[] = [];
    let ledger: LedgerOfModels | null = null;
    let models: OpenModels | null = null;
    try {
      models = await openModels(directory, { fileSystem, compactionFloor: 10 });
      ledger = new LedgerOfModels(models);
      for (const [key, value] of start) await ledger.ledger.write(key, value, async () => {});
      writeBesideSteps(fileSystem, ledger, pending);
      for (let write = 0; write < 40; write += 1) track(pending, ledger.saveUser(USERS - 1 - write, 'first'));
      await pending[0];
      await until(() => fileSystem.isCrashed || fileSystem.hasSwapped);
    } catch (error) {
      assert.ok(fileSystem.isCrashed, `${title}: ${error}`);
    }
    await Promise.allSettled(pending);
    await models?.store.close();
    if (fileSystem.count('rename') > 0) compactions += 1;

    const found = await withModels(directory, ledgerEntries);
    assert.deepEqual(ledger?.ledger.problems(found) ?? [], [], title);
    if (ledger === null) assert.deepEqual(found, start, title);
    for (let number = 0; number < SESSIONS; number += 1) {
      assert.equal(found.has(`user-${number}`), found.has(`session-${number}`), `${title}: half of a commit`);
    }
    assert.ok(!readdirSync(directory).includes(NEW_JOURNAL_FILE), title);
  });
  t.diagnostic(`${runs} runs, ${compactions} of them up to the rename`);
  const ofNew = ['open', 'write', 'sync'].map((operation) => `${operation} new`);
  const ofJournal = ['write', 'sync', 'rename', 'syncDirectory'].map((operation) => `${operation} journal`);
  for (const operation of [...ofNew, ...ofJournal]) assert.ok(operations.has(operation), operation);
  assert.ok(compactions > 2);
});

test('a crash at any step of the first start leaves a directory that the next start takes', async (t) => {
  const { runs } = await crashAtEachStep(async (fileSystem, title) => {
    const directory = temporaryDirectory(t);
    const models = await openModels(directory, { fileSystem }).catch(() => null);
    const acknowledged = await models?.users.save(numberedUser(1)).catch(() => undefined);
    await models?.store.close();
    const { users } = await reopenedContent(directory);
    if (acknowledged !== undefined) assert.deepEqual(users, [acknowledged], title);
    assert.ok(users.length <= 1);
  });
  assert.ok(runs > 10);
});

test('a crash at any step of setting a torn end aside loses neither the end nor what is before it', async (t) => {
  const source = temporaryDirectory(t);
  await withModels(source, ({ users }) => users.save(numberedUser(1)));
  const whole = journalBytes(source);
  const torn = Buffer.from('{"crc32":"00000000","put":{"users":[{"id":');
  writeFileSync(journalPath(source), Buffer.concat([whole, torn]));

  const { runs } = await crashAtEachStep(async (fileSystem, title) => {
    const directory = temporaryDirectory(t);
    cpSync(source, directory, { recursive: true });
    await openModels(directory, { fileSystem }).then(({ store }) => store.close(), () => {});
    assert.deepEqual((await reopenedContent(directory)).users, [numberedUser(1)], title);
    assert.deepEqual(journalBytes(directory), whole, title);
    const names = readdirSync(directory).filter((name) => name.startsWith(TORN_FILE_PREFIX));
    const aside = names.map((name) => readFileSync(join(directory, name)));
    assert.ok(aside.some((bytes) => bytes.equals(torn)), title);
  });
  assert.ok(runs > 10);
});
