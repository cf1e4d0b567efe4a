import assert from 'node:assert/strict';
import { DuplicateValueError, MissingOwnerError } from '../../src/errors.ts';
import type { Store, Transaction } from '../../src/storage/store.ts';
import { book, BOOKS, everything, ids, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';

/** A library within a transaction. */
export function libraryOf(transaction: Transaction): Library {
  return { shelves: transaction.collection(SHELVES), books: transaction.collection(BOOKS) };
}

/** A part of the store contract: several changes in one commit. Each starts with an empty library. */
export const STORE_TRANSACTIONS: readonly (readonly [
  title: string,
  use: (library: Library, store: Store) => Promise<void>,
])[] = [
  [
    'transaction() makes all changes, and gives what its work gives',
    async ({ shelves, books }, store) => {
      await shelves.save(shelf('old'));
      const result = await store.transaction(async (transaction) => {
        const inside = libraryOf(transaction);
        await inside.shelves.save(shelf('a'));
        await inside.books.save(book('1', 'a'));
        await inside.shelves.remove('old');
        return 'result';
      });
      assert.equal(result, 'result');
      assert.deepEqual(await everything({ shelves, books }), { shelves: [shelf('a')], books: [book('1', 'a')] });
    },
  ],
  [
    'transaction() makes none of its changes where its work throws',
    async ({ shelves, books }, store) => {
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      await books.save(book('1', 'a'));
      const before = await everything({ shelves, books });
      const failure = new Error('the work failed');
      const failing = store.transaction(async (transaction) => {
        const inside = libraryOf(transaction);
        await inside.shelves.save(shelf('c'));
        await inside.shelves.update('b', (current) => ({ ...current, name: 'changed' }));
        await inside.shelves.remove('a');
        await inside.books.save(book('2', 'c'));
        throw failure;
      });
      await assert.rejects(failing, failure);
      assert.deepEqual(await everything({ shelves, books }), before);
      await shelves.save(shelf('d', 'c'));
      assert.deepEqual(await shelves.search({ name: 'changed' }), []);
      assert.equal((await books.getWithOwner('1'))?.owner.id, 'a');
    },
  ],
  [
    'transaction() sees its own changes',
    async ({ shelves, books }, store) => {
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      await books.save(book('1', 'a'));
      await store.transaction(async (transaction) => {
        const inside = libraryOf(transaction);
        await inside.shelves.save(shelf('c', 'Poems'));
        await inside.shelves.update('b', (current) => ({ ...current, name: 'new' }));
        await inside.books.save(book('2', 'c'));
        assert.deepEqual(ids(await inside.shelves.all()), ['a', 'b', 'c']);
        assert.deepEqual(ids((await inside.shelves.page('a', 5)) ?? []), ['b', 'c']);
        assert.deepEqual(await inside.shelves.search({ name: 'POEMS' }), [shelf('c', 'Poems')]);
        assert.deepEqual(await inside.shelves.search({ name: 'b' }), []);
        assert.deepEqual(await inside.books.getWithOwner('2'), { model: book('2', 'c'), owner: shelf('c', 'Poems') });
        assert.equal(await inside.shelves.count(), 3);
        await inside.shelves.remove('a');
        assert.deepEqual([await inside.shelves.get('a'), await inside.books.get('1')], [null, null]);
        assert.deepEqual(await inside.books.search({ shelfId: 'a' }), []);
        await inside.shelves.save(shelf('a'));
        assert.deepEqual(ids(await inside.shelves.all()), ['b', 'c', 'a']);
        assert.deepEqual(ids(await inside.books.all()), ['2']);
      });
      assert.deepEqual([ids(await shelves.all()), ids(await books.all())], [['b', 'c', 'a'], ['2']]);
    },
  ],
  [
    'transaction() holds unique values and owners against its own changes, and removes what ends',
    async ({ shelves, books }, store) => {
      for (const id of ['a', 'b']) await shelves.save(shelf(id));
      await books.save(book('1', 'b', 'en', 1));
      const rejects = async (change: (library: Library) => Promise<unknown>, error: typeof DuplicateValueError | typeof MissingOwnerError): Promise<void> => {
        await assert.rejects(store.transaction((transaction) => change(libraryOf(transaction))), error);
      };
      await rejects(async (inside) => {
        await inside.shelves.save(shelf('c'));
        await inside.shelves.save(shelf('d', 'C'));
      }, DuplicateValueError);
      await rejects(async (inside) => {
        await inside.shelves.remove('a');
        await inside.books.save(book('2', 'a'));
      }, MissingOwnerError);
      await store.transaction(async (transaction) => {
        const inside = libraryOf(transaction);
        await inside.shelves.remove('a');
        await inside.shelves.save(shelf('d', 'A'));
        assert.equal(await inside.books.removeExpired(1), 1);
        await inside.books.save(book('2', 'd'));
        assert.equal(await inside.books.removeOwned('d', '2'), 0);
      });
      assert.deepEqual([ids(await shelves.all()), ids(await books.all())], [['b', 'd'], ['2']]);
    },
  ],
  [
    'transactions at once follow each other: each builds on the one before',
    async ({ shelves }, store) => {
      await shelves.save(shelf('a', '0'));
      const add = (): Promise<unknown> =>
        store.transaction(async (transaction) => {
          const inside = libraryOf(transaction);
          const current = await inside.shelves.get('a');
          await inside.shelves.save(shelf('a', String(Number(current?.name) + 1)));
        });
      await Promise.all(Array.from({ length: 20 }, add));
      assert.equal((await shelves.get('a'))?.name, '20');
    },
  ],
  [
    'a single write never comes between what a transaction reads and what it writes',
    async ({ shelves }, store) => {
      await shelves.save(shelf('a', ''));
      const extend = (letter: string): Promise<unknown> =>
        store.transaction(async (transaction) => {
          const inside = libraryOf(transaction);
          const current = await inside.shelves.get('a');
          await inside.shelves.get('b');
          await inside.shelves.save(shelf('a', `${current?.name}${letter}`));
        });
      const append = (letter: string): Promise<unknown> =>
        shelves.update('a', (current) => ({ ...current, name: `${current.name}${letter}` }));
      await Promise.all([...'abcdefgh'].map((letter, index) => (index % 2 === 0 ? extend(letter) : append(letter))));
      const name = (await shelves.get('a'))?.name ?? '';
      assert.equal([...name].sort().join(''), 'abcdefgh');
    },
  ],
  [
    'a transaction that fails leaves the one behind it, and single writes, to go on',
    async ({ shelves }, store) => {
      const failing = store.transaction(async () => {
        throw new Error('the work failed');
      });
      const saving = store.transaction((transaction) => libraryOf(transaction).shelves.save(shelf('a')));
      const results = await Promise.allSettled([failing, saving, shelves.save(shelf('b'))]);
      assert.deepEqual(results.map(({ status }) => status), ['rejected', 'fulfilled', 'fulfilled']);
      assert.deepEqual(ids(await shelves.all()).sort(), ['a', 'b']);
    },
  ],
];
