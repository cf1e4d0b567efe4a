import assert from 'node:assert/strict';
import { book, ids, shelf } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';

/** Writes that are not awaited one by one take effect in the order of the calls. Each starts with an empty library. */
export const WRITES_IN_ORDER: readonly (readonly [title: string, use: (library: Library) => Promise<void>])[] = [
  [
    'all() gives what was saved at once in the order of the calls',
    async ({ shelves }) => {
      const names = Array.from({ length: 50 }, (_, index) => `shelf ${index}`);
      await Promise.all(names.map((id) => shelves.save(shelf(id))));
      assert.deepEqual(ids(await shelves.all()), names);
    },
  ],
  [
    'update() at once changes a model in the order of the calls',
    async ({ shelves }) => {
      await shelves.save(shelf('a', 'x'));
      const add = (letter: string): Promise<unknown> =>
        shelves.update('a', (current) => ({ ...current, name: `${current.name}${letter}` }));
      await Promise.all([...'abcdefgh'].map(add));
      assert.equal((await shelves.get('a'))?.name, 'xabcdefgh');
    },
  ],
  [
    'a unique value that is given up is free in the same moment',
    async ({ shelves }) => {
      await Promise.all([shelves.save(shelf('a', 'x')), shelves.save(shelf('b', 'y'))]);
      await Promise.all([
        shelves.save(shelf('a', 'z')),
        shelves.save(shelf('b', 'x')),
        shelves.save(shelf('a', 'y')),
        shelves.save(shelf('c', 'z')),
      ]);
      const holders = await Promise.all(['x', 'y', 'z'].map(async (name) => ids(await shelves.search({ name }))));
      assert.deepEqual(holders, [['b'], ['a'], ['c']]);
    },
  ],
  [
    'a unique value of a model that is removed is free in the same moment',
    async ({ shelves }) => {
      await shelves.save(shelf('a', 'x'));
      await Promise.all([
        shelves.remove('a'),
        shelves.save(shelf('b', 'x')),
        shelves.remove('b'),
        shelves.save(shelf('c', 'X')),
      ]);
      assert.deepEqual(ids(await shelves.search({ name: 'x' })), ['c']);
      assert.equal(await shelves.count(), 1);
    },
  ],
  [
    'update() after remove() at once finds nothing; remove() after update() gives the changed model',
    async ({ shelves }) => {
      await Promise.all([shelves.save(shelf('a')), shelves.save(shelf('b'))]);
      const [removed, updated] = await Promise.all([
        shelves.remove('a'),
        shelves.update('a', (current) => ({ ...current, name: 'late' })),
      ]);
      assert.deepEqual([removed, updated], [shelf('a'), null]);
      const [changed, removedThen] = await Promise.all([
        shelves.update('b', (current) => ({ ...current, name: 'last' })),
        shelves.remove('b'),
      ]);
      assert.equal(removedThen, changed);
      assert.equal(await shelves.count(), 0);
      assert.deepEqual(await shelves.search({ name: 'last' }), []);
    },
  ],
  [
    'remove() and save() at once leave the model that was saved last',
    async ({ shelves }) => {
      await shelves.save(shelf('a', 'old'));
      await Promise.all([shelves.remove('a'), shelves.save(shelf('a', 'new'))]);
      assert.deepEqual(await shelves.all(), [shelf('a', 'new')]);
      assert.deepEqual(await shelves.search({ name: 'old' }), []);
    },
  ],
  [
    'remove() takes what was saved for the owner in the same moment, and leaves what moved to another',
    async ({ shelves, books }) => {
      await Promise.all([shelves.save(shelf('a')), shelves.save(shelf('b')), books.save(book('1', 'a'))]);
      await Promise.all([books.save(book('2', 'a')), books.save(book('1', 'b')), shelves.remove('a')]);
      assert.deepEqual(await books.all(), [book('1', 'b')]);
    },
  ],
  [
    'remove() of the owner leaves what was removed already removed',
    async ({ shelves, books }) => {
      await Promise.all([shelves.save(shelf('a')), books.save(book('1', 'a', 'en', 1)), books.save(book('2', 'a', 'en', 1))]);
      const [removed] = await Promise.all([books.remove('1'), shelves.remove('a'), books.removeExpired(1)]);
      assert.deepEqual(removed, book('1', 'a', 'en', 1));
      assert.equal(await books.count(), 0);
    },
  ],
];
