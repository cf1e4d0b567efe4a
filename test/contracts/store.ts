import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { DuplicateValueError } from '../../src/errors.ts';
import type { Store } from '../../src/storage/store.ts';
import { book, BOOKS, declareLibrary, everything, ids, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';
import { STORE_RACES } from './store-races.ts';

/** Makes stores, and what a later process would see of them. */
export interface StoreMaker {
  /** A store that is not open yet; it ends with the test. */
  make(t: TestContext): Store;
  /** Closes the store and gives one that must hold the same, not open yet; absent where nothing is kept. */
  reopen?(t: TestContext, store: Store): Promise<Store>;
}

function isDuplicate(error: unknown): boolean {
  return error instanceof DuplicateValueError && error.field === 'name' && error.collection === 'shelves';
}

/** What every store does: a test for each sentence of `src/storage/store.ts`. */
export function describeStore(name: string, maker: StoreMaker): void {
  /** A test of an open store. Once it is done, a store that is opened anew must hold the same. */
  function storeTest(title: string, use: (library: Library) => Promise<void>): void {
    test(title, async (t) => {
      const store = maker.make(t);
      const library = declareLibrary(store);
      await store.open();
      await use(library);
      if (maker.reopen === undefined) return;
      const before = await everything(library);
      const reopened = await maker.reopen(t, store);
      const libraryAgain = declareLibrary(reopened);
      await reopened.open();
      assert.deepEqual(await everything(libraryAgain), before);
      for (const { id, name: shelfName } of before.shelves) {
        if (shelfName !== null) assert.deepEqual(ids(await libraryAgain.shelves.search({ name: shelfName })), [id]);
      }
    });
  }

  describe(`${name} keeps the store contract`, () => {
    storeTest('get() gives null for an id that is not there', async ({ shelves }) => {
      assert.equal(await shelves.get('a'), null);
      assert.equal(await shelves.count(), 0);
      assert.deepEqual(await shelves.all(), []);
    });

    storeTest('save() gives the model back, and get() finds it', async ({ shelves }) => {
      const model = shelf('a');
      assert.equal(await shelves.save(model), model);
      assert.deepEqual(await shelves.get('a'), model);
      assert.equal(await shelves.count(), 1);
    });

    for (const id of ['', '__proto__', 'constructor', 'ü\u0000"\\\n\u2028', '\ud800', 'x'.repeat(5_000)]) {
      storeTest(`save() takes the id ${JSON.stringify(id.slice(0, 20))}`, async ({ shelves }) => {
        await shelves.save(shelf(id, null));
        assert.deepEqual(await shelves.get(id), shelf(id, null));
        assert.deepEqual(ids(await shelves.all()), [id]);
      });
    }

    storeTest('save() replaces the model with its id, in its place', async ({ shelves }) => {
      for (const id of ['a', 'b', 'c']) await shelves.save(shelf(id));
      await shelves.save(shelf('b', 'renamed'));
      assert.deepEqual(ids(await shelves.all()), ['a', 'b', 'c']);
      assert.equal((await shelves.get('b'))?.name, 'renamed');
      assert.equal(await shelves.count(), 3);
    });

    storeTest('all() gives what was saved at once in the order in which it was saved', async ({ shelves }) => {
      const names = Array.from({ length: 50 }, (_, index) => `shelf ${index}`);
      await Promise.all(names.map((id) => shelves.save(shelf(id))));
      assert.deepEqual(ids(await shelves.all()), names);
    });

    storeTest('all() puts what is saved again after its removal at the end', async ({ shelves }) => {
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      await shelves.remove('a');
      await shelves.save(shelf('a'));
      assert.deepEqual(ids(await shelves.all()), ['b', 'a']);
    });

    storeTest('all() gives a list that later changes leave alone', async ({ shelves }) => {
      await shelves.save(shelf('a'));
      const all = await shelves.all();
      await shelves.save(shelf('b'));
      assert.deepEqual(ids(all), ['a']);
    });

    storeTest('search() finds by a unique field without regard to case', async ({ shelves }) => {
      await shelves.save(shelf('a', 'Poems'));
      assert.deepEqual(ids(await shelves.search({ name: 'pOEMS' })), ['a']);
      assert.deepEqual(await shelves.search({ name: 'Poem' }), []);
    });

    storeTest('search() finds every model that has all the values', async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      for (const id of ['1', '2', '3', '4']) await books.save(book(id, 'a'));
      await books.save(book('2', 'a', 'de'));
      await books.remove('3');
      assert.deepEqual(ids(await books.search({ shelfId: 'a' })).sort(), ['1', '2', '4']);
      assert.deepEqual(ids(await books.search({ language: 'en' })).sort(), ['1', '4']);
      assert.deepEqual(ids(await books.search({ shelfId: 'a', language: 'de' })), ['2']);
      assert.deepEqual(await books.search({ shelfId: 'b', language: 'de' }), []);
    });

    storeTest('search() passes over a model that has no value', async ({ shelves }) => {
      await shelves.save(shelf('a', null));
      await shelves.save(shelf('b', null));
      assert.deepEqual(await shelves.search({ name: 'null' }), []);
      assert.equal(await shelves.count(), 2);
    });

    storeTest('search() throws a TypeError for a field without an index, and for none', async ({ shelves }) => {
      for (const criteria of [{ createdAt: '0' }, { id: 'a' }, { name: 'a', other: 'b' }, { __proto__: 'a' }, {}]) {
        await assert.rejects(async () => shelves.search(criteria), TypeError);
      }
    });

    storeTest('save() refuses a unique value that another model has', async ({ shelves }) => {
      await shelves.save(shelf('a', 'Poems'));
      await assert.rejects(shelves.save(shelf('b', 'pOEMS')), isDuplicate);
      assert.deepEqual(ids(await shelves.all()), ['a']);
      await shelves.save(shelf('a', 'POEMS'));
      assert.equal((await shelves.get('a'))?.name, 'POEMS');
    });

    storeTest('save() lets one of two win that claim a unique value at once', async ({ shelves }) => {
      const results = await Promise.allSettled([shelves.save(shelf('a', 'Poems')), shelves.save(shelf('b', 'poems'))]);
      assert.deepEqual(results.map(({ status }) => status), ['fulfilled', 'rejected']);
      assert.deepEqual(ids(await shelves.search({ name: 'poems' })), ['a']);
    });

    storeTest('remove() gives what it removed, and its unique value is free again', async ({ shelves }) => {
      await shelves.save(shelf('a', 'Poems'));
      assert.deepEqual(await shelves.remove('a'), shelf('a', 'Poems'));
      assert.equal(await shelves.remove('a'), null);
      assert.equal(await shelves.count(), 0);
      await shelves.save(shelf('b', 'poems'));
      assert.deepEqual(ids(await shelves.search({ name: 'POEMS' })), ['b']);
    });

    storeTest('removeExpired() removes what ends by then, and leaves the rest', async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      for (const [index, end] of [1, 2, null, 3, 4, 2].entries()) await books.save(book(`${index}`, 'a', 'en', end));
      assert.equal(await books.removeExpired(2), 3);
      assert.deepEqual(ids(await books.all()), ['2', '3', '4']);
      assert.deepEqual(ids(await books.search({ shelfId: 'a' })).sort(), ['2', '3', '4']);
      assert.equal(await books.removeExpired(2), 0);
      assert.equal(await shelves.removeExpired(2), 0);
    });

    storeTest('removeExpired() removes thousands', async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      const saves = Array.from({ length: 2_500 }, (_, time) => books.save(book(`${time}`, 'a', 'en', time)));
      await Promise.all(saves);
      const [first, second] = await Promise.all([books.removeExpired(2_489), books.removeExpired(2_489)]);
      assert.equal(first + second, 2_490);
      assert.equal(await books.count(), 10);
    });

    for (const [title, use] of STORE_RACES) storeTest(title, use);
  });

  test(`${name} refuses to declare a collection twice, or before its owner`, (t) => {
    const store = maker.make(t);
    assert.throws(() => store.collection(BOOKS), TypeError);
    store.collection(SHELVES);
    assert.throws(() => store.collection(SHELVES), TypeError);
  });
}
