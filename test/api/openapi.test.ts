import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_ROUTES } from '../../src/api/v1/routes.ts';
import { GATEWAY_ROUTES } from '../../src/gateway/routes.ts';
import { fieldsOf } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';

const ROUTES = [...API_ROUTES, ...GATEWAY_ROUTES];

test('GET openapi.json names every route of the tables, and what each answers', async (t) => {
  const { api } = await startTestService(t, { sessionName: 'sid', publicUrl: 'https://auth.example.com' });
  const reply = await api('GET', '/openapi.json');
  assert.equal(reply.status, 200);
  const { openapi, paths, servers, components } = fieldsOf(reply);
  assert.equal(openapi, '3.1.1');
  assert.deepEqual(servers, [{ url: 'https://auth.example.com' }]);
  assert.match(JSON.stringify(components), /"in":"cookie","name":"sid"/);
  assert.ok(typeof paths === 'object' && paths !== null);
  const documented = Object.entries(paths).flatMap(([path, item]) => {
    assert.ok(typeof item === 'object' && item !== null);
    return Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
  });
  const routed = ROUTES.map(({ method, path }) => `${method === '*' ? 'GET' : method} ${path}`);
  assert.deepEqual(documented.sort(), routed.sort());
});

test('every operation of openapi.json has an id of its own', () => {
  const ids = ROUTES.map(({ description }) => description.operationId);
  assert.equal(new Set(ids).size, ids.length);
});

test('GET ready is 200 while the server serves', async (t) => {
  const { api } = await startTestService(t);
  assert.deepEqual([(await api('GET', '/ready')).status, (await api('GET', '/ready/')).status], [200, 200]);
});
