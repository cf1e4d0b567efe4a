import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { declareModels } from '../../../src/models/repositories.ts';
import { userSchema } from '../../../src/models/user-schema.ts';
import { StoreCheck } from '../../../src/storage/journal/check.ts';
import { encodeLine, JOURNAL_HEADER } from '../../../src/storage/journal/journal-line.ts';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { CLI, runProcess } from '../../helpers/process.ts';
import type { Ended } from '../../helpers/process.ts';
import { journalBytes, journalPath, numberedSession, numberedUser, withModels } from '../../helpers/stored-models.ts';

/** A directory with two users and three sessions, after seven entries. */
async function makeData(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t);
  await withModels(directory, async ({ users, userSessions }) => {
    for (const number of [1, 2]) await users.save(numberedUser(number));
    for (const number of [1, 2, 3, 4]) await userSessions.save(numberedSession(number, 'user-1'));
    // Not a user: the journal of a small site is rewritten once one was removed.
    await userSessions.remove('session-4');
  });
  return directory;
}

/** Every file with all that a look at it must not change. */
function stateOf(directory: string): object {
  return readdirSync(directory).map((name) => {
    const { mode, mtimeMs, ino } = statSync(join(directory, name));
    return { name, mode, mtimeMs, ino, content: readFileSync(join(directory, name), 'latin1') };
  });
}

async function check(t: TestContext, directory: string): Promise<Ended> {
  const before = stateOf(directory);
  const result = await runProcess(t, CLI, ['check'], { env: { DATA_DIR: directory } });
  assert.deepEqual(stateOf(directory), before, 'the check changed a file');
  return result;
}

test('check prints counts and exits 0 where every file is whole', async (t) => {
  const directory = await makeData(t);
  const { code, stdout, stderr } = await check(t, directory);
  assert.deepEqual([code, stderr], [0, '']);
  const { length } = journalBytes(directory);
  const journal = `journal.jsonl: 8 lines, ${length} bytes, 7 entries, all whole\n`;
  assert.equal(stdout, `${journal}  users: 2\n  user_sessions: 3\n`);
});

test('check exits 1 with the place where a file is damaged', async (t) => {
  const directory = await makeData(t);
  const bytes = journalBytes(directory);
  const second = bytes.indexOf('\n') + 1;
  const third = bytes.indexOf('\n', second) + 1;
  bytes[third + 40] = 0x7e;
  writeFileSync(journalPath(directory), bytes);
  const { code, stdout, stderr } = await check(t, directory);
  assert.deepEqual([code, stdout], [1, '']);
  assert.ok(stderr.startsWith(`${journalPath(directory)} is damaged at line 3 (byte ${third}): `), stderr);
  assert.equal(stderr.split('\n').length, 2);
});

test('check exits 1 where a line is whole and holds no record', async (t) => {
  const directory = await makeData(t);
  const bytes = journalBytes(directory);
  writeFileSync(journalPath(directory), Buffer.concat([bytes, encodeLine({ put: { users: [{ id: 'a' }] } })]));
  const { code, stderr } = await check(t, directory);
  assert.equal(code, 1);
  assert.ok(stderr.includes(`line 9 (byte ${bytes.length})`), stderr);
});

test('check reports a torn end, exits 1, and leaves it to the next start', async (t) => {
  const directory = await makeData(t);
  const { length } = journalBytes(directory);
  writeFileSync(journalPath(directory), Buffer.concat([journalBytes(directory), Buffer.from('{"crc32":"0')]));
  const { code, stdout } = await check(t, directory);
  assert.equal(code, 1);
  assert.match(stdout, /8 lines, \d+ bytes, 7 entries/);
  assert.ok(stdout.includes(`its end, 11 bytes from line 9 (byte ${length}) on, is not whole`), stdout);
});

test('check exits 1 and names the ids where two users have one email', async (t) => {
  const directory = await makeData(t);
  const [one, two] = [numberedUser(1), numberedUser(7)];
  const double = userSchema([]).encode(two.with({ email: one.email.toUpperCase() }));
  writeFileSync(journalPath(directory), Buffer.concat([journalBytes(directory), encodeLine({ put: { users: [double] } })]));
  const { code, stdout } = await check(t, directory);
  assert.equal(code, 1);
  assert.match(stdout, /^journal\.jsonl: 2 of users have the email "user1@example\.com": user-1, user-7$/m);
});

test('check leaves a journal of a newer version to that one', async (t) => {
  const directory = await makeData(t);
  writeFileSync(journalPath(directory), encodeLine({ ...JOURNAL_HEADER, version: 3 }));
  const { code, stderr } = await check(t, directory);
  assert.equal(code, 1);
  assert.match(stderr, /newer version of this server \(format 3, and this one knows 2\): start that one/);
});

test('check exits 1 where there is no such directory, and does not make it', async (t) => {
  const directory = join(temporaryDirectory(t), 'none');
  const { code, stdout, stderr } = await runProcess(t, CLI, ['check'], { env: { DATA_DIR: directory } });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^cannot use DATA_DIR \S+: ENOENT, there is no such directory: .*\n$/);
  assert.deepEqual(readdirSync(join(directory, '..')), []);
});

test('StoreCheck.check() says of every file what it is', async (t) => {
  const directory = await makeData(t);
  for (const name of [NEW_JOURNAL_FILE, 'journal.torn-2026-01-01.jsonl', 'notes.txt', 'lock.0123']) {
    writeFileSync(join(directory, name), 'x');
  }
  const before = stateOf(directory);
  const store = new StoreCheck(directory);
  declareModels(store);
  const { lines, isWhole } = await store.check();
  assert.ok(isWhole);
  assert.deepEqual(stateOf(directory), before);
  for (const pattern of [
    /^journal\.jsonl: 8 lines/,
    /^journal\.jsonl\.new: a compaction/,
    /^journal\.torn-2026-01-01\.jsonl: .*set aside/,
    /^notes\.txt: not a file of this server$/,
    /^lock\.0123: left by a process/,
  ]) {
    assert.equal(lines.filter((line) => pattern.test(line)).length, 1, String(pattern));
  }
});

test('StoreCheck.check() says where nothing was stored yet', async (t) => {
  const store = new StoreCheck(temporaryDirectory(t));
  declareModels(store);
  assert.deepEqual(await store.check(), { lines: ['journal.jsonl: not there; nothing was stored yet'], isWhole: true });
});

test('StoreCheck writes nothing through its repositories', async (t) => {
  const store = new StoreCheck(temporaryDirectory(t));
  const { users } = declareModels(store);
  await assert.rejects(users.save(numberedUser(1)), TypeError);
});
