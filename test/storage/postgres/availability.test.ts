import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Availability } from '../../../src/storage/postgres/availability.ts';

function availability(): { availability: Availability; notices: string[]; clock: { now: number } } {
  const notices: string[] = [];
  const clock = { now: 0 };
  return { availability: new Availability((notice) => notices.push(notice), () => clock.now), notices, clock };
}

test('failed() tells the log once, and regained() with how long it took', () => {
  const { availability: it, notices, clock } = availability();
  for (let round = 0; round < 5; round += 1) it.failed('reach', 'nothing listens there');
  assert.equal(it.isUp('reach'), false);
  clock.now = 1_500;
  it.regained('reach');
  it.regained('reach');
  assert.equal(it.isUp('reach'), true);
  assert.deepEqual(notices, [
    'PostgreSQL is not available: nothing listens there',
    'PostgreSQL is available again, after 2 s',
  ]);
});

test('worked() counts after a second without a failure: one failure in ten is not ten lines', () => {
  const { availability: it, notices, clock } = availability();
  for (let round = 0; round < 50; round += 1) {
    clock.now += 100;
    if (round % 10 === 0) it.failed('writes', 'disk full');
    else it.worked('writes');
  }
  assert.deepEqual(notices, ['PostgreSQL takes no changes: disk full']);
  clock.now += 1_000;
  it.worked('writes');
  assert.equal(notices.length, 2);
});

test('failed() says nothing of writes where nothing can be reached', () => {
  const { availability: it, notices } = availability();
  it.failed('reach', 'gone');
  it.failed('writes', 'gone');
  assert.equal(notices.length, 1);
});
