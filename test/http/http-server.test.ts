import assert from 'node:assert/strict';
import { createServer as createNetServer } from 'node:net';
import { test } from 'node:test';
import { HttpServer } from '../../src/http/http-server.ts';
import type { RequestHandler } from '../../src/http/http-server.ts';
import type { ProtocolErrorEvent } from '../../src/http/refusals.ts';
import { CLOSE, HOST, SOUND, assertErrorForm, dial, echo, exchange, get, post, start } from '../helpers/raw-connection.ts';

test('HttpServer answers CONNECT with 405 and Allow', async (t) => {
  const { text } = await exchange(await start(t, new HttpServer(echo)), `CONNECT a:1 HTTP/1.1\r\n${HOST}\r\n`);
  assert.match(text, /\r\nAllow: \r\n/);
  assertErrorForm(text, 405, 'Method not allowed');
});

test('HttpServer answers 408 to each of 200 half-sent requests and holds nobody up', async (t) => {
  const requestTimeoutMs = 400;
  const server = new HttpServer(echo, { requestTimeoutMs, connectionsCheckingIntervalMs: 100 });
  const port = await start(t, server);
  const halves = [
    `GET / HTTP/1.1\r\n${HOST}`,
    'GET /hal',
    post('Content-Length: 9\r\n', 'abc'),
    post('Transfer-Encoding: chunked\r\n', '5\r\nab'),
  ];
  const started = performance.now();
  const clients = await Promise.all(Array.from({ length: 200 }, (_, i) => dial(port, halves[i % halves.length])));
  assert.match((await exchange(port, SOUND)).text, /^HTTP\/1\.1 200 /);
  for (const client of clients) {
    const { text, reset } = await client.ended;
    assertErrorForm(text, 408, 'Request timeout');
    assert.ok(!reset);
  }
  assert.ok(performance.now() - started >= requestTimeoutMs);
});

test('HttpServer answers 408 to a connection on which nothing comes, and closes an idle one in silence', async (t) => {
  const limits = { requestTimeoutMs: 200, connectionsCheckingIntervalMs: 50, keepAliveTimeoutMs: 100 };
  const port = await start(t, new HttpServer(echo, limits));
  assertErrorForm((await exchange(port, '')).text, 408);
  const { text } = await exchange(port, get(''));
  assert.match(text, /GET \/ 0\n$/);
});

test('HttpServer does not time a request out whose handler is slow', async (t) => {
  const answers: (() => void)[] = [];
  const limits = { requestTimeoutMs: 100, connectionsCheckingIntervalMs: 20 };
  const server = new HttpServer((_request, response) => answers.push(() => response.end('late')), limits);
  const port = await start(t, server);
  const slow = await dial(port, SOUND);
  const half = await exchange(port, 'GET /hal'); // two timeouts have passed when this one is ended
  assertErrorForm(half.text, 408);
  answers.forEach((answer) => answer());
  assert.match((await slow.ended).text, /^HTTP\/1\.1 200 .*late$/s);
});

test('HttpServer destroys a connection whose client does not read its answer', async (t) => {
  const server = new HttpServer((_request, response) => response.end(Buffer.alloc(64 * 1024 * 1024)), {
    stallTimeoutMs: 200,
  });
  const closed = new Promise((resolve) => server.server.on('connection', (socket) => socket.on('close', resolve)));
  const client = await dial(await start(t, server), SOUND);
  client.socket.pause();
  await closed;
  client.socket.destroy();
});

