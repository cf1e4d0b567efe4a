import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { cookieOf } from '../../helpers/client.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { startTestService } from '../../helpers/service.ts';

const BOB = { email: 'bob@example.com', password: 'a long enough one' };
const EVE = { email: 'eve@example.com', password: 'another long one' };

test('a full disk answers 503 to writes while reads go on; writing works again once there is space', async (t) => {
  const dataDirectory = temporaryDirectory(t);
  const fileSystem = new FaultyFileSystem();
  const { service, api, addUser, logs } = await startTestService(t, { dataDirectory, fileSystem });
  const bob = await addUser(BOB.email, BOB.password);
  await addUser('root@example.com', BOB.password);
  const cookie = cookieOf(await api('POST', '/auth_session/login', { form: BOB }));
  await api('PUT', `/users/${bob.id}`, { cookie, json: { first_name: 'Bob' } });
  const shown = (await api('GET', '/users/me', { cookie })).text;

  for (const quotaBytes of [0, 25, 0]) {
    fileSystem.quotaBytes = quotaBytes;
    for (const [method, path, options] of [
      ['PUT', `/users/${bob.id}`, { cookie, json: { first_name: 'Lost' } }],
      ['POST', '/users', { cookie, json: EVE }],
      ['POST', '/auth_session/login', { form: BOB }],
      ['DELETE', '/auth_session/logout', { cookie }],
      ['DELETE', `/users/${bob.id}`, { cookie }],
    ] as const) {
      const reply = await api(method, path, options);
      assert.equal(reply.status, 503, `${method} ${path}: ${reply.text}`);
      assert.match(reply.headers['retry-after'] ?? '', /^[1-9]\d*$/);
      assert.equal(reply.headers['set-cookie'], undefined);
      assert.deepEqual(Object.keys(Object(reply.json())), ['error']);
      assert.ok(!reply.text.includes(dataDirectory), reply.text);
      const read = await api('GET', '/users/me', { cookie });
      assert.deepEqual([read.status, read.text], [200, shown]);
      assert.equal((await api('GET', '/stats', { cookie })).text, '{\n  "users": 2\n}\n');
    }
  }
  assert.ok(logs.notice.some((line) => line.includes('ENOSPC')));

  fileSystem.heal();
  assert.equal((await api('PUT', `/users/${bob.id}`, { cookie, json: { first_name: 'Robert' } })).status, 200);
  assert.equal((await api('POST', '/users', { cookie, json: EVE })).status, 201);
  const eveCookie = cookieOf(await api('POST', '/auth_session/login', { form: EVE }));
  const all = (await api('GET', '/users', { cookie })).text;
  await service.close();

  const restarted = await startTestService(t, { dataDirectory });
  assert.deepEqual(restarted.logs.notice, []);
  assert.equal((await restarted.api('GET', '/users', { cookie })).text, all);
  assert.equal((await restarted.api('GET', '/users/me', { cookie: eveCookie })).status, 200);
  assert.match(all, /"Robert"/);
  assert.equal((await restarted.api('GET', '/users/me', { cookie })).status, 200);
});
