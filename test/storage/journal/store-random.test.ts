import assert from 'node:assert/strict';
import { JournalStore } from '../../../src/storage/journal/journal-store.ts';
import { PlainStore } from '../../contracts/plain-store.ts';
import { answers, compareStores } from '../../contracts/store-random.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { declareLibrary } from '../../helpers/library.ts';
import { property } from '../../helpers/random.ts';

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
  assert.deepEqual(await answers(library), expected);
  await again.close();
});
