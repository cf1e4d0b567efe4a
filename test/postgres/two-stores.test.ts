import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { DuplicateValueError, MissingOwnerError } from '../../src/errors.ts';
import type { PostgresStore } from '../../src/storage/postgres/postgres-store.ts';
import { book, BOOKS, declareLibrary, ids, shelf, SHELVES } from '../helpers/library.ts';
import type { Library } from '../helpers/library.ts';
import { sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const cluster = sharedCluster({ before, after });

type Process = Library & { readonly store: PostgresStore };

let count = 0;

/** The stores of two processes on one database, which is empty. */
async function two(t: TestContext): Promise<[Process, Process]> {
  count += 1;
  const namespace = `two_${count}`;
  const open = async (): Promise<Process> => {
    const store = makeStore(t, cluster(), { namespace });
    const library = declareLibrary(store);
    await store.open();
    return { ...library, store };
  };
  return [await open(), await open()];
}

test('what one removes the other\'s next read does not find, with reads under way all the time', async (t) => {
  const [a, b] = await two(t);
  await a.shelves.save(shelf('a'));
  let isOver = false;
  const readers = Array.from({ length: 8 }, async () => {
    while (!isOver) await b.books.getWithOwner('other');
  });
  for (let round = 0; round < 200; round += 1) {
    const [writer, reader] = round % 2 === 0 ? [a, b] : [b, a];
    await writer.books.save(book('1', 'a'));
    assert.deepEqual(await reader.books.getWithOwner('1'), { model: book('1', 'a'), owner: shelf('a') });
    await writer.books.remove('1');
    assert.equal(await reader.books.getWithOwner('1'), null);
  }
  isOver = true;
  await Promise.all(readers);
});

test('update() at both keeps every change', async (t) => {
  const [a, b] = await two(t);
  await a.shelves.save(shelf('a', ''));
  const add = ({ shelves }: Process): Promise<unknown> =>
    shelves.update('a', (current) => ({ ...current, name: `${current.name}x` }));
  await Promise.all(Array.from({ length: 40 }, (_, index) => add(index % 2 === 0 ? a : b)));
  assert.equal((await a.shelves.get('a'))?.name, 'x'.repeat(40));
});

test('a unique value is claimed by one of many, whatever its case', async (t) => {
  const [a, b] = await two(t);
  for (let round = 0; round < 10; round += 1) {
    const names = ['Ärger', 'ÄRGER', 'ärger', 'äRGER'].map((name) => `${name}${round}`);
    const results = await Promise.allSettled(
      names.map((name, index) => (index % 2 === 0 ? a : b).shelves.save(shelf(`${round} ${index}`, name))),
    );
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(result.reason instanceof DuplicateValueError, String(result.reason));
    }
    assert.equal((await b.shelves.search({ name: `ärger${round}` })).length, 1);
  }
});

test('what is saved for an owner while the other removes it is refused, or goes with it', async (t) => {
  const [a, b] = await two(t);
  for (let round = 0; round < 30; round += 1) {
    await a.shelves.save(shelf('a'));
    const saves = Array.from({ length: 4 }, (_, index) => a.books.save(book(`${round} ${index}`, 'a')));
    const results = await Promise.allSettled([...saves, b.shelves.remove('a')]);
    for (const result of results) {
      if (result.status === 'rejected') assert.ok(result.reason instanceof MissingOwnerError, String(result.reason));
    }
    assert.deepEqual(await a.books.all(), []);
  }
});

test('a change of what the other removes never brings it back', async (t) => {
  const [a, b] = await two(t);
  await a.shelves.save(shelf('a'));
  for (let round = 0; round < 30; round += 1) {
    await a.books.save(book('1', 'a', 'en', round));
    await Promise.all([
      a.books.update('1', (current) => ({ ...current, endsAt: round + 1 })),
      b.books.remove('1'),
      a.books.update('1', (current) => ({ ...current, endsAt: round + 2 })),
    ]);
    assert.equal(await a.books.get('1'), null);
  }
});

test('transactions of both run one at a time: of what each counts first, no more is made than there may be', async (t) => {
  const [a, b] = await two(t);
  await a.shelves.save(shelf('a'));
  const add = ({ store }: Process, id: string): Promise<void> =>
    store.transaction(async (transaction) => {
      const books = transaction.collection(BOOKS);
      if ((await books.search({ shelfId: 'a' })).length < 3) await books.save(book(id, 'a'));
    });
  await Promise.all(Array.from({ length: 20 }, (_, index) => add(index % 2 === 0 ? a : b, `${index}`)));
  assert.equal(await b.books.count(), 3);
});

