import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DamagedFileError } from '../../../src/storage/store-errors.ts';
import type { OpenFile } from '../../../src/storage/journal/file-system.ts';
import { encodeLine } from '../../../src/storage/journal/journal-line.ts';
import { readLines } from '../../../src/storage/journal/journal-reader.ts';
import type { JournalExtent, LinePlace } from '../../../src/storage/journal/journal-reader.ts';
import { property } from '../../helpers/random.ts';

const CHUNK_BYTES = 1_048_576;

/** A file in memory, that is only read. */
function fileOf(bytes: Buffer): OpenFile {
  const refuse = (): Promise<never> => Promise.reject(new Error('the reader must not write'));
  return {
    size: async () => bytes.length,
    read: async (buffer, position) => bytes.copy(buffer, 0, position, position + buffer.length),
    write: refuse,
    truncate: refuse,
    sync: refuse,
    close: async () => {},
  };
}

async function read(bytes: Buffer): Promise<JournalExtent & { contents: object[]; places: LinePlace[] }> {
  const contents: object[] = [];
  const places: LinePlace[] = [];
  const extent = await readLines(fileOf(bytes), 'some/file', (content, place) => {
    contents.push(content);
    places.push(place);
  });
  return { ...extent, contents, places };
}

function line(text: string): Buffer {
  return encodeLine({ remove: { things: [text] } });
}

test('readLines() finds nothing in an empty file', async () => {
  assert.deepEqual(await read(Buffer.alloc(0)), { wholeBytes: 0, lineCount: 0, torn: null, contents: [], places: [] });
});

test('readLines() gives each line with its number and byte offset', async () => {
  const lines = ['a', 'bb', 'ccc'].map(line);
  const { contents, places, ...extent } = await read(Buffer.concat(lines));
  const [first = line(''), second = line('')] = lines;
  assert.deepEqual(contents, ['a', 'bb', 'ccc'].map((text) => ({ remove: { things: [text] } })));
  assert.deepEqual(places, [
    { line: 1, byteOffset: 0 },
    { line: 2, byteOffset: first.length },
    { line: 3, byteOffset: first.length + second.length },
  ]);
  assert.deepEqual(extent, { wholeBytes: Buffer.concat(lines).length, lineCount: 3, torn: null });
});

/** Texts whose lines end at, just before and just after the border of a chunk, and lines longer than chunks. */
const overhead = line('').length;
for (const sizes of [
  [CHUNK_BYTES - 1, 100],
  [CHUNK_BYTES, 100],
  [CHUNK_BYTES + 1, 100],
  [100, CHUNK_BYTES - 100, 100],
  [100, 3 * CHUNK_BYTES + 7, 100],
  [2 * CHUNK_BYTES, 2 * CHUNK_BYTES],
  [CHUNK_BYTES - 30, 60, 100],
]) {
  test(`readLines() reads lines of ${sizes.join(', ')} bytes`, async () => {
    const texts = sizes.map((size, index) => 'abc'.charAt(index).repeat(size - overhead));
    const { contents, torn } = await read(Buffer.concat(texts.map(line)));
    assert.deepEqual(contents, texts.map((text) => ({ remove: { things: [text] } })));
    assert.equal(torn, null);
  });
}

property('readLines() gives back lines of random lengths', 5, async (random) => {
  const texts = Array.from({ length: 30 }, () => 'é'.repeat(random.below(200_000)));
  const { contents, lineCount } = await read(Buffer.concat(texts.map(line)));
  assert.deepEqual(contents, texts.map((text) => ({ remove: { things: [text] } })));
  assert.equal(lineCount, 30);
});

test('readLines() gives the extent of a torn end, with a newline or without', async () => {
  const whole = line('a');
  const texts = ['{', '\n', 'x\n', '\0'.repeat(5_000), '\0'.repeat(5_000) + '"}\n'];
  for (const end of [line('b').subarray(0, -1), ...texts.map((text) => Buffer.from(text))]) {
    const { wholeBytes, lineCount, torn } = await read(Buffer.concat([whole, end]));
    assert.deepEqual({ wholeBytes, lineCount }, { wholeBytes: whole.length, lineCount: 1 });
    assert.deepEqual(torn, { line: 2, byteOffset: whole.length, byteLength: end.length });
  }
});

for (const [title, behind] of [
  ['a whole line', line('c')],
  ['a part of a line', line('c').subarray(0, 10)],
  ['an empty line', Buffer.from('\n')],
  ['a long line', line('c'.repeat(2 * CHUNK_BYTES))],
  ['zeros', Buffer.alloc(2 * CHUNK_BYTES)],
] as const) {
  test(`readLines() throws a DamagedFileError where ${title} is behind a line that is not whole`, async () => {
    const whole = line('a');
    const damaged = line('b');
    damaged[30] = 0x7e;
    await assert.rejects(read(Buffer.concat([whole, damaged, behind])), (error) => {
      assert.ok(error instanceof DamagedFileError);
      assert.deepEqual(
        { file: error.file, line: error.line, byteOffset: error.byteOffset },
        { file: 'some/file', line: 2, byteOffset: whole.length },
      );
      return true;
    });
  });
}
