import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatheredReads } from '../../../src/storage/postgres/gathered-reads.ts';

interface Query {
  readonly keys: readonly string[];
  answer(found: Readonly<Record<string, number>>): void;
  fail(error: Error): void;
}

/** Reads whose queries the test answers itself. */
function reads(): { reads: GatheredReads<number>; queries: Query[] } {
  const queries: Query[] = [];
  const gathered = new GatheredReads<number>(
    (keys) =>
      new Promise((resolve, reject) => {
        queries.push({ keys, answer: (found) => resolve(new Map(Object.entries(found))), fail: reject });
      }),
  );
  return { reads: gathered, queries };
}

/** Until the promises that are settled have been seen by everybody. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('get() sends the first key at once, and gathers those that come meanwhile', async () => {
  const { reads: gathered, queries } = reads();
  const first = gathered.get('a');
  const others = ['b', 'c', 'b'].map((key) => gathered.get(key));
  assert.deepEqual(queries.map(({ keys }) => keys), [['a']]);
  queries[0]?.answer({ a: 1 });
  assert.equal(await first, 1);
  await settled();
  assert.deepEqual(queries.map(({ keys }) => keys), [['a'], ['b', 'c']]);
  queries[1]?.answer({ c: 3 });
  assert.deepEqual(await Promise.all(others), [null, 3, null]);
});

test('get() is never answered by a query that was sent before it', async () => {
  const { reads: gathered, queries } = reads();
  const first = gathered.get('a');
  const second = gathered.get('a');
  queries[0]?.answer({ a: 1 });
  assert.equal(await first, 1);
  await settled();
  queries[1]?.answer({});
  assert.equal(await second, null);
});

test('a query that fails rejects those that it was for, and the next is sent', async () => {
  const { reads: gathered, queries } = reads();
  const failure = new Error('lost');
  const first = gathered.get('a');
  const second = gathered.get('b');
  queries[0]?.fail(failure);
  await assert.rejects(first, failure);
  await settled();
  queries[1]?.answer({ b: 2 });
  assert.equal(await second, 2);
  const third = gathered.get('c');
  queries[2]?.answer({ c: 3 });
  assert.equal(await third, 3);
});

test('a query asks for a bounded number of keys', async () => {
  const { reads: gathered, queries } = reads();
  const asked = Array.from({ length: 1_200 }, (_, index) => gathered.get(`${index}`));
  for (let index = 0; index < 4; index += 1) {
    const { keys = [], answer } = queries[index] ?? {};
    answer?.(Object.fromEntries(keys.map((key) => [key, Number(key)])));
    await settled();
  }
  assert.deepEqual(await Promise.all(asked), asked.map((_, index) => index));
  assert.deepEqual(queries.map(({ keys }) => keys.length), [1, 500, 500, 199]);
});
