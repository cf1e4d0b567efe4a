import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { exportLines, importLines, transferable } from '../../src/storage/transfer.ts';
import type { Transferable } from '../../src/storage/transfer.ts';
import { book, BOOKS, declareLibrary, everything, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';
import { sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const cluster = sharedCluster({ before, after });

async function opened(store: Store): Promise<Library & { store: Store; collections: readonly Transferable[] }> {
  const library = declareLibrary(store);
  await store.open();
  const collections = [transferable(SHELVES, library.shelves), transferable(BOOKS, library.books)];
  return { ...library, store, collections };
}

async function linesOf(collections: readonly Transferable[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of exportLines(collections)) lines.push(line);
  return lines;
}

test('nothing differs after the way into PostgreSQL and back', async (t) => {
  const source = await opened(new MemoryStore());
  const names = ['plain', 'Ärger', 'ﬁ ǅ İ', '😀', ' ', "'; drop table x; --", 'a"b\\c\n'];
  for (const [index, name] of names.entries()) await source.shelves.save(shelf(`${index} ${name}`, name, index + 0.5));
  await source.shelves.save(shelf('without a name', null));
  for (let index = 0; index < 450; index += 1) {
    const name = names[index % 7] ?? '';
    // A language is a key, and may be long; other values of a record may hold anything.
    await source.books.save(book(`${index}`, `${index % 7} ${name}`, `${name}${'ü'.repeat(700)}`, index % 3 === 0 ? null : index));
  }
  const database = await opened(makeStore(t, cluster(), { namespace: 'transfer' }));
  const lines = await linesOf(source.collections);
  await importLines(database.store, database.collections, async function* () {
    yield* lines;
  });
  assert.deepEqual(await everything(database), await everything(source));
  assert.deepEqual(await linesOf(database.collections), lines);

  const back = await opened(new MemoryStore());
  const linesAgain = await linesOf(database.collections);
  await importLines(back.store, back.collections, async function* () {
    yield* linesAgain;
  });
  assert.deepEqual(await everything(back), await everything(source));
  assert.equal(await database.books.removeExpired(100), await back.books.removeExpired(100));
  assert.deepEqual(await everything(database), await everything(back));
});
