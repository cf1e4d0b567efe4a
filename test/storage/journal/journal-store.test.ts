import assert from 'node:assert/strict';
import { JournalStore } from '../../../src/storage/journal/journal-store.ts';
import type { Store } from '../../../src/storage/store.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { describeStoreInProcess } from '../../contracts/store-in-process.ts';
import { describeStore } from '../../contracts/store.ts';
import type { StoreMaker } from '../../contracts/store.ts';

const directories = new WeakMap<Store, string>();

function makeStore(t: { after(end: () => Promise<void> | void): void }, directory: string): Store {
  const store = new JournalStore({ directory });
  directories.set(store, directory);
  t.after(() => store.close());
  return store;
}

const MAKER: StoreMaker = {
  make: (t) => makeStore(t, temporaryDirectory(t)),
  reopen: async (t, store) => {
    await store.close();
    const directory = directories.get(store);
    assert.ok(directory !== undefined);
    return makeStore(t, directory);
  },
};

describeStore('JournalStore', MAKER);
describeStoreInProcess('JournalStore', MAKER);
