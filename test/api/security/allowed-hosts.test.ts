import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../../src/config.ts';
import { fieldsOf } from '../../helpers/client.ts';
import { startTestService } from '../../helpers/service.ts';

const REBOUND = { headers: { host: 'evil.example:5000' } };

test('a server without settings answers a page of another name 421 on every route', async (t) => {
  const { allowedHosts } = parseConfig({}).config;
  const { api, addUser, service } = await startTestService(t, { authType: 'none', allowedHosts });
  await addUser('bob@example.com', 'H0lberton, once');
  const routes: readonly (readonly [method: string, path: string])[] = [
    ['GET', '/status'],
    ['GET', '/users'],
    ['HEAD', '/users'],
    ['POST', '/users'],
    ['OPTIONS', '/users'],
    ['DELETE', '/users/x'],
    ['GET', '/nowhere'],
  ];
  for (const [method, path] of routes) {
    const reply = await api(method, path, REBOUND);
    assert.equal(reply.status, 421, `${method} ${path}`);
    if (method !== 'HEAD') assert.match(String(fieldsOf(reply)['error']), /ALLOWED_HOSTS/);
  }
  assert.equal((await api('POST', '/users', { ...REBOUND, json: { email: 'a@b', password: 'long enough 1' } })).status, 421);
  assert.equal(await service.users.count(), 1);
  assert.equal((await api('GET', '/users')).status, 200);
  assert.equal((await api('GET', '/users', { headers: { host: 'LOCALHOST:1' } })).status, 200);
});

test('ALLOWED_HOSTS names the hosts that are answered', async (t) => {
  const { allowedHosts } = parseConfig({ ALLOWED_HOSTS: 'auth.example.com, b.example' }).config;
  const { api } = await startTestService(t, { allowedHosts });
  for (const [host, status] of [['auth.example.com', 200], ['B.example:80', 200], ['127.0.0.1', 421]] as const) {
    assert.equal((await api('GET', '/status', { headers: { host } })).status, status, host);
  }
});
