import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DamagedFileError, DataDirectoryError, NewerFormatError } from '../../../src/storage/store-errors.ts';
import { userSchema } from '../../../src/models/user-schema.ts';
import { encodeLine, JOURNAL_HEADER } from '../../../src/storage/journal/journal-line.ts';
import { NEW_JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { contentOf, journalBytes, journalPath, numberedUser, openModels } from '../../helpers/stored-models.ts';
import { property } from '../../helpers/random.ts';

const HEADER = encodeLine(JOURNAL_HEADER);
const USER_LINE = encodeLine({ put: { users: [userSchema([]).encode(numberedUser(1))] } });

function filesOf(directory: string): { [name: string]: string } {
  const names = readdirSync(directory).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'latin1')]));
}

/** A line that is whole, whatever it holds. */
function lineOf(json: string): Buffer {
  return encodeLine(JSON.parse(json));
}

function changed(line: Buffer, byteOffset: number): Buffer {
  return Buffer.from(line).fill('~', byteOffset, byteOffset + 1);
}

for (const [title, before, damaged, behind, says] of [
  ['the header is missing', [], USER_LINE, [], /does not begin as a journal/],
  ['the first line is another commit', [], lineOf('{"put":{}}'), [HEADER], /does not begin as a journal/],
  ['its version is no number', [], lineOf(`{"format":"${JOURNAL_HEADER.format}","version":"2"}`), [], /begin as a journal/],
  ['its header has one member more', [], encodeLine({ ...JOURNAL_HEADER, ...{ key: 1 } }), [], /header has a member/],
  ['a line has one member more', [HEADER], lineOf('{"put":{},"also":{}}'), [], /a member also/],
  ['a line puts no object', [HEADER], lineOf('{"put":5}'), [], /no list of changes/],
  ['a line removes a list', [HEADER], lineOf('{"remove":[]}'), [], /no list of changes/],
  ['it is zeros', [], Buffer.alloc(HEADER.length + 1), [], /begin as a journal/],
  ['it is a disk of zeros', [], Buffer.alloc(3_000_000), [], /begin as a journal/],
  ['it is an archive', [], gzipSync(Buffer.concat([HEADER, USER_LINE])), [], /begin as a journal/],
  ['it is text', [], Buffer.from('users'), [], /begin as a journal/],
  ['it is a line of text', [], Buffer.from('users\n'), [], /begin as a journal/],
  ['it has lost every line end', [], Buffer.concat([HEADER.subarray(0, -1), USER_LINE.subarray(0, -1)]), [], /begin as/],
  ['it has lost all line ends but the first', [HEADER], Buffer.concat([USER_LINE.subarray(0, -1), USER_LINE.subarray(0, -1)]), [], /lines than one/],
  ['its last two lines are one', [HEADER], Buffer.concat([USER_LINE.subarray(0, -1), USER_LINE]), [], /lines than one/],
  ['a collection is unknown', [HEADER, USER_LINE], lineOf('{"put":{"ghosts":[]}}'), [], /ghosts/],
  ['a removal is of an unknown collection', [HEADER], lineOf('{"remove":{"ghosts":["a"]}}'), [], /ghosts/],
  ['a collection has the name of a method', [HEADER], lineOf('{"put":{"toString":[]}}'), [], /toString/],
  ['a record is no user', [HEADER], lineOf('{"put":{"users":[{"id":"a"}]}}'), [], /no record of users/],
  ['a record is null', [HEADER], lineOf('{"put":{"users":[null]}}'), [], /no record of users/],
  ['a removal is no id', [HEADER], lineOf('{"remove":{"users":[null]}}'), [], /no id of users/],
  ['records are no list', [HEADER], lineOf('{"put":{"users":{}}}'), [], /no list/],
  ['a line in the middle was changed', [HEADER], changed(USER_LINE, 50), [USER_LINE], /checksum/],
  ['the header was changed', [], changed(HEADER, 30), [USER_LINE], /checksum/],
  ['the end of the header was changed', [], changed(HEADER, HEADER.length - 1), [USER_LINE], /lines than one/],
] as const) {
  test(`JournalStore.open() throws a DamagedFileError and changes no file where ${title}`, async (t) => {
    const directory = temporaryDirectory(t);
    writeFileSync(journalPath(directory), Buffer.concat([...before, damaged, ...behind]));
    writeFileSync(join(directory, NEW_JOURNAL_FILE), 'what a compaction left');
    const files = filesOf(directory);
    await assert.rejects(openModels(directory), (error) => {
      assert.ok(error instanceof DamagedFileError, String(error));
      const place = [journalPath(directory), before.length + 1, Buffer.concat(before).length];
      assert.deepEqual([error.file, error.line, error.byteOffset], place);
      assert.match(error.message, says);
      assert.match(error.message, /Restore the file from a backup, or move it aside/);
      return true;
    });
    assert.deepEqual(filesOf(directory), files);
  });
}

