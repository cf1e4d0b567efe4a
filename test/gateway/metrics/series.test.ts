import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counter } from '../../../src/gateway/metrics/counter.ts';
import { Histogram } from '../../../src/gateway/metrics/histogram.ts';
import { metricsText } from '../../../src/gateway/metrics/text-format.ts';
import type { Source } from '../../../src/gateway/metrics/text-format.ts';

/** The samples, without help and type. */
async function samplesOf(source: Source): Promise<string[]> {
  return metricsText(await source.collect()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('a counter counts by its labels, and shows 0 once it was asked for', async () => {
  const counter = new Counter('a_total', 'A', ['b', 'c']);
  assert.deepEqual(await samplesOf(counter), []);
  counter.of('1', '2,3').increment();
  counter.of('1', '2,3').increment();
  // Not the same pair, though the same text when they are put together.
  counter.of('1,2', '3');
  assert.deepEqual(await samplesOf(counter), ['a_total{b="1",c="2,3"} 2', 'a_total{b="1,2",c="3"} 0']);
  assert.deepEqual(await samplesOf(new Counter('a_total', 'A')), ['a_total 0']);
});

test('a counter has a name that says so, and all of its labels', () => {
  assert.throws(() => new Counter('a', 'A'), TypeError);
  assert.throws(() => new Counter('a_total', 'A', ['b']).of(), TypeError);
  assert.throws(() => new Counter('a_total', 'A').of('b'), TypeError);
});

test("a histogram's buckets hold what is at or below their bound", async () => {
  const histogram = new Histogram('a', 'A', [0.00001, 0.5, 1]);
  for (const value of [0, 0.00001, 0.00002, 0.5, 1, 1.5, 1e9]) histogram.of().observe(value);
  assert.deepEqual(await samplesOf(histogram), [
    'a_bucket{le="0.00001"} 2',
    'a_bucket{le="0.5"} 4',
    'a_bucket{le="1"} 5',
    'a_bucket{le="+Inf"} 7',
    'a_sum 1000000003.00003',
    'a_count 7',
  ]);
});

test('a histogram keeps its labels before le', async () => {
  const histogram = new Histogram('a', 'A', [1], ['b']);
  histogram.of('x').observe(2);
  assert.deepEqual(await samplesOf(histogram), [
    'a_bucket{b="x",le="1"} 0',
    'a_bucket{b="x",le="+Inf"} 1',
    'a_sum{b="x"} 2',
    'a_count{b="x"} 1',
  ]);
});

test('a histogram has bounds that rise', () => {
  for (const bounds of [[], [1, 1], [2, 1], [Number.NaN], [1, Number.POSITIVE_INFINITY]]) {
    assert.throws(() => new Histogram('a', 'A', bounds), TypeError, bounds.join());
  }
});
