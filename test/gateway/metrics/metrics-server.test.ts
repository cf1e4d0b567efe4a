import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsAddressError, MetricsServer } from '../../../src/gateway/metrics/metrics-server.ts';
import { send } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';

test('MetricsServer answers 500 without detail, and tells the detail, when the metrics cannot be made', async (t) => {
  const told: unknown[] = [];
  const problem = new Error('the detail');
  const server = new MetricsServer({
    host: '127.0.0.1',
    port: 0,
    text: () => Promise.reject(problem),
    onUnexpectedError: (error) => told.push(error),
  });
  const { port } = await server.listen();
  t.after(() => server.close(0));
  const { status, text } = await send(`http://127.0.0.1:${port}`, 'GET', '/metrics');
  assert.equal(status, 500);
  assert.doesNotMatch(text, /detail/);
  assert.deepEqual(told, [problem]);
});

test('MetricsServer answers to any name when it listens on more than the loopback', async (t) => {
  const server = new MetricsServer({ host: '0.0.0.0', port: 0, text: async () => 'a 1\n', onUnexpectedError: () => assert.fail() });
  const { port } = await server.listen();
  t.after(() => server.close(0));
  const { status, text } = await send(`http://127.0.0.1:${port}`, 'GET', '/metrics', { headers: { host: 'auth.internal' } });
  assert.deepEqual([status, text], [200, 'a 1\n']);
});

test('the start fails, and says which setting would do, when the port of the metrics is taken', async (t) => {
  const { service } = await startTestService(t, { metricsPort: 0 });
  const metricsPort = service.metricsAddress?.port ?? 0;
  await assert.rejects(startTestService(t, { metricsPort }), (error) => {
    assert.ok(error instanceof MetricsAddressError);
    assert.match(error.message, new RegExp(`metrics on 127\\.0\\.0\\.1 port ${metricsPort}: .*EADDRINUSE.*METRICS_PORT`));
    return true;
  });
});
