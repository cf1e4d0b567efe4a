import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidValueError } from '../../src/errors.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { exportLines, importLines, transferable } from '../../src/storage/transfer.ts';
import type { Transferable } from '../../src/storage/transfer.ts';
import { book, BOOKS, declareLibrary, everything, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';

interface OpenLibrary extends Library {
  readonly store: Store;
  readonly collections: readonly Transferable[];
}

async function openLibrary(): Promise<OpenLibrary> {
  const store = new MemoryStore();
  const library = declareLibrary(store);
  await store.open();
  const collections = [transferable(SHELVES, library.shelves), transferable(BOOKS, library.books)];
  return { ...library, store, collections };
}

async function filled(count: number): Promise<OpenLibrary> {
  const library = await openLibrary();
  for (let index = 0; index < 5; index += 1) await library.shelves.save(shelf(`${index}`, `Ärger ${index}\u0000"`));
  for (let index = 0; index < count; index += 1) await library.books.save(book(`${index}`, `${index % 5}`, 'de', index));
  return library;
}

async function linesOf({ collections }: OpenLibrary): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(collections)) lines.push(line);
  return lines;
}

function reader(lines: readonly string[]): () => AsyncIterable<string> {
  return async function* () {
    yield* lines;
  };
}

for (const count of [0, 1, 199, 200, 201, 1_000]) {
  test(`importLines() makes of ${count} models the store that exportLines() read, in its order`, async () => {
    const source = await filled(count);
    const target = await openLibrary();
    const lines = await linesOf(source);
    assert.equal(lines.length, count + 5 + 2);
    assert.equal(await importLines(target.store, target.collections, reader(lines)), count + 5);
    assert.deepEqual(await everything(target), await everything(source));
    assert.deepEqual(await linesOf(target), lines);
  });
}

test('exportLines() gives what there was, while models are removed and added', async () => {
  const library = await filled(1_000);
  const lines: string[] = [];
  for await (const line of exportLines(library.collections)) {
    lines.push(line);
    if (lines.length === 3) await library.shelves.save(shelf('new'));
    if (lines.length === 3) await library.books.save(book('of the new one', 'new'));
    // Within the first page of books: its last ones go, and many that were to come.
    if (lines.length === 10) for (let index = 150; index < 700; index += 1) await library.books.remove(`${index}`);
  }
  const target = await openLibrary();
  await importLines(target.store, target.collections, reader(lines));
  const ids = (await target.books.all()).map(({ id }) => Number(id));
  assert.deepEqual(ids, [...ids].sort((a, b) => a - b), 'each once');
  for (let index = 700; index < 1_000; index += 1) assert.ok(ids.includes(index), `${index}`);
});

test('importLines() refuses a store that is not empty', async () => {
  const source = await filled(1);
  const lines = await linesOf(source);
  await assert.rejects(importLines(source.store, source.collections, reader(lines)), /has shelves already/);
});

test('importLines() refuses a line that will not do, with its number, and writes nothing', async () => {
  const lines = await linesOf(await filled(300));
  const without = (index: number): string[] => lines.toSpliced(index, 1);
  const instead = (index: number, line: string): string[] => lines.toSpliced(index, 1, line);
  const cases: readonly (readonly [lines: readonly string[], says: RegExp])[] = [
    [[], /the end is missing/],
    [['{"a":1}'], /line 1: this is no export/],
    [instead(0, '{"format":"session-auth export","version":2}'), /line 1: another version/],
    [lines.slice(0, -1), /the end is missing/],
    [without(300), /line 306: there are 304 records, and were 305/],
    [[...lines, '{}'], /line 308: there is more/],
    [instead(4, lines[4]?.slice(0, 20) ?? ''), /line 5: this is no JSON object/],
    [instead(4, '[]'), /line 5: this is no JSON object/],
    [instead(4, '{"collection":"others","record":{}}'), /line 5: there is no collection "others"/],
    [instead(4, '{"collection":"shelves","record":{"id":"a"}}'), /line 5: this is no record of shelves/],
  ];
  for (const [bad, says] of cases) {
    const target = await openLibrary();
    await assert.rejects(importLines(target.store, target.collections, reader(bad)), (error) => {
      assert.ok(error instanceof InvalidValueError);
      assert.match(error.message, says);
      return true;
    });
    assert.deepEqual(await everything(target), { shelves: [], books: [] });
  }
});