test('the work of a transaction does not begin before that of the other process is over', async (t) => {
  const [a, b] = await two(t);
  const order: string[] = [];
  let second: Promise<unknown> = Promise.resolve();
  await a.store.transaction(async (transaction) => {
    order.push('first begins');
    second = b.store.transaction(async (other) => {
      order.push('second begins');
      await other.collection(SHELVES).count();
    });
    for (let round = 0; round < 30; round += 1) await transaction.collection(SHELVES).count();
    order.push('first ends');
  });
  await second;
  assert.deepEqual(order, ['first begins', 'first ends', 'second begins']);
});

test('what a transaction has read is not changed by the other until it is over', async (t) => {
  const [a, b] = await two(t);
  await a.shelves.save(shelf('a', 'x'));
  let change: Promise<unknown> = Promise.resolve();
  await a.store.transaction(async (transaction) => {
    const shelves = transaction.collection(SHELVES);
    const before = await shelves.get('a');
    change = b.shelves.update('a', (current) => ({ ...current, name: `${current.name}y` }));
    for (let round = 0; round < 5; round += 1) assert.deepEqual(await shelves.get('a'), before);
    await shelves.save(shelf('a', 'z'));
    assert.equal((await b.shelves.get('a'))?.name, 'x', 'nothing of it is seen before it is over');
  });
  await change;
  assert.equal((await a.shelves.get('a'))?.name, 'zy');
});

test('a transaction that expects a refusal goes on; one that throws leaves nothing', async (t) => {
  const [a] = await two(t);
  await a.shelves.save(shelf('a', 'taken'));
  await a.store.transaction(async (transaction) => {
    const shelves = transaction.collection(SHELVES);
    await assert.rejects(shelves.save(shelf('b', 'TAKEN')), DuplicateValueError);
    await assert.rejects(transaction.collection(BOOKS).save(book('1', 'nowhere')), MissingOwnerError);
    await shelves.save(shelf('c'));
    assert.deepEqual(ids(await shelves.all()), ['a', 'c']);
  });
  const failure = new Error('work');
  const work = a.store.transaction(async (transaction) => {
    await transaction.collection(SHELVES).remove('a');
    throw failure;
  });
  await assert.rejects(work, failure);
  assert.deepEqual(ids(await a.shelves.all()), ['a', 'c']);
});

test('removeExpired() at both removes each once, and looks at what has moved once more', async (t) => {
  const [a, b] = await two(t);
  await a.shelves.save(shelf('a'));
  for (let index = 0; index < 60; index += 1) await a.books.save(book(`${index}`, 'a', 'en', index < 30 ? 10 : 100));
  for (let index = 0; index < 10; index += 1) await b.books.update(`${index}`, (one) => ({ ...one, endsAt: 50 }));
  await b.books.update('10', (one) => ({ ...one, endsAt: null }));
  await b.books.update('59', (one) => ({ ...one, endsAt: 5 }));
  const removed = await Promise.all([a.books.removeExpired(10), b.books.removeExpired(10)]);
  assert.equal(removed[0] + removed[1], 20, 'those of 10 that did not move, and the one that moved to 5');
  assert.equal(await a.books.removeExpired(49), 0);
  assert.equal(await a.books.removeExpired(50), 10);
  assert.equal(await a.books.removeExpired(Number.MAX_SAFE_INTEGER), 29);
  assert.deepEqual(ids(await b.books.all()), ['10']);
});

test('a change that moves the end on is a HOT update', async (t) => {
  const [a] = await two(t);
  await a.shelves.save(shelf('a'));
  await a.books.save(book('1', 'a', 'en', 10));
  for (let end = 11; end < 31; end += 1) await a.books.update('1', (one) => ({ ...one, endsAt: end }));
  await a.store.close();
  const sql = `select n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where schemaname = 'two_${count}' and relname = 'books'`;
  for (let attempt = 0; ; attempt += 1) {
    const [row] = await cluster().query(sql);
    if (row?.[0] === '20') return assert.deepEqual(row, ['20', '20']);
    assert.ok(attempt < 600, 'the statistics do not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