for (const version of [3, 10, 2_000_000_000]) {
  test(`JournalStore.open() leaves a journal of format ${version} to the server that wrote it`, async (t) => {
    const directory = temporaryDirectory(t);
    const header = encodeLine({ ...JOURNAL_HEADER, version, ...{ key: 'new' } });
    writeFileSync(journalPath(directory), Buffer.concat([header, lineOf('{"new":1}')]));
    const files = filesOf(directory);
    for (const access of ['write', 'read'] as const) {
      await assert.rejects(openModels(directory, { access }), (error) => {
        assert.ok(error instanceof NewerFormatError, String(error));
        assert.deepEqual([error.file, error.version], [journalPath(directory), version]);
        assert.match(error.message, /written by a newer version of this server .*: start that one; nothing was changed$/);
        return true;
      });
    }
    assert.deepEqual(filesOf(directory), files);
  });
}

test('JournalStore.open() makes an empty file a journal', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(journalPath(directory), '');
  const { store, notices } = await openModels(directory);
  await store.close();
  assert.deepEqual(notices, []);
  assert.deepEqual(journalBytes(directory), HEADER);
});

test('JournalStore.open() says what to do where the journal cannot be read', async (t) => {
  const directory = temporaryDirectory(t);
  mkdirSync(journalPath(directory));
  await assert.rejects(openModels(directory), (error) => {
    return error instanceof DataDirectoryError && /journal\.jsonl\): EISDIR, a directory has the name/.test(error.message);
  });
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

property('JournalStore.open() takes no changed byte of a compacted journal for a write that was cut short', 100, async (random, t) => {
  const directory = temporaryDirectory(t);
  const { store, ...models } = await openModels(directory);
  for (let number = 0; number < 4; number += 1) await models.users.save(numberedUser(number, 'name'));
  // What a removed user leaves goes off the disk: the journal is compacted when the store is closed.
  await models.users.remove('user-3');
  const content = await contentOf(models);
  await store.close();
  const bytes = journalBytes(directory);
  const lines = bytes.toString('latin1').trimEnd().split('\n');
  assert.equal(lines.length, 3);
  const damaged = Buffer.from(bytes);
  const index = random.below(bytes.length);
  damaged[index] = (damaged[index] ?? 0) ^ (1 + random.below(255));
  writeFileSync(journalPath(directory), damaged);
  try {
    const opened = await openModels(directory);
    assert.deepEqual(await contentOf(opened), content);
    await opened.store.close();
  } catch (error) {
    if (!(error instanceof DamagedFileError)) throw error;
    assert.deepEqual(journalBytes(directory), damaged);
  }
});

property('JournalStore.open() tells of a changed byte, and serves nothing else', 1, async (random, t) => {
  const source = temporaryDirectory(t);
  const { store, ...models } = await openModels(source);
  for (let number = 0; number < 12; number += 1) await models.users.save(numberedUser(number % 8, `name ${number}`));
  const beforeLastLine = await contentOf(models);
  await models.users.save(numberedUser(3, 'last'));
  await store.close();
  const bytes = journalBytes(source);
  const lastLineStart = bytes.lastIndexOf('\n', bytes.length - 2) + 1;

  const directory = temporaryDirectory(t);
  for (let run = 0; run < 400; run += 1) {
    // The last lines more often than their share: there a change looks like a write that was cut short.
    const start = run % 2 === 0 ? 0 : lastLineStart - 1;
    const index = start + random.below(bytes.length - start);
    const damaged = Buffer.from(bytes);
    damaged[index] = (damaged[index] ?? 0) ^ (1 + random.below(255));
    writeFileSync(journalPath(directory), damaged);
    try {
      const opened = await openModels(directory);
      const { notices } = opened;
      const content = await contentOf(opened);
      await opened.store.close();
      assert.equal(notices.length, 1, `byte ${index}: nothing was told`);
      // Where the newline before the last line was changed, the two lines are one that is not whole.
      if (index >= lastLineStart) assert.deepEqual(content, beforeLastLine);
      else assert.equal(index, lastLineStart - 1, `byte ${index} was not noticed`);
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      assert.deepEqual(journalBytes(directory), damaged);
    }
  }
});
