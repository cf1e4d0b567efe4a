import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { discardBody, readBody } from '../../src/http/body.ts';
import type { HttpLimits } from '../../src/http/http-limits.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { openSockets, settles } from '../helpers/handles.ts';
import { HOST, assertErrorForm, get, post, start } from '../helpers/raw-connection.ts';

interface Client {
  readonly socket: Socket;
  received: string;
  isClosed: boolean;
}

/** Connects from an address of the loopback network: to the server, each is a network of its own. */
async function from(address: string, port: number, bytes = ''): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: address });
  const client: Client = { socket, received: '', isClosed: false };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (client.received += text));
  socket.on('error', () => {});
  socket.on('close', () => (client.isClosed = true));
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes, 'latin1');
  return client;
}

const GREEDY = '127.0.0.2';
const OTHER = '127.0.0.3';
const THIRD = '127.0.0.4';

/** Answers `/held` never, anything else at once, and reads bodies. */
async function startServer(t: TestContext, limits: Partial<HttpLimits>): Promise<{ port: number; held: ServerResponse[] }> {
  const held: ServerResponse[] = [];
  const server = new HttpServer((request, response) => {
    if (request.url === '/held') {
      held.push(response);
      return;
    }
    const end = (): void => {
      response.end(`<${request.url}>`);
      discardBody(request, 1_000);
    };
    readBody(request, response, 65_536).then(end, end);
  }, limits);
  return { port: await start(t, server), held };
}

async function opened(count: number, address: string, port: number, bytes = ''): Promise<Client[]> {
  const clients: Client[] = [];
  for (let i = 0; i < count; i += 1) clients.push(await from(address, port, bytes));
  return clients;
}

const answersTo = async (client: Client, bytes = get('')): Promise<boolean> => {
  client.received = '';
  client.socket.write(bytes);
  return (await settles(() => client.received.includes('</>') || client.isClosed)) && client.received.includes('</>');
};

const closed = (clients: readonly Client[]): number => clients.filter(({ isClosed }) => isClosed).length;

test('HttpServer lets one network have every connection, and the oldest idle one gives way to another', async (t) => {
  const { port } = await startServer(t, { maxConnections: 10 });
  const greedy = await opened(10, GREEDY, port);
  for (const client of greedy) assert.ok(await answersTo(client));
  assert.equal(closed(greedy), 0, 'nobody is held to a share while nobody else waits');

  const others = await opened(5, OTHER, port);
  for (const client of others) assert.ok(await answersTo(client));
  assert.ok(await settles(() => closed(greedy) === 5));
  assert.deepEqual(greedy.map(({ isClosed }) => isClosed), [...Array(5).fill(true), ...Array(5).fill(false)]);

  // Both have a half: the next of either closes the oldest of its own.
  const more = await from(GREEDY, port);
  assert.ok(await answersTo(more));
  assert.ok(await settles(() => closed(greedy) === 6));
  assert.equal(closed(others), 0);
});

