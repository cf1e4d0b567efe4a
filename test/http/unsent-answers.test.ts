import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { HttpServer } from '../../src/http/http-server.ts';
import { slowestReaders } from '../../src/http/unsent-answers.ts';
import { settles } from '../helpers/handles.ts';
import { SOUND, exchange, start } from '../helpers/raw-connection.ts';

test('slowestReaders() names those of the network for which most is kept, until the rest is within the bound', () => {
  const connection = (network: string, writableLength: number) => ({ network, socket: { writableLength } });
  const cases: readonly (readonly [kept: readonly (readonly [string, number])[], bound: number, ended: number[]])[] = [
    [[], 0, []],
    [[['a', 5], ['b', 5]], 10, []],
    [[['a', 5], ['b', 6]], 10, [6]],
    [[['a', 4], ['a', 3], ['b', 6]], 10, [4]],
    [[['a', 4], ['a', 3], ['b', 6], ['c', 0]], 5, [4, 3, 6]],
    [[['a', 1], ['b', 1]], 0, [1, 1]],
  ];
  for (const [kept, bound, ended] of cases) {
    const slowest = slowestReaders(kept.map(([network, length]) => connection(network, length)), bound);
    assert.deepEqual(slowest.map(({ writableLength }) => writableLength), ended, JSON.stringify(kept));
  }
});

test('HttpServer ends connections whose clients leave more answers unread than may be kept', async (t) => {
  const size = 16 * 1024 * 1024; // more than the buffers of a connection hold
  const server = new HttpServer((_request, response) => response.end('x'.repeat(size)), {
    connectionsCheckingIntervalMs: 20,
    maxUnsentBytes: 1_000_000,
  });
  const port = await start(t, server);
  let isClosed = false;
  server.server.once('connection', (socket) => socket.once('close', () => (isClosed = true)));
  const idle = connect(port, '127.0.0.1');
  idle.pause();
  idle.on('error', () => {});
  await once(idle, 'connect');
  idle.write(SOUND);
  assert.ok(await settles(() => isClosed));
  idle.destroy();
});

test('HttpServer sends a client that reads more than may be kept of what others do not', async (t) => {
  const size = 4 * 1024 * 1024;
  const server = new HttpServer((_request, response) => response.end('x'.repeat(size)), { maxUnsentBytes: size });
  const { text } = await exchange(await start(t, server), SOUND);
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, size);
});
