import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { HttpLimits } from '../../src/http/http-limits.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { HOST, SOUND, assertErrorForm, dial, echo, get, start } from '../helpers/raw-connection.ts';

interface Pending {
  readonly server: HttpServer;
  readonly port: number;
  /** Resolves with the response to the next request, in order. */
  readonly next: () => Promise<ServerResponse>;
}

/** A server whose handler answers nothing by itself. */
async function pendingServer(t: TestContext, limits: Partial<HttpLimits> = {}): Promise<Pending> {
  const responses: ServerResponse[] = [];
  const takers: ((response: ServerResponse) => void)[] = [];
  const server = new HttpServer((_request, response) => {
    const taker = takers.shift();
    if (taker === undefined) responses.push(response);
    else taker(response);
  }, limits);
  const next = async (): Promise<ServerResponse> =>
    responses.shift() ?? new Promise<ServerResponse>((resolve) => takers.push(resolve));
  return { server, port: await start(t, server), next };
}

test('close() ends connections that are idle, or on which nothing ever came, after a while', async (t) => {
  const server = new HttpServer(echo, { drainMs: 20 });
  const port = await start(t, server);
  const idle = await dial(port, get(''));
  await idle.until('GET / 0\n');
  const silent = await dial(port);
  await dial(port, SOUND).then((client) => client.ended); // by now the silent one is accepted
  const started = performance.now();
  const closed = server.close(60_000);
  await Promise.all([closed, idle.ended, silent.ended]);
  assert.ok(performance.now() - started < 5_000);
  await assert.rejects(dial(port), { code: 'ECONNREFUSED' });
});

test('close() answers connections that are idle for a while, and has them close', async (t) => {
  const server = new HttpServer(echo, { drainMs: 60_000 });
  const port = await start(t, server);
  const idle = await dial(port, get(''));
  const silent = await dial(port);
  await idle.until('GET / 0\n');
  const closed = server.close(60_000);
  await assert.rejects(dial(port), { code: 'ECONNREFUSED' });
  for (const client of [idle, silent]) {
    client.socket.write(get('').replace('/', '/late'));
    const { text, reset } = await client.ended;
    assert.match(text, /HTTP\/1\.1 200 OK\r\nConnection: close\r\n[^]*GET \/late 0\n$/);
    assert.ok(!reset);
  }
  await closed;
});

test('close() waits no longer for idle connections than its grace', async (t) => {
  const server = new HttpServer(echo, { drainMs: 60_000 });
  const port = await start(t, server);
  const idle = await dial(port, get(''));
  await idle.until('GET / 0\n');
  await server.close(20);
  await idle.ended;
});

test('close() answers what is under way with Connection: close, then ends it', async (t) => {
  const { server, port, next } = await pendingServer(t);
  const client = await dial(port, get(''));
  const response = await next();
  const closed = server.close(60_000);
  assert.equal(server.close(), closed, 'the same promise');
  response.end('late');
  const { text } = await client.ended;
  assert.match(text, /^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*late$/s);
  await closed;
});

test('close() ends a connection whose answer had promised keep-alive', async (t) => {
  const { server, port, next } = await pendingServer(t);
  const client = await dial(port, get(''));
  const response = await next();
  response.writeHead(200, { 'Content-Length': 10 });
  response.write('begun');
  await client.until('begun');
  const closed = server.close(60_000);
  response.end('-over');
  assert.match((await client.ended).text, /keep-alive.*begun-over$/s);
  await closed;
});

test('close() sends an answer to its end that is written but not yet sent', async (t) => {
  const { server, port, next } = await pendingServer(t);
  const client = await dial(port, get(''));
  const idle = await dial(port, get(''));
  const [response, other] = [await next(), await next()];
  other.end('idle');
  await idle.until('idle');
  const size = 32 * 1024 * 1024;
  client.socket.pause();
  response.end(Buffer.alloc(size, 97));
  assert.equal(response.writableFinished, false);
  const closed = server.close(60_000);
  client.socket.resume();
  const { text } = await client.ended;
  assert.equal(text.length - text.indexOf('\r\n\r\n') - 4, size);
  await Promise.all([closed, idle.ended]);
});

test('close() answers both of two pipelined requests where the first had begun', async (t) => {
  const { server, port, next } = await pendingServer(t);
  const client = await dial(port, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n`);
  const first = await next();
  first.flushHeaders();
  const closed = server.close(60_000);
  first.end('first');
  (await next()).end('second');
  const { text } = await client.ended;
  assert.match(text, /\r\nConnection: close\r\n[^]*second$/);
  assert.ok(text.includes('first'));
  assert.ok(text.includes('second'));
  await closed;
});

test('close() answers a request that was half sent, and closes its connection', async (t) => {
  const server = new HttpServer(echo);
  const port = await start(t, server);
  const half = await dial(port, `GET /half HTTP/1.1\r\n${HOST}`);
  await dial(port, SOUND).then((client) => client.ended);
  const closed = server.close(60_000);
  half.socket.write('\r\n');
  assert.match((await half.ended).text, /^HTTP\/1\.1 200 .*\r\nConnection: close\r\n.*GET \/half 0\n$/s);
  await closed;
});

test('an idle connection keeps nothing of its last request', { timeout: 30_000 }, async (t) => {
  const requests: IncomingMessage[] = [];
  const server = new HttpServer(
    (request, response) => {
      requests.push(request);
      request.read(0); // as send() does
      response.end(request.url);
    },
    { connectionsCheckingIntervalMs: 20 },
  );
  const port = await start(t, server);
  const client = await dial(port, get('').replace('/', '/1'));
  await client.until('/1');
  const [first] = requests;
  assert.ok(first !== undefined);
  if (!first.closed) await once(first, 'close');
  client.socket.write(get('').replace('/', '/2'));
  await client.until('/2');
});

test('the body of a request that waits for its handler is kept for it', { timeout: 30_000 }, async (t) => {
  const server = new HttpServer((request, response) => void setTimeout(() => echo(request, response), 150), {
    connectionsCheckingIntervalMs: 20,
  });
  const port = await start(t, server);
  const client = await dial(port, `POST /kept HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`);
  await client.until('POST /kept 3\n');
});

test('close() goes on to time half-sent requests out', async (t) => {
  const server = new HttpServer(echo, { requestTimeoutMs: 200, connectionsCheckingIntervalMs: 50 });
  const port = await start(t, server);
  const half = await dial(port, 'GET /half');
  await dial(port, SOUND).then((client) => client.ended);
  await server.close(60_000);
  assertErrorForm((await half.ended).text, 408);
});

test('close() destroys what is left after its grace', async (t) => {
  const { server, port, next } = await pendingServer(t);
  const client = await dial(port, get(''));
  await next();
  await server.close(50);
  assert.equal((await client.ended).text, '');
});
