import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RepeatedLines } from '../../src/accounts/repeated-lines.ts';

/** One whose clock and timers go when the test says so. */
function standing() {
  const clock = { now: 1_700_000_000_000 };
  const timers: (() => void)[] = [];
  const told: number[] = [];
  const lines = new RepeatedLines({
    onLeftOut: (count) => told.push(count),
    clock: () => clock.now,
    schedule: (callback, delayMs) => {
      assert.equal(delayMs, 1_000);
      timers.push(callback);
    },
  });
  const secondPasses = (): void => {
    clock.now += 1_000;
    for (const callback of timers.splice(0)) callback();
  };
  return { clock, timers, told, lines, secondPasses };
}

test('isFirst() lets the first of each key through, and tells once a second how many it did not', () => {
  const { lines, told, secondPasses } = standing();
  const written = ['a', 'b', 'a', 'a', 'b', 'a'].map((key) => lines.isFirst(key));
  assert.deepEqual(written, [true, true, false, false, false, false]);
  assert.deepEqual(told, []);
  secondPasses();
  assert.deepEqual(told, [4]);
  for (let line = 0; line < 1000; line += 1) assert.equal(lines.isFirst('a'), false);
  secondPasses();
  assert.deepEqual(told, [4, 1000]);
});

test('isFirst() tells nothing, and keeps no timer, when nothing was left out', () => {
  const { lines, told, timers, secondPasses } = standing();
  assert.equal(lines.isFirst('a'), true);
  secondPasses();
  assert.deepEqual([told, timers], [[], []]);
});

test('isFirst() lets ten new keys a second through, however many are made up', () => {
  const { lines, told, secondPasses } = standing();
  let written = 0;
  for (let key = 0; key < 5_000; key += 1) if (lines.isFirst(`made-up ${key}`)) written += 1;
  assert.equal(written, 10);
  secondPasses();
  assert.deepEqual(told, [4_990]);
  assert.equal(lines.isFirst('made-up 4999'), true);
});

test('isFirst() lets a key through again after a quarter of an hour, whichever way the clock went', () => {
  for (const step of [900_000, -900_000]) {
    const { lines, clock } = standing();
    lines.isFirst('a');
    clock.now += step - Math.sign(step);
    assert.equal(lines.isFirst('a'), false);
    clock.now += Math.sign(step);
    assert.equal(lines.isFirst('a'), true);
  }
});

test('isFirst() forgets its keys when there are ten thousand', () => {
  const { lines, timers } = standing();
  for (let key = 0; key < 10_000; key += 1) {
    assert.equal(lines.isFirst(`made-up ${key}`), true);
    if (key % 10 === 9) for (const callback of timers.splice(0)) callback();
  }
  assert.equal(lines.isFirst('made-up 0'), true);
});

test('flush() tells at once, and what was told is not told again', () => {
  const { lines, told, secondPasses } = standing();
  for (let line = 0; line < 3; line += 1) lines.isFirst('a');
  lines.flush();
  lines.flush();
  secondPasses();
  assert.deepEqual(told, [2]);
});
