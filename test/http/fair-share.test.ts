import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networksOf } from '../../src/http/client-network.ts';
import { FairShares } from '../../src/http/fair-share.ts';
import type { FairSharesOptions, SharePath, Taken } from '../../src/http/fair-share.ts';
import { property } from '../helpers/random.ts';

function shares(options: Partial<FairSharesOptions<string>> = {}): FairShares<string> {
  return new FairShares({ capacity: 10, yields: 'youngest', ...options });
}

/** Takes a place for each holder; the path of `a1` is `a`. @returns the holders refused */
function takeAll(pool: FairShares<string>, holders: readonly string[]): string[] {
  return holders.filter((holder) => pool.take([holder.slice(0, 1)], holder) === null);
}

function take(pool: FairShares<string>, path: SharePath, holder: string, amount?: number): Taken<string> {
  const taken = pool.take(path, holder, amount);
  assert.ok(taken !== null, holder);
  return taken;
}

/** Everything by turns. */
function served(pool: FairShares<string>): string[] {
  const order: string[] = [];
  for (let holder = pool.next(); holder !== null; holder = pool.next()) order.push(holder);
  return order;
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
}

test('take() gives one client every place while nobody else comes, and no more', () => {
  const pool = shares();
  assert.deepEqual(takeAll(pool, numbered('a', 12)), ['a11', 'a12']);
  assert.equal(pool.used, 10);
  assert.equal(pool.heldBy(['a']), 10);
});

test('take() gives a newcomer the youngest place of whoever holds most, until both hold as much', () => {
  const pool = shares();
  takeAll(pool, numbered('a', 10));
  const yielded = numbered('b', 5).map((holder) => take(pool, ['b'], holder).yielded);
  assert.deepEqual(yielded, [['a10'], ['a9'], ['a8'], ['a7'], ['a6']]);
  assert.equal(pool.take(['b'], 'b6'), null);
  assert.equal(pool.take(['a'], 'a11'), null);
  assert.deepEqual([pool.heldBy(['a']), pool.heldBy(['b']), pool.used], [5, 5, 10]);
});

test('take() gives up the oldest place that may yield, one of the own group where that holds most', () => {
  const busy = new Set(['a1', 'a2']);
  const pool = shares({ capacity: 4, yields: 'oldest', mayYield: (holder) => !busy.has(holder) });
  takeAll(pool, numbered('a', 4));
  assert.deepEqual(take(pool, ['b'], 'b1').yielded, ['a3']);
  assert.deepEqual(take(pool, ['a'], 'a5').yielded, ['a4']);
  busy.add('a5');
  assert.equal(pool.take(['b'], 'b2'), null);
  assert.equal(pool.used, 4);
  assert.equal(pool.heldBy(['b']), 1);
});

test('take() asks as many places to yield as the newcomer needs, or none', () => {
  const pool = shares({ capacity: 100, yields: 'oldest' });
  for (const holder of numbered('a', 10)) take(pool, ['a'], holder, 10);
  assert.deepEqual(take(pool, ['b'], 'b1', 25).yielded, ['a1', 'a2', 'a3']);
  assert.equal(pool.used, 95);
  // With it, "b" would hold more than "a" then does.
  assert.equal(pool.take(['b'], 'b2', 60), null);
  assert.deepEqual([pool.heldBy(['a']), pool.heldBy(['b'])], [70, 25]);
  // "a" holds more than "c" would, but not once it had given up so much.
  assert.equal(pool.take(['c'], 'c1', 50), null);
  assert.equal(pool.used, 95);
});

test('take() counts a /48 as four clients at most, however many networks it has', () => {
  const pool = shares({ capacity: 50 });
  for (let subnet = 0; subnet < 50; subnet += 1) {
    take(pool, networksOf(`2001:db8:1:${subnet.toString(16)}::1`), `v6-${subnet}`);
  }
  let got = 0;
  while (pool.take(['192.0.2.1'], 'v4') !== null) got += 1;
  assert.equal(got, 10);
  assert.equal(pool.heldBy(['2001:db8:1::/48']), 40);
  for (let subnet = 0; subnet < 50; subnet += 1) {
    assert.ok(pool.heldBy(networksOf(`2001:db8:1:${subnet.toString(16)}::1`)) <= 1);
  }
});

test('take() takes from the network of a /48 that holds most there', () => {
  const pool = shares({ capacity: 10 });
  take(pool, networksOf('2001:db8::1'), 'y1');
  for (const holder of numbered('x', 9)) take(pool, networksOf('2001:db8:0:1::1'), holder);
  assert.deepEqual(take(pool, networksOf('2001:db8::1'), 'y2').yielded, ['x9']);
  assert.deepEqual(take(pool, ['192.0.2.1'], 'z1').yielded, ['x8']);
});

