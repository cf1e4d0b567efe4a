import assert from 'node:assert/strict';
import { JournalStore } from '../../../src/storage/journal/journal-store.ts';
import { PlainStore } from '../../contracts/plain-store.ts';
import { answers, compareStores } from '../../contracts/store-random.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { declareLibrary } from '../../helpers/library.ts';
import { property } from '../../helpers/random.ts';

/** What asks for pages. */
const PAGED: ReadonlySet<string> = new Set(['first', 'ofShelves', 'ofBooks']);

/**
 * The same without pages, and with every list in one order. A model that is given to another owner in the batch that
 * removes its first one
 * is the last of all after a restart, and keeps its place before. No model of this server changes its owner.
 */
function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !PAGED.has(key)).map(([key, member]) => [key, unordered(member)]));
}

property('JournalStore gives the answers of a plain store, and gives them again after a restart', 15, async (random, t) => {
  const directory = temporaryDirectory(t);
  // Each commit makes a compaction due, or hardly any does.
  const compactionFloor = random.pick([-10, 10, 1_000]);
  const options = { directory, compactionFloor, onNotice: (notice: string) => assert.fail(notice) };
  const store = new JournalStore(options);
  const expected = await compareStores(random, [store, new PlainStore()], 20);
  await store.close();
  const again = new JournalStore({ ...options, compactionFloor: 1_000 });
  const library = declareLibrary(again);
  await again.open();
  assert.deepEqual(unordered(await answers(library)), unordered(expected));
  await again.close();
});
