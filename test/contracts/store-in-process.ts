import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { book, declareLibrary, ids, shelf, SHELVES } from '../helpers/library.ts';
import { testOfStore } from './store.ts';
import type { StoreMaker } from './store.ts';
import { WRITES_IN_ORDER } from './store-order.ts';
import { libraryOf } from './store-transactions.ts';

/** What the stores keep besides that have everything in the memory of this process; no database could. */
export function describeStoreInProcess(name: string, maker: StoreMaker): void {
  describe(`${name} keeps what a store in this process can`, () => {
    for (const [title, use] of WRITES_IN_ORDER) {
      testOfStore(maker, title, use);
    }

    test('a model that was saved is the very one that is found', async (t) => {
      const store = maker.make(t);
      const { shelves, books } = declareLibrary(store);
      await store.open();
      const [owner, model] = [await shelves.save(shelf('a')), await books.save(book('1', 'a'))];
      assert.equal(await shelves.get('a'), owner);
      const found = await books.getWithOwner('1');
      assert.ok(found?.model === model && found.owner === owner);
      assert.equal(await books.update('1', (current) => current), model);
    });

    for (const id of ['ü\0"', '\ud800', 'x'.repeat(5_000)]) {
      test(`save() takes the id ${JSON.stringify(id.slice(0, 20))}, which is no key elsewhere`, async (t) => {
        const store = maker.make(t);
        const { shelves } = declareLibrary(store);
        await store.open();
        await shelves.save(shelf(id, null));
        assert.deepEqual(ids(await shelves.all()), [id]);
        assert.deepEqual(await shelves.get(id), shelf(id, null));
      });
    }

    test('transaction() shows its changes to nobody before it is over', async (t) => {
      const store = maker.make(t);
      const { shelves } = declareLibrary(store);
      await store.open();
      await store.transaction(async (transaction) => {
        await libraryOf(transaction).shelves.save(shelf('a'));
        assert.equal(await shelves.get('a'), null);
      });
      assert.deepEqual(ids(await shelves.all()), ['a']);
    });

    test('transaction() begun within the work of another one throws a TypeError', async (t) => {
      const store = maker.make(t);
      const { shelves } = declareLibrary(store);
      await store.open();
      const nested = store.transaction(async () => store.transaction(async () => {}));
      await assert.rejects(nested, TypeError);
      await shelves.save(shelf('a'));
    });

    test('a repository of a transaction that is over refuses writes', async (t) => {
      const store = maker.make(t);
      const { shelves } = declareLibrary(store);
      await store.open();
      const late = await store.transaction(async (transaction) => transaction.collection(SHELVES));
      await assert.rejects(late.save(shelf('a')), TypeError);
      assert.equal(await shelves.count(), 0);
    });
  });
}
