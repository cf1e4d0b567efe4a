import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventLoopMetrics } from '../../../src/gateway/metrics/event-loop.ts';
import { metricsText } from '../../../src/gateway/metrics/text-format.ts';
import { samplesIn } from '../../helpers/metrics.ts';

/** Longer than it takes until the event loop is looked at again, however late that is: timers are called in their order. */
const LOOK_MS = 50;

/** The samples, once one is there whose name begins so. */
async function samplesWith(metrics: EventLoopMetrics, name: string): Promise<Map<string, number>> {
  for (;;) {
    await delay(LOOK_MS);
    const samples = samplesIn(metricsText(await metrics.collect()));
    if ([...samples.keys()].some((key) => key.startsWith(name))) return samples;
  }
}

function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('EventLoopMetrics shows how long the event loop was held up', async (t) => {
  const metrics = new EventLoopMetrics();
  metrics.open();
  t.after(() => metrics.close());
  await delay(LOOK_MS);
  block(150);
  const samples = await samplesWith(metrics, 'nodejs_eventloop_lag_max_seconds');
  const value = (name: string): number => samples.get(`nodejs_eventloop_lag_${name}seconds`) ?? Number.NaN;
  assert.ok(value('max_') >= 0.1, String(value('max_')));
  const rising = ['min_', 'p50_', 'p90_', 'p99_', 'max_'].map(value);
  assert.deepEqual(rising, rising.toSorted((a, b) => a - b));
  for (const name of ['', 'mean_', 'stddev_']) assert.ok(value(name) >= 0, name);
});

test('EventLoopMetrics counts garbage collections by kind', async (t) => {
  const metrics = new EventLoopMetrics();
  metrics.open();
  t.after(() => metrics.close());
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  collect();
  const samples = await samplesWith(metrics, 'nodejs_gc_duration_seconds_count{kind="major"}');
  assert.ok((samples.get('nodejs_gc_duration_seconds_count{kind="major"}') ?? 0) >= 1);
  assert.deepEqual([...samples.keys()].filter((name) => name.includes('kind="other"')), []);
});
