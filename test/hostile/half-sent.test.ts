import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';
import { memoryInUse, openSockets, settles } from '../helpers/handles.ts';
import { CHUNKED, FORM_TYPE, HOST, LOGIN, request, STATUS } from '../helpers/requests.ts';
import { assertError, Wire } from '../helpers/wire.ts';

const HOLDS_UP = { timeout: 60_000 };
const CONNECTIONS = 200;
const REQUEST_TIMEOUT_MS = 1_500;

const HALVES = [
  'GET /api/v1/sta',
  `GET /api/v1/status HTTP/1.1\r\n${HOST}`,
  `GET /api/v1/status HTTP/1.1\r\n${HOST}Cookie: _my_session_id=`,
  request(LOGIN, `${FORM_TYPE}Content-Length: 60000\r\n`) + 'email=a&password=',
  request(LOGIN, `${FORM_TYPE}${CHUNKED}`) + '5\r\nema',
  request(LOGIN, `${FORM_TYPE}${CHUNKED}`) + '7\r\nemail=a\r\n',
  `${STATUS}GET /api/v1/stat`, // the second of a connection that began well
  '\r\n\r\n',
];

test('200 half-sent requests hold nobody up, are ended with 408 in time, and leave nothing', HOLDS_UP, async (t) => {
  const limits = { requestTimeoutMs: REQUEST_TIMEOUT_MS, connectionsCheckingIntervalMs: 50 };
  const { service, api, addUser } = await startTestService(t, { limits });
  await addUser('bob@example.com', 'H0lberton, once');
  const socketsBefore = openSockets();

  const halfSent = async (): Promise<void> => {
    const started = performance.now();
    const wires = await Promise.all(Array.from({ length: CONNECTIONS }, () => Wire.open(service.address.port)));
    for (const [index, wire] of wires.entries()) wire.send(HALVES[index % HALVES.length] ?? '');

    const form = { email: 'bob@example.com', password: 'H0lberton, once' };
    const login = await api('POST', '/auth_session/login', { form });
    assert.equal(login.status, 200);
    const me = await api('GET', '/users/me', { cookie: cookieOf(login) });
    assert.equal(me.status, 200);
    assert.ok(performance.now() - started < REQUEST_TIMEOUT_MS, 'answered while the halves were open');

    for (const wire of wires) {
      let answer = await wire.answer();
      if (answer?.status === 200) answer = await wire.answer();
      assert.ok(answer !== null, 'closed without an answer');
      assert.equal(answer.status, 408);
      assertError(answer, 'Request timeout');
      assert.equal(await wire.rest(), '');
      assert.ok(!wire.reset);
    }
    const elapsed = performance.now() - started;
    assert.ok(elapsed < REQUEST_TIMEOUT_MS * 4, `ended after ${elapsed} ms`);
    assert.ok(await settles(() => openSockets() <= socketsBefore), 'no connection is left');
  };

  await halfSent();
  const memoryAfterFirst = memoryInUse();
  await halfSent();
  await halfSent();
  const grownBytes = memoryInUse() - memoryAfterFirst;
  t.diagnostic(`${grownBytes} bytes more after ${2 * CONNECTIONS} further half-sent requests`);
  assert.ok(grownBytes < 2_000_000, `${grownBytes} bytes are left of ${2 * CONNECTIONS} half-sent requests`);
});

test('connections on which nothing comes are ended, and hold up nobody past the limit', HOLDS_UP, async (t) => {
  const limits = { requestTimeoutMs: 300, connectionsCheckingIntervalMs: 50, maxConnections: 3 };
  const { service, api } = await startTestService(t, { limits });
  const socketsBefore = openSockets();
  const [oldest, ...silent] = await Promise.all([0, 1, 2].map(() => Wire.open(service.address.port)));
  assert.ok(oldest !== undefined);
  assert.equal((await api('GET', '/status')).status, 200);
  assert.equal(await oldest.rest(), '', 'the oldest gave way');
  for (const wire of silent) {
    assert.equal((await wire.answer())?.status, 408);
    assert.equal(await wire.rest(), '');
  }
  assert.ok(await settles(() => openSockets() <= socketsBefore), 'no connection is left');
  assert.equal((await api('GET', '/status')).status, 200, 'there is room again');
});
