import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestMetrics } from '../../../src/gateway/metrics/request-metrics.ts';
import { metricsText } from '../../../src/gateway/metrics/text-format.ts';
import { samplesIn } from '../../helpers/metrics.ts';

test('RequestMetrics counts by route, method and status, and times by route and method', () => {
  const metrics = new RequestMetrics();
  metrics.answered('/users/:id', 'GET', 200, 0.00002);
  metrics.answered('/users/:id', 'GET', 200, 0.2);
  metrics.answered('/users/:id', 'GET', 404, 11);
  metrics.answered('/users/:id', 'PUT', 200, 1);
  metrics.refused(431);
  const samples = samplesIn(metricsText(metrics.collect()));
  const count = (labels: string): number | undefined => samples.get(`session_auth_http_requests_total{${labels}}`);
  assert.equal(count('route="/users/:id",method="GET",status="200"'), 2);
  assert.equal(count('route="/users/:id",method="GET",status="404"'), 1);
  assert.equal(count('route="/users/:id",method="PUT",status="200"'), 1);
  assert.equal(samples.get('session_auth_http_refused_total{status="431"}'), 1);
  const bucket = (bound: string): number | undefined =>
    samples.get(`session_auth_http_request_duration_seconds_bucket{route="/users/:id",method="GET",le="${bound}"}`);
  assert.deepEqual(['0.00001', '0.00002', '0.1', '0.25', '10', '+Inf'].map(bucket), [0, 1, 1, 2, 2, 3]);
});

test('RequestMetrics has one label for every method and path that it does not know', () => {
  const metrics = new RequestMetrics();
  const methods = ['PROPFIND', 'get', 'M-SEARCH', '', '__proto__', 'constructor', 'a"b', 'X'.repeat(1_000)];
  for (const method of methods) metrics.answered(null, method, 404, 0.001);
  const text = metricsText(metrics.collect());
  const counts = [...samplesIn(text)].filter(([name]) => name.startsWith('session_auth_http_requests_total'));
  assert.deepEqual(counts, [
    ['session_auth_http_requests_total{route="unknown",method="other",status="404"}', methods.length],
  ]);
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    metrics.answered(null, method, 404, 0.001);
    assert.match(metricsText(metrics.collect()), new RegExp(`route="unknown",method="${method}",status="404"`));
  }
});
