import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalPace } from '../../src/web/refusal-pace.ts';
import { startTestService } from '../helpers/service.ts';

const AT_ONCE = 20;

test('holdMs() holds back what a network gets past twenty in a second, and nobody else', () => {
  let now = 1_000;
  const pace = new RefusalPace(() => now);
  const holds = (address: string, count: number): number[] => Array.from({ length: count }, () => pace.holdMs(address));
  assert.deepEqual(holds('192.0.2.1', AT_ONCE), Array.from({ length: AT_ONCE }, () => 0));
  assert.deepEqual(holds('192.0.2.1', 2), [500, 500]);
  assert.equal(pace.holdMs('192.0.2.2'), 0);
  // One /64 is one network.
  holds('2001:db8::1', AT_ONCE);
  assert.equal(pace.holdMs('2001:db8::2'), 500);
  assert.equal(pace.holdMs('2001:db8:0:1::2'), 0);
  now += 1_000;
  assert.equal(pace.holdMs('192.0.2.1'), 0);
});

test('holdMs() remembers a bounded number of networks, and holds back those that come later', () => {
  const pace = new RefusalPace(() => 0);
  for (let number = 0; number < 10_000; number += 1) pace.holdMs(`10.0.${number >> 8}.${number & 255}`);
  assert.equal(pace.holdMs('192.0.2.1'), 500);
  assert.equal(pace.holdMs('10.0.0.1'), 0);
});

test('of many sign-ins that are refused at once the first twenty are answered first, and each is answered', async (t) => {
  const server = await startTestService(t, { loginMaxFailures: 1 });
  const form = { email: 'nobody@example.com', password: 'wrong' };
  const signIn = async (): Promise<number> => {
    const started = performance.now();
    const { status } = await server.api('POST', '/auth_session/login', { form });
    return status === 429 ? performance.now() - started : -1;
  };
  await signIn();
  const times = await Promise.all(Array.from({ length: 2 * AT_ONCE }, signIn));
  assert.ok(times.every((ms) => ms >= 0), 'each is 429');
  assert.ok(times.filter((ms) => ms >= 490).length >= AT_ONCE, String(times));
});
