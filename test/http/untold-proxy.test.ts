import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UNTOLD_PROXY } from '../../src/http/untold-proxy.ts';
import { startTestService } from '../helpers/service.ts';

const FORWARDED = { headers: { 'x-forwarded-for': '192.0.2.1' } };

test('the notice log tells once of a proxy that TRUST_PROXY does not name', async (t) => {
  const { api, logs } = await startTestService(t, {});
  await api('GET', '/status');
  assert.deepEqual(logs.notice, []);
  for (let i = 0; i < 3; i += 1) assert.equal((await api('GET', '/status', FORWARDED)).status, 200);
  assert.deepEqual(logs.notice, [`${UNTOLD_PROXY}\n`]);
});

test('the notice log tells nothing of a proxy that TRUST_PROXY names', async (t) => {
  const { api, logs } = await startTestService(t, { trustedProxies: 1 });
  assert.equal((await api('GET', '/status', FORWARDED)).status, 200);
  assert.deepEqual(logs.notice, []);
});