test('release() gives a place back once, and what was yielded or served is gone', () => {
  const pool = shares({ capacity: 2 });
  const { place: first } = take(pool, ['a'], 'a1');
  const { place: second } = take(pool, ['a'], 'a2');
  take(pool, ['b'], 'b1');
  pool.release(second);
  assert.equal(pool.used, 2);
  pool.release(first);
  pool.release(first);
  assert.equal(pool.used, 1);
  const { place: again } = take(pool, ['a'], 'a3');
  pool.release(first);
  assert.equal(pool.used, 2);
  assert.equal(pool.next(), 'b1');
  assert.equal(pool.next(), 'a3');
  pool.release(again);
  assert.equal(pool.used, 0);
});

test('next() serves one client in the order of arrival', () => {
  const pool = shares();
  takeAll(pool, numbered('a', 5));
  assert.deepEqual(served(pool), numbered('a', 5));
  assert.equal(pool.next(), null);
});

test('next() serves two clients alternately, whoever came first with however many', () => {
  const pool = shares({ capacity: 20 });
  takeAll(pool, numbered('a', 8));
  const before = [pool.next(), pool.next()];
  takeAll(pool, numbered('b', 3));
  assert.deepEqual([...before, ...served(pool)].join(' '), 'a1 a2 b1 a3 b2 a4 b3 a5 a6 a7 a8');
});

test('next() lets whoever asks for one thing at a time wait for one of the others, of ten that ask for all', () => {
  const pool = shares({ capacity: 100 });
  const attackers = [...'abcdefghij'];
  for (const name of attackers) takeAll(pool, numbered(name, 6));
  for (let turn = 0; turn < 20; turn += 1) pool.next();
  for (let round = 0; round < 10; round += 1) {
    take(pool, ['z'], `z${round}`);
    const turns = [pool.next(), pool.next()];
    assert.ok(turns.includes(`z${round}`), turns.join(' '));
  }
});

test('next() gives those who keep asking for one thing at a time half of the turns, and no more', () => {
  const pool = shares({ capacity: 100 });
  takeAll(pool, numbered('a', 20));
  pool.next();
  for (const name of 'bcd') take(pool, [name], name);
  const order: string[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const holder = pool.next() ?? '';
    order.push(holder.slice(0, 1));
    if (!holder.startsWith('a')) take(pool, [holder], holder);
  }
  assert.equal(order.filter((name) => name === 'a').length, 6, order.join(' '));
});

test('next() gives the networks of a /48 turns among themselves, four to one of an address', () => {
  const pool = shares({ capacity: 100 });
  for (let subnet = 0; subnet < 8; subnet += 1) {
    for (const holder of ['6', '6', '6', '6']) take(pool, networksOf(`2001:db8:1:${subnet}::1`), holder);
  }
  for (let count = 0; count < 4; count += 1) take(pool, ['192.0.2.1'], '4');
  // Both have just come.
  assert.equal(served(pool).join('').slice(0, 14), '46'.concat('4', '6666', '4', '6666', '4', '6'));
});

test('FairShares holds nothing of clients that hold nothing', () => {
  const pool = shares({ capacity: 1 });
  take(pool, ['a'], 'a');
  for (let number = 0; number < 1000; number += 1) {
    assert.equal(pool.take([`made-up-${number}`, 'below'], 'x'), null);
    assert.equal(pool.heldBy([`made-up-${number}`]), 0);
  }
  assert.equal(pool.next(), 'a');
  assert.equal(pool.next(), null);
});

property('FairShares keeps its sums and its bound, and refuses nobody who holds less, whatever happens', 20, (random) => {
  const pool = shares({ capacity: 40 });
  const places = new Map<string, Taken<string>['place']>();
  const names = 'abcdefghijkl';
  for (let step = 0; step < 1_000; step += 1) {
    const name = random.pick([...names]);
    const holder = `${name}${step}`;
    const dice = random.below(10);
    if (dice < 7) {
      const before = pool.heldBy([name]);
      const taken = pool.take([name], holder);
      if (taken === null) {
        assert.equal(pool.used, 40);
        for (const other of names) assert.ok(pool.heldBy([other]) <= before + 1, `${other} holds more than ${name}`);
      } else {
        for (const other of taken.yielded) assert.ok(places.delete(other), other);
        places.set(holder, taken.place);
      }
    } else if (dice < 9) {
      const served = pool.next();
      assert.equal(served === null, places.size === 0);
      if (served !== null) assert.ok(places.delete(served), served);
    } else if (places.size > 0) {
      const [given, place] = random.pick([...places]);
      pool.release(place);
      places.delete(given);
    }
    assert.equal(pool.used, places.size);
    const held = [...names].reduce((sum, other) => sum + pool.heldBy([other]), 0);
    assert.equal(held, places.size);
  }
});

test('new FairShares() throws a RangeError when the capacity is out of range', () => {
  for (const capacity of [-1, Number.NaN]) assert.throws(() => shares({ capacity }), RangeError);
});