test('HttpServer closes the connection that was idle longest, not the oldest one that is used', async (t) => {
  const { port } = await startServer(t, { maxConnections: 4, connectionsCheckingIntervalMs: 5 });
  const greedy = await opened(4, GREEDY, port);
  for (const client of greedy) assert.ok(await answersTo(client));
  const [used, idle] = greedy;
  assert.ok(used !== undefined && idle !== undefined);
  // Until the interval has seen it: each round is one more use.
  for (let round = 0; round < 20; round += 1) {
    assert.ok(await answersTo(used));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.ok(await answersTo(await from(OTHER, port)));
  assert.ok(await settles(() => closed(greedy) === 1));
  assert.ok(idle.isClosed);
});

test('HttpServer gives a new client of another network room where no connection is idle', async (t) => {
  const { port, held } = await startServer(t, { maxConnections: 10 });
  const busy = await opened(10, GREEDY, port, get('').replace('/', '/held'));
  assert.ok(await settles(() => held.length === 10));

  // Its own network has more than its share: refused, with an answer.
  const refused = await from(GREEDY, port);
  assert.ok(await settles(() => refused.isClosed));
  assertErrorForm(refused.received, 503, 'Service unavailable');
  assert.match(refused.received, /\r\nRetry-After: 1\r\n/);
  assert.equal(closed(busy), 0);

  // Two are another's fifth of ten.
  for (const count of [1, 2]) {
    assert.ok(await answersTo(await from(OTHER, port)));
    assert.ok(await settles(() => closed(busy) === count));
  }
  assert.ok(await answersTo(await from(THIRD, port)), 'a third network has its own');
});

test('HttpServer behind a proxy has no shares of connections: what is idle gives way, nothing else', async (t) => {
  const { port, held } = await startServer(t, { maxConnections: 3, trustedProxies: 1 });
  const busy = await opened(2, GREEDY, port, get('').replace('/', '/held'));
  assert.ok(await settles(() => held.length === 2));
  const [idle] = await opened(1, GREEDY, port);
  assert.ok(await answersTo(await from(OTHER, port)));
  assert.ok(await settles(() => idle?.isClosed === true));
  const third = await from(THIRD, port, get('').replace('/', '/held'));
  assert.ok(await settles(() => held.length === 3), 'the idle one of the other gave way');
  const refused = await from('127.0.0.5', port);
  assert.ok(await settles(() => refused.isClosed));
  assertErrorForm(refused.received, 503);
  assert.equal(closed([...busy, third]), 0);
});

const UNFINISHED = post('Content-Length: 1000\r\n', 'x'.repeat(10));

test('HttpServer bounds what it holds of bodies, and another network has room for its own', async (t) => {
  const { port } = await startServer(t, { maxRequestMemoryBytes: 10_000 });
  const greedy = await opened(10, GREEDY, port, UNFINISHED);
  const tooMany = await from(GREEDY, port, UNFINISHED);
  assert.ok(await settles(() => tooMany.isClosed));
  assertErrorForm(tooMany.received, 503, 'Service unavailable');
  assert.equal(closed(greedy), 0);

  assert.ok(await answersTo(await from(OTHER, port), UNFINISHED + 'x'.repeat(990)));
  assert.ok(await settles(() => closed(greedy) === 1));
  assertErrorForm(greedy.at(-1)?.received ?? '', 503);
  assert.equal(closed(greedy.slice(0, -1)), 0, 'the youngest gave way');
  const [first] = greedy;
  assert.ok(first !== undefined && (await answersTo(first, 'x'.repeat(990))), 'the others are read to their end');
});

test('HttpServer counts chunked bodies by what may come, and none twice', async (t) => {
  const { port } = await startServer(t, { maxRequestMemoryBytes: 2_000, maxBodyBytes: 1_000 });
  const chunked = post('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\n');
  const greedy = await opened(2, GREEDY, port, chunked);
  const tooMany = await from(GREEDY, port, chunked);
  assert.ok(await settles(() => tooMany.isClosed));
  assertErrorForm(tooMany.received, 503);
  const [first] = greedy;
  assert.ok(first !== undefined);
  // What is answered counts no longer.
  for (let round = 0; round < 5; round += 1) {
    assert.ok(await answersTo(first, (round === 0 ? '' : chunked) + '0\r\n\r\n'));
  }
  assert.equal(closed(greedy), 0);
});

test('HttpServer counts bodies by the address that a trusted proxy gives', async (t) => {
  const { port } = await startServer(t, { maxRequestMemoryBytes: 2_000, trustedProxies: 1 });
  const of = (address: string): string => UNFINISHED.replace(HOST, `${HOST}X-Forwarded-For: ${address}\r\n`);
  const greedy = await opened(2, GREEDY, port, of('192.0.2.1'));
  const same = await from(GREEDY, port, of('192.0.2.1'));
  assert.ok(await settles(() => same.isClosed));
  assert.ok(await answersTo(await from(GREEDY, port), of('192.0.2.2') + 'x'.repeat(990)));
  assert.ok(await settles(() => closed(greedy) === 1));
});

test('HttpServer bounds the requests that wait: the connection that has most of them is ended', async (t) => {
  const { port, held } = await startServer(t, { maxRequestMemoryBytes: 200_000 });
  const first = get('').replace('/', '/held');
  const greedy = await from(GREEDY, port, first + get('').repeat(80));
  assert.ok(await settles(() => held.length === 1));
  const [other] = await opened(1, OTHER, port, first + get('').repeat(30));
  assert.ok(await settles(() => greedy.isClosed), 'what is waiting was too much for both');
  assert.equal(other?.isClosed, false);
  assert.ok(await settles(() => held.length === 2));
  held[1]?.end();
  assert.ok(await settles(() => other?.received.split('</>').length === 31), 'its own are all answered');

  const alone = await from(GREEDY, port, first + get('').repeat(500));
  assert.ok(await settles(() => alone.isClosed), 'nobody has more than all there is');
  assert.ok(await answersTo(await from(GREEDY, port)));
});

test('HttpServer gives back what a connection held that is gone', async (t) => {
  const { port, held } = await startServer(t, { maxRequestMemoryBytes: 100_000 });
  const other = await from(OTHER, port);
  assert.ok(await answersTo(other));
  const socketsBefore = openSockets();
  for (let round = 1; round <= 4; round += 1) {
    const client = await from(GREEDY, port, get('').replace('/', '/held') + get('').repeat(40));
    assert.ok(await settles(() => held.length === round));
    assert.ok(await answersTo(other));
    assert.equal(client.isClosed, false, `round ${round}`);
    client.socket.resetAndDestroy();
    // A connection with requests that wait is not read: that it is gone shows when its answer is sent.
    held.at(-1)?.end();
    assert.ok(await settles(() => openSockets() <= socketsBefore));
  }
});
