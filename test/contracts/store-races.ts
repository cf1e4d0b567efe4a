import assert from 'node:assert/strict';
import { DuplicateValueError, MissingOwnerError } from '../../src/errors.ts';
import { book, ids, shelf } from '../helpers/library.ts';
import type { Book, Library } from '../helpers/library.ts';

/**
 * A part of the store contract: what happens where writes meet, in whatever order they take place. Each starts with an
 * empty library.
 */
export const STORE_RACES: readonly (readonly [title: string, use: (library: Library) => Promise<void>])[] = [
  [
    'update() keeps both of two changes at once',
    async ({ shelves }) => {
      await shelves.save(shelf('a', 'x'));
      const add = (letter: string): Promise<unknown> =>
        shelves.update('a', (current) => ({ ...current, name: `${current.name}${letter}` }));
      await Promise.all([...'abcdefgh'].map(add));
      const name = (await shelves.get('a'))?.name ?? '';
      assert.equal([...name].sort().join(''), 'abcdefghx');
    },
  ],
  [
    'updateAll() changes each that is there, keeps changes made at once, and revives nothing',
    async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      const ids = Array.from({ length: 20 }, (_, index) => String(index));
      await Promise.all(ids.slice(0, 15).map((id) => books.save(book(id, 'a', 'en', 0))));
      const later = (current: Book): Book => ({ ...current, endsAt: Number(current.endsAt) + 1 });
      const [changed] = await Promise.all([
        books.updateAll(ids, later),
        books.updateAll(ids.toReversed(), later),
        books.update('3', later),
        ...['4', '5'].map((id) => books.remove(id)),
      ]);
      const all = await books.all();
      const expected = ids.slice(0, 15).filter((id) => id !== '4' && id !== '5');
      assert.deepEqual(new Set(all.map(({ id }) => id)), new Set(expected));
      for (const { id, endsAt } of all) assert.equal(endsAt, id === '3' ? 3 : 2, id);
      assert.ok(expected.every((id) => changed.some((model) => model.id === id)));
      assert.deepEqual(await books.updateAll([], later), []);
      await assert.rejects(books.updateAll(['1'], (current) => ({ ...current, id: 'other' })), TypeError);
    },
  ],
  [
    'update() gives null where there is no model, and the model where the change leaves it as it is',
    async ({ shelves }) => {
      assert.equal(await shelves.update('a', (current) => current), null);
      await shelves.save(shelf('a'));
      assert.deepEqual(await shelves.update('a', (current) => current), shelf('a'));
      assert.deepEqual(await shelves.all(), [shelf('a')]);
    },
  ],
  [
    'update() rejects with what the change throws, and with a TypeError for another id',
    async ({ shelves }) => {
      await shelves.save(shelf('a'));
      const failure = new Error('change');
      await assert.rejects(
        shelves.update('a', () => {
          throw failure;
        }),
        failure,
      );
      await assert.rejects(shelves.update('a', () => shelf('b')), TypeError);
      assert.deepEqual(await shelves.all(), [shelf('a')]);
    },
  ],
  [
    'update() of a unique value frees the old one, and claims the new one',
    async ({ shelves }) => {
      await shelves.save(shelf('a', 'old'));
      await shelves.update('a', (current) => ({ ...current, name: 'new' }));
      assert.deepEqual(await shelves.search({ name: 'old' }), []);
      await shelves.save(shelf('b', 'OLD'));
      await assert.rejects(shelves.save(shelf('c', 'NEW')), DuplicateValueError);
      await assert.rejects(shelves.update('b', (current) => ({ ...current, name: 'New' })), DuplicateValueError);
      assert.deepEqual(ids(await shelves.search({ name: 'new' })), ['a']);
    },
  ],
  [
    'remove() at once gives the model to one of two',
    async ({ shelves }) => {
      await shelves.save(shelf('a'));
      const results = await Promise.all([shelves.remove('a'), shelves.remove('a')]);
      assert.deepEqual(results.filter((model) => model !== null), [shelf('a')]);
    },
  ],
  [
    'save() lets one of two win that claim a unique value at once',
    async ({ shelves }) => {
      const results = await Promise.allSettled([shelves.save(shelf('a', 'Poems')), shelves.save(shelf('b', 'poems'))]);
      assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      assert.equal((await shelves.search({ name: 'poems' })).length, 1);
    },
  ],
  [
    'save() of a model and remove() of its owner at once leave no model without an owner',
    async ({ shelves, books }) => {
      for (let round = 0; round < 20; round += 1) {
        await shelves.save(shelf('a'));
        const save = (): Promise<unknown> => books.save(book('1', 'a'));
        const remove = (): Promise<unknown> => shelves.remove('a');
        const writes = round % 2 === 0 ? [save(), remove()] : [remove(), save()];
        for (const result of await Promise.allSettled(writes)) {
          if (result.status === 'rejected') assert.ok(result.reason instanceof MissingOwnerError);
        }
        assert.deepEqual([await shelves.count(), await books.count()], [0, 0]);
      }
    },
  ],
  [
    'update() and remove() at once leave nothing: a touch revives nothing that was removed',
    async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      for (let round = 0; round < 20; round += 1) {
        await books.save(book('1', 'a', 'en', 1));
        const touch = (): Promise<unknown> => books.update('1', (current) => ({ ...current, endsAt: 2 }));
        const remove = (): Promise<unknown> =>
          round % 4 < 2 ? books.remove('1') : books.removeOwned('a', null);
        await Promise.all(round % 2 === 0 ? [touch(), remove()] : [remove(), touch()]);
        assert.equal(await books.get('1'), null);
      }
    },
  ],
  [
    'removeExpired() twice at once removes each model once',
    async ({ shelves, books }) => {
      await shelves.save(shelf('a'));
      // Not all at once: a database has a limit on how long a write may wait for its turn.
      for (let start = 0; start < 2_500; start += 100) {
        const ends = Array.from({ length: 100 }, (_, index) => start + index);
        await Promise.all(ends.map((end) => books.save(book(`${end}`, 'a', 'en', end))));
      }
      const [first, second] = await Promise.all([books.removeExpired(2_489), books.removeExpired(2_489)]);
      assert.equal(first + second, 2_490);
      assert.equal(await books.count(), 10);
    },
  ],
];
