import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../src/http/client-network.ts';
import { currentNetworks, withNetwork } from '../../src/security/known-networks.ts';
import type { KnownNetwork } from '../../src/security/known-networks.ts';

const NOW = Date.UTC(2026, 0, 31);
const DAY = 86_400_000;

function known(...entries: readonly (readonly [network: string, daysAgo: number])[]): KnownNetwork[] {
  return entries.map(([network, daysAgo]) => ({ network, lastSignInAt: NOW - daysAgo * DAY }));
}

test('currentNetworks() gives those of the last 30 days, and of a future that a wrong clock made', () => {
  const networks = known(['today', 0], ['month', 29.99], ['older', 30], ['ahead', -400]);
  assert.deepEqual(currentNetworks(networks, NOW), ['today', 'month', 'ahead']);
  assert.deepEqual(currentNetworks([], NOW), []);
});

test('withNetwork() puts a new network first, and drops what is older than 30 days', () => {
  assert.deepEqual(withNetwork([], 'a', NOW), known(['a', 0]));
  assert.deepEqual(withNetwork(known(['b', 1], ['c', 30]), 'a', NOW), known(['a', 0], ['b', 1]));
});

test('withNetwork() changes nothing when the network was used within a day, and renews it otherwise', () => {
  for (const daysAgo of [0, 0.99, -0.99]) {
    const networks = known(['b', 2], ['a', daysAgo]);
    assert.equal(withNetwork(networks, 'a', NOW), networks, String(daysAgo));
  }
  for (const daysAgo of [1, 29, 31, -400]) {
    assert.deepEqual(withNetwork(known(['b', 2], ['a', daysAgo]), 'a', NOW), known(['a', 0], ['b', 2]), String(daysAgo));
  }
});

test('withNetwork() never adds what is no address', () => {
  const networks = known(['a', 0]);
  assert.equal(withNetwork(networks, networkOf('-'), NOW), networks);
});

test('withNetwork() keeps the sixteen newest', () => {
  let networks: readonly KnownNetwork[] = [];
  for (let number = 0; number < 20; number += 1) networks = withNetwork(networks, `n${number}`, NOW);
  assert.deepEqual(networks.map(({ network }) => network), Array.from({ length: 16 }, (_, index) => `n${19 - index}`));
});
