import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { DuplicateValueError, MissingOwnerError } from '../../src/errors.ts';
import type { Store } from '../../src/storage/store.ts';
import { book, BOOKS, declareLibrary, everything, ids, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';
import { STORE_RACES } from './store-races.ts';
import { STORE_TRANSACTIONS } from './store-transactions.ts';

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

type StoreUse = (library: Library, store: Store) => Promise<void>;

/** A test of an open store. Once it is done, a store that is opened anew must hold the same. */
export function testOfStore(maker: StoreMaker, title: string, use: StoreUse): void {
  test(title, async (t) => {
    const store = maker.make(t);
    const library = declareLibrary(store);
    await store.open();
    await use(library, store);
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

/**
 * What every store does, in memory or in a database: a test for each sentence of `src/storage/store.ts`. What memory and
 * journal keep besides is in `store-in-process.ts`.
 */
export function describeStore(name: string, maker: StoreMaker): void {
  const storeTest = (title: string, use: StoreUse): void => testOfStore(maker, title, use);

  describe(`${name} keeps the store contract`, () => {
    storeTest('get() gives null for an id that is not there', async ({ shelves }) => {
      assert.equal(await shelves.get('a'), null);
      assert.equal(await shelves.count(), 0);
      assert.deepEqual(await shelves.all(), []);
    });

    storeTest('save() gives the model back, and get() finds it', async ({ shelves }) => {
      assert.deepEqual(await shelves.save(shelf('a')), shelf('a'));
      assert.deepEqual(await shelves.get('a'), shelf('a'));
      assert.equal(await shelves.count(), 1);
    });

    for (const id of ['', '__proto__', 'constructor', 'ü"\\\n\u2028', 'x'.repeat(800)]) {
      storeTest(`save() takes the id ${JSON.stringify(id.slice(0, 20))}`, async ({ shelves }) => {
        await shelves.save(shelf(id, null));
        assert.deepEqual(await shelves.get(id), shelf(id, null));
        assert.deepEqual(ids(await shelves.all()), [id]);
      });
    }

    for (const text of ['\0', 'a\0', '\ud800', 'a\udc00', 'x'.repeat(801)]) {
      storeTest(`get(), search() and page() find nothing by ${JSON.stringify(text.slice(0, 20))}`, async (library) => {
        const { shelves, books } = library;
        await shelves.save(shelf('a', 'a'));
        assert.equal(await shelves.get(text), null);
        assert.equal(await shelves.page(text, 1), null);
        assert.equal(await books.getWithOwner(text), null);
        assert.deepEqual(await shelves.search({ name: text }), []);
        assert.deepEqual(await books.search({ shelfId: text }), []);
        assert.deepEqual([await shelves.remove(text), await books.removeOwned(text, text)], [null, 0]);
      });
    }

    storeTest('save() replaces the model with its id, in its place', async ({ shelves }) => {
      for (const id of ['a', 'b', 'c']) await shelves.save(shelf(id));
      await shelves.save(shelf('b', 'renamed'));
      assert.deepEqual(ids(await shelves.all()), ['a', 'b', 'c']);
      assert.equal((await shelves.get('b'))?.name, 'renamed');
      assert.equal(await shelves.count(), 3);
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

    storeTest('removeExpired() goes by the end that a model has now, moved either way', async ({ shelves, books }) => {
      const hour = 3_600_000;
      await shelves.save(shelf('a'));
      const ends = new Map([['earlier', 9 * hour], ['later', hour], ['never', hour], ['at last', null], ['same', hour]]);
      for (const [id, end] of ends) await books.save(book(id, 'a', 'en', end));
      const moved = new Map([['earlier', hour], ['later', 3 * hour], ['never', null], ['at last', 2 * hour]]);
      for (const [id, endsAt] of moved) await books.update(id, (current) => ({ ...current, endsAt }));
      const left: string[][] = [];
      for (const now of [hour - 1, hour, 2 * hour, 3 * hour - 1, 3 * hour, 99 * hour]) {
        await books.removeExpired(now);
        left.push(ids(await books.all()));
      }
      assert.deepEqual(left, [
        ['earlier', 'later', 'never', 'at last', 'same'],
        ['later', 'never', 'at last'],
        ['later', 'never'],
        ['later', 'never'],
        ['never'],
        ['never'],
      ]);
    });

    storeTest('page() gives the models in order, from any of them on', async ({ shelves }) => {
      for (const id of ['c', 'a', 'd', 'b']) await shelves.save(shelf(id));
      await shelves.remove('d');
      await shelves.save(shelf('c', 'changed'));
      const pages = [null, 'c', 'a', 'b', 'd', 'x'].map((after) => shelves.page(after, 2));
      const found = (await Promise.all(pages)).map((page) => (page === null ? null : ids(page)));
      assert.deepEqual(found, [['c', 'a'], ['a', 'b'], ['b'], [], null, null]);
      assert.equal((await shelves.page(null, 10))?.length, 3);
    });

    storeTest('getWithOwner() gives both, or null', async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      await books.save(book('1', 'a'));
      assert.deepEqual(await books.getWithOwner('1'), { model: book('1', 'a'), owner: shelf('a') });
      assert.equal(await books.getWithOwner('2'), null);
      await shelves.update('a', (current) => ({ ...current, name: 'new' }));
      assert.equal((await books.getWithOwner('1'))?.owner.name, 'new');
      await shelves.remove('a');
      assert.equal(await books.getWithOwner('1'), null);
      await assert.rejects(async () => shelves.getWithOwner('a'), TypeError);
    });

    storeTest('save() and update() refuse a model of an owner that does not exist', async ({ shelves, books }) => {
      await assert.rejects(books.save(book('1', 'a')), MissingOwnerError);
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      await shelves.remove('b');
      await books.save(book('1', 'a'));
      await assert.rejects(books.save(book('2', 'b')), MissingOwnerError);
      await assert.rejects(books.update('1', (current) => ({ ...current, shelfId: 'b' })), MissingOwnerError);
      assert.deepEqual(await books.all(), [book('1', 'a')]);
    });

    storeTest('remove() takes all that belongs to the owner, for good', async ({ shelves, books }) => {
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      for (const one of [book('1', 'a'), book('2', 'b'), book('3', 'a')]) await books.save(one);
      await shelves.remove('a');
      assert.deepEqual([ids(await books.all()), await books.count()], [['2'], 1]);
      assert.deepEqual(await books.search({ language: 'en' }), [book('2', 'b')]);
      await shelves.save(shelf('a'));
      assert.deepEqual(await books.search({ shelfId: 'a' }), []);
      await books.save(book('3', 'a', 'de'));
      assert.deepEqual(ids(await books.all()), ['2', '3']);
    });

    storeTest('removeOwned() removes what an owner has, but for one', async ({ shelves, books }) => {
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      for (const one of [book('1', 'a'), book('2', 'b'), book('3', 'a'), book('4', 'a')]) await books.save(one);
      assert.equal(await books.removeOwned('a', '3'), 2);
      assert.deepEqual(ids(await books.all()), ['2', '3']);
      assert.equal(await books.removeOwned('a', '3'), 0);
      assert.equal(await books.removeOwned('a', '2'), 1, 'another owner’s is no exception');
      assert.equal(await books.removeOwned('x', null), 0);
      assert.equal(await books.removeOwned('b', null), 1);
      assert.equal(await books.count(), 0);
      await assert.rejects(shelves.removeOwned('a', null), TypeError);
    });

    for (const [title, use] of [...STORE_RACES, ...STORE_TRANSACTIONS]) storeTest(title, use);
  });

  test(`${name} refuses to declare a collection twice, or before its owner`, (t) => {
    const store = maker.make(t);
    assert.throws(() => store.collection(BOOKS), TypeError);
    store.collection(SHELVES);
    assert.throws(() => store.collection(SHELVES), TypeError);
  });
}
