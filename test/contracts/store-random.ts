import assert from 'node:assert/strict';
import type { Store } from '../../src/storage/store.ts';
import { book, declareLibrary, everything, shelf } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';
import type { Random } from '../helpers/random.ts';
import { libraryOf } from './store-transactions.ts';

/** A change of a library; what it gives, or the name of what it throws, is to be the same in every store. */
export type Change = (library: Library) => Promise<unknown>;

/** What a transaction throws on purpose. */
class Undo extends Error {
  override readonly name = 'Undo';
}

const SHELF_IDS = ['a', 'b', 'c'];
const BOOK_IDS = ['1', '2', '3', '4', '5'];

/** A write of one repository; in one commit, where it is not `removeExpired`. */
function randomChange(random: Random, isOneCommit: boolean): Change {
  const shelfId = random.pick(SHELF_IDS);
  const id = random.pick(BOOK_IDS);
  const name = random.pick(['x', 'X', 'y', 'z', null]);
  const end = random.pick([null, 1, 2, 70_000, 140_000]);
  const language = random.pick(['en', 'de']);
  const exceptId = random.pick([id, null]);
  switch (random.below(isOneCommit ? 9 : 10)) {
    case 0:
    case 1:
      return ({ shelves }) => shelves.save(shelf(shelfId, name));
    case 2:
    case 3:
    case 4:
      return ({ books }) => books.save(book(id, shelfId, language, end));
    case 5:
      return ({ shelves }) => shelves.remove(shelfId);
    case 6:
      return ({ books }) => books.remove(id);
    case 7:
      return ({ books }) => books.removeOwned(shelfId, exceptId);
    case 8:
      return ({ books }) => books.update(id, (current) => ({ ...current, shelfId, endsAt: end }));
    default:
      return ({ books }) => books.removeExpired(end ?? 0);
  }
}

/** All that a library can be asked, in an order that does not depend on the store. */
export async function answers({ shelves, books }: Library): Promise<unknown> {
  const ofShelves = SHELF_IDS.map(async (shelfId) => [
    await shelves.get(shelfId),
    await shelves.page(shelfId, 2),
    sorted(await books.search({ shelfId })),
  ]);
  const ofBooks = BOOK_IDS.map(async (id) => [await books.getWithOwner(id), await books.page(id, 2)]);
  const names = ['x', 'y', 'z'].map((name) => shelves.search({ name }));
  return {
    ...(await everything({ shelves, books })),
    counts: [await shelves.count(), await books.count()],
    first: [await shelves.page(null, 2), await books.page(null, 2)],
    english: sorted(await books.search({ language: 'en' })),
    ofShelves: await Promise.all(ofShelves),
    ofBooks: await Promise.all(ofBooks),
    names: await Promise.all(names),
  };
}

function sorted<M extends { readonly id: string }>(models: readonly M[]): M[] {
  return models.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** What a change gave, as a value that can be compared. */
async function outcome(change: Promise<unknown>): Promise<unknown> {
  try {
    return await change;
  } catch (error) {
    return error instanceof Error ? error.name : error;
  }
}

/** A transaction of some changes, some of which fail, and that may undo it all at the end. */
function transactionOf(changes: readonly Change[], isUndone: boolean) {
  return (store: Store): Promise<unknown> =>
    store.transaction(async (transaction) => {
      const library = libraryOf(transaction);
      const seen: unknown[] = [];
      for (const change of changes) seen.push(await outcome(change(library)), await answers(library));
      if (isUndone) throw new Undo();
      return seen;
    });
}

/**
 * Does the same random changes to two stores and compares every answer: several writes at once, and transactions begun
 * while such writes are not durable yet.
 *
 * @param mostAtOnce single writes at once; 1 for a store that does not keep the order of calls
 * @returns the answers at the end
 */
export async function compareStores(
  random: Random,
  stores: readonly Store[],
  rounds: number,
  mostAtOnce = 3,
): Promise<unknown> {
  let last: unknown;
  const libraries = stores.map((store) => declareLibrary(store));
  for (const store of stores) await store.open();
  for (let round = 0; round < rounds; round += 1) {
    const singleCount = random.below(mostAtOnce + 1);
    const singles = Array.from({ length: singleCount }, () => randomChange(random, singleCount > 1));
    const inside = Array.from({ length: 1 + random.below(5) }, () => randomChange(random, false));
    const transaction = singleCount !== 1 && random.below(2) === 0 ? transactionOf(inside, random.below(4) === 0) : null;
    const results = stores.map(async (store, index) => {
      const library = libraries[index];
      assert.ok(library !== undefined);
      // Not awaited one by one: each builds on what the one before it has staged.
      const writes = singles.map((change) => outcome(change(library)));
      if (transaction !== null) writes.push(outcome(transaction(store)));
      return [await Promise.all(writes), await answers(library)];
    });
    const [first, ...others] = await Promise.all(results);
    for (const other of others) assert.deepEqual(first, other, `round ${round}`);
    last = first?.[1];
  }
  return last;
}