test('HttpServer answers a pipelined bad request after the answers to the sound ones before it', async (t) => {
  const answers: (() => void)[] = [];
  let isTold = false;
  const handler: RequestHandler = (request, response) => {
    const answer = (): void => void response.end(`answer to ${request.url}`);
    if (isTold) answer();
    else answers.push(answer);
  };
  const server = new HttpServer(handler, {}, () => {
    isTold = true;
    answers.forEach((answer) => answer());
  });
  const port = await start(t, server);
  const { text } = await exchange(port, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\nnonsense\r\n\r\n`);
  const parts = text.split('HTTP/1.1 ');
  assert.equal(parts.length, 4, text);
  assert.match(parts[1] ?? '', /answer to \/1$/);
  assert.match(parts[2] ?? '', /answer to \/2$/);
  assertErrorForm(`HTTP/1.1 ${parts[3]}`, 400, 'Bad request');
});

test('HttpServer writes nothing into an answer that has begun when the body breaks', async (t) => {
  const server = new HttpServer((request, response) => {
    request.on('error', () => {});
    request.resume();
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('begun');
  });
  const client = await dial(await start(t, server), post('Transfer-Encoding: chunked\r\n'));
  await client.until('begun');
  client.socket.write('zz\r\n');
  assert.match((await client.ended).text, /^HTTP\/1\.1 200 [^]*begun$/);
});

test('HttpServer lets a client read its 400 while that client goes on sending', async (t) => {
  const port = await start(t, new HttpServer(echo));
  const { text, reset } = await exchange(port, `nonsense\r\n${'x'.repeat(4 * 1024 * 1024)}`);
  assertErrorForm(text, 400);
  assert.ok(!reset);
});

test('HttpServer destroys a refused connection whose client does not close its side', async (t) => {
  const server = new HttpServer(echo, { lingerMs: 50 });
  const port = await start(t, server);
  const serverSide = new Promise<void>((resolve) => server.server.on('connection', (s) => s.on('close', resolve)));
  const client = await dial(port);
  client.socket.allowHalfOpen = true;
  client.socket.write('nonsense\r\n\r\n');
  await serverSide;
  assertErrorForm(client.received() || (await client.until('}\n')), 400);
  client.socket.destroy();
});

test('HttpServer answers a client that ends its side after the request', async (t) => {
  const server = new HttpServer((_request, response) => void setImmediate(() => response.end('answer')));
  const client = await dial(await start(t, server));
  client.socket.end(get(''));
  assert.match((await client.ended).text, /answer$/);
});

test('HttpServer answers 400 to a client that ends its side inside a request', async (t) => {
  const port = await start(t, new HttpServer(echo));
  for (const bytes of [`GET / HTTP/1.1\r\n${HOST}`, post('Content-Length: 9\r\n', 'abc')]) {
    const client = await dial(port);
    client.socket.end(bytes);
    assertErrorForm((await client.ended).text, 400);
  }
});

test('HttpServer gives a request that expects 100-continue to the handler', async (t) => {
  const server = new HttpServer((request, response) => {
    response.writeContinue();
    echo(request, response);
  });
  const client = await dial(await start(t, server), post(`Expect: 100-continue\r\nContent-Length: 3\r\n${CLOSE}`));
  await client.until('HTTP/1.1 100 Continue\r\n\r\n');
  client.socket.write('abc');
  assert.match((await client.ended).text, /POST \/ 3\n$/);
});

test('HttpServer survives clients that reset in the middle', async (t) => {
  const events: ProtocolErrorEvent[] = [];
  const server = new HttpServer(echo, {}, (event) => events.push(event));
  const port = await start(t, server);
  for (const bytes of ['', 'GET /', post('Content-Length: 9\r\n', 'abc'), get('')]) {
    const client = await dial(port, bytes);
    client.socket.resetAndDestroy();
    await client.ended;
  }
  server.server.emit('error', new Error('accept EMFILE'));
  assert.match((await exchange(port, SOUND)).text, /^HTTP\/1\.1 200 /);
  assert.equal(events.at(-1)?.reason, 'accept EMFILE');
});

test('listen() rejects when the port is taken, and the server can listen on another', async (t) => {
  const other = createNetServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  t.after(() => other.close());
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  const server = new HttpServer(echo);
  await assert.rejects(server.listen(address.port, '127.0.0.1'), { code: 'EADDRINUSE' });
  const port = await start(t, server);
  assert.match((await exchange(port, SOUND)).text, /^HTTP\/1\.1 200 /);
});
