import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentValues } from '../../src/http/recent-values.ts';

function counted(): { recent: RecentValues<string>; asked: string[] } {
  const asked: string[] = [];
  const recent = new RecentValues((key) => {
    asked.push(key);
    return `value of ${key}`;
  });
  return { recent, asked };
}

test('of() asks once for a key that comes again', () => {
  const { recent, asked } = counted();
  for (let time = 0; time < 3; time += 1) {
    assert.equal(recent.of('a'), 'value of a');
    assert.equal(recent.of(''), 'value of ');
  }
  assert.deepEqual(asked, ['a', '']);
});

test('of() remembers a value of null or undefined too', () => {
  for (const nothing of [null, undefined]) {
    let asked = 0;
    const recent = new RecentValues(() => {
      asked += 1;
      return nothing;
    });
    assert.deepEqual([recent.of('a'), recent.of('a'), asked], [nothing, nothing, 1]);
  }
});

test('of() gives each of very many keys its own value, and holds the last of them only', () => {
  const { recent, asked } = counted();
  const keys = Array.from({ length: 5_000 }, (_, number) => `key ${number}`);
  for (const key of [...keys, ...keys]) assert.equal(recent.of(key), `value of ${key}`);
  assert.ok(asked.length > 9_000, `${asked.length} of 10,000 were asked for`);
  const [last] = keys.slice(-1);
  recent.of(last ?? '');
  assert.equal(asked.filter((key) => key === last).length, 2);
});

test('of() does not hold a key that is very long', () => {
  const { recent, asked } = counted();
  for (const length of [1_024, 1_024, 1_025, 1_025]) recent.of('a'.repeat(length));
  assert.deepEqual(asked.map((key) => key.length), [1_024, 1_025, 1_025]);
});

test('of() holds nothing for a key whose computation throws', () => {
  let asked = 0;
  const recent = new RecentValues((): string => {
    asked += 1;
    throw new TypeError('no');
  });
  assert.throws(() => recent.of('a'), TypeError);
  assert.throws(() => recent.of('a'), TypeError);
  assert.equal(asked, 2);
});
