import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testHosts } from './contract.ts';
import { startHaproxy } from './start-proxy.ts';
import { testSubpath } from './subpath.ts';
import { startWorld } from './world.ts';

testHosts('HAProxy', startHaproxy);
testSubpath('HAProxy', startHaproxy);

test('HAProxy: where the Lua fails, nothing is let through', async (t) => {
  const broken = [/local response = core\.httpclient\(\).*/, 'error("broken")'] as const;
  const world = await startWorld(t, startHaproxy, { changes: [broken] });
  const visitor = world.visitor();
  const seen = await world.seenDuring(async () => {
    for (const address of [world.urls.wiki, world.urls.ops]) assert.equal((await visitor.visit(address)).status, 503);
  });
  assert.deepEqual(seen, []);
});
