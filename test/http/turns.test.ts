import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { HttpServer } from '../../src/http/http-server.ts';
import { settles } from '../helpers/handles.ts';
import { HOST, SOUND, dial, echo, exchange, get, post, start } from '../helpers/raw-connection.ts';

const numbered = (count: number): string =>
  Array.from({ length: count }, (_, index) => `GET /${index} HTTP/1.1\r\n${HOST}\r\n`).join('');

/** Targets in the order of their answers. */
const answered = (text: string): string[] => [...text.matchAll(/<(.*?)>/g)].map(([, target = '']) => target);

test('HttpServer begins a pipelined request once the answer before it was handed over', async (t) => {
  const begun: ServerResponse[] = [];
  const server = new HttpServer((_request, response) => void begun.push(response));
  const port = await start(t, server);
  const client = await dial(port, numbered(3));
  for (let count = 1; count <= 3; count += 1) {
    assert.ok(await settles(() => begun.length === count));
    await dial(port, 'x'); // a round of the loop in which the next one could begin
    assert.equal(begun.length, count);
    const response = begun.at(-1);
    response?.end(`<${response.req.url}>`);
  }
  await client.until('</2>');
  assert.deepEqual(answered(client.received()), ['/0', '/1', '/2']);
});

test('HttpServer makes one answer at a time for a client that reads none, and all of them once it reads', async (t) => {
  const size = 8 * 1024 * 1024; // more than the buffers of a connection hold
  let begun = 0;
  const server = new HttpServer((request, response) => {
    begun += 1;
    response.end(`<${request.url}>${'x'.repeat(size)}`);
  });
  const port = await start(t, server);
  const client = await dial(port);
  client.socket.pause();
  client.socket.write(numbered(5) + SOUND);
  assert.ok(await settles(() => begun > 0));
  for (let i = 0; i < 20; i += 1) await exchange(port, 'nonsense\r\n\r\n');
  assert.ok(begun <= 3, `${begun} handlers began, with ${size} bytes each`);
  client.socket.resume();
  const targets = answered((await client.ended).text);
  assert.deepEqual(targets, [...Array.from({ length: 5 }, (_, index) => `/${index}`), '/sound']);
});

test('HttpServer reads no further while requests wait, and misses none of what comes', { timeout: 60_000 }, async (t) => {
  let goOn: () => void = () => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const server = new HttpServer((request, response) => void held.then(() => response.end(`<${request.url}>`)));
  const port = await start(t, server);
  const accepted = once(server.server, 'connection');
  const client = await dial(port);
  const [serverSide] = (await accepted) as [Socket];
  const count = 8_000;
  client.socket.write(numbered(count) + SOUND);
  assert.ok(await settles(() => serverSide.bytesRead > 0));
  for (let i = 0; i < 20; i += 1) await exchange(port, 'nonsense\r\n\r\n');
  assert.ok(serverSide.bytesRead <= 3 * 65_536, `${serverSide.bytesRead} bytes were read`);
  goOn();
  const targets = answered((await client.ended).text);
  assert.equal(targets.length, count + 1);
  assert.ok(targets.slice(0, -1).every((target, index) => target === `/${index}`), 'in their order');
});

test('HttpServer reads the body of a request that waited', async (t) => {
  const answers: (() => void)[] = [];
  const server = new HttpServer((request, response) => {
    if (request.url !== '/held') echo(request, response);
    else answers.push(() => response.end('first'));
  });
  const port = await start(t, server);
  const client = await dial(port, `GET /held HTTP/1.1\r\n${HOST}\r\n` + post('Content-Length: 100000\r\n', 'x'.repeat(1_000)));
  assert.ok(await settles(() => answers.length === 1));
  client.socket.write('x'.repeat(99_000) + SOUND);
  answers[0]?.();
  assert.match((await client.ended).text, /first[^]*POST \/ 100000\n[^]*HTTP\/1\.1 200/);
});

test('HttpServer begins nothing on a connection that is gone, nor behind one that is refused', async (t) => {
  const begun: string[] = [];
  const answers: (() => void)[] = [];
  const server = new HttpServer((request, response) => {
    begun.push(request.url ?? '');
    if (request.url === '/held') answers.push(() => response.end('late'));
    else response.end();
  });
  const port = await start(t, server);
  const gone = await dial(port, `GET /held HTTP/1.1\r\n${HOST}\r\n${numbered(3)}`);
  assert.ok(await settles(() => answers.length === 1));
  const accepted = server.server.listenerCount('request');
  assert.equal(accepted, 1);
  gone.socket.resetAndDestroy();
  await gone.ended;
  await exchange(port, SOUND);
  answers[0]?.();
  const refused = await exchange(port, `GET /ok HTTP/1.1\r\n${HOST}\r\nGET /no-host HTTP/1.1\r\n\r\n${numbered(3)}`);
  assert.match(refused.text, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 400 /);
  await exchange(port, SOUND);
  assert.deepEqual(begun, ['/held', '/sound', '/ok', '/sound']);
});

const UPGRADES: readonly (readonly [what: string, bytes: string, answer: RegExp])[] = [
  ['websocket', get('Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'), /GET \/ 0\n$/],
  ['h2c', get('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'), /GET \/ 0\n$/],
  ['h2c with a body', post('Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n', 'abc'), /POST \/ 3\n$/],
  [
    'h2c with chunks',
    post('Connection: upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n', '3\r\nabc\r\n0\r\n\r\n'),
    /POST \/ 3\n$/,
  ],
  ['an Upgrade that Connection does not name', get('Upgrade: websocket\r\n'), /GET \/ 0\n$/],
];

const FOLLOWERS: readonly (readonly [what: string, ...pieces: string[]])[] = [
  ['nothing', ''],
  ['a request', `DELETE /behind HTTP/1.1\r\n${HOST}\r\n`],
  ['a request in a field', `GET /behind HTTP/1.1\r\n${HOST}X: `, `DELETE /behind HTTP/1.1\r\n${HOST}\r\n`],
  ['a request in a piece of its own', '', `DELETE /behind HTTP/1.1\r\n${HOST}\r\n`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'],
  ['the preface of HTTP/2, later', '', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a frame', '', '\x81\x85\0\0\0\0hello'],
];

test('HttpServer answers an Upgrade as if it were none, closes, and looks at nothing behind it', async (t) => {
  for (const [what, bytes, answer] of UPGRADES) {
    for (const [follower, first = '', ...rest] of FOLLOWERS) {
      const begun: string[] = [];
      const told: string[] = [];
      let goOn: () => void = () => {};
      const server = new HttpServer(
        (request, response) => {
          begun.push(request.url ?? '');
          goOn = () => echo(request, response);
          if (rest.length === 0) goOn();
        },
        {},
        ({ reason }) => told.push(reason),
      );
      const port = await start(t, server);
      const client = await dial(port, bytes + first);
      assert.ok(await settles(() => begun.length === 1));
      for (const piece of rest) {
        client.socket.write(piece, 'latin1');
        await exchange(port, 'x\r\n\r\n');
      }
      if (rest.length > 0) goOn();
      const { text } = await client.ended;
      const name = `${what}, then ${follower}: ${text}`;
      assert.match(text, answer, name);
      assert.match(text, /^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/, name);
      assert.equal(text.split('HTTP/1.1 ').length, 2, name);
      assert.deepEqual(begun, ['/'], name);
      assert.equal(told.length, rest.length, `${name}: ${told.join()}`);
      await server.close(0);
    }
  }
});

test('HttpServer closes after an Upgrade that was pipelined, and answers what came before it', async (t) => {
  const port = await start(t, new HttpServer(echo));
  const { text } = await exchange(port, numbered(2) + get('Connection: Upgrade\r\nUpgrade: h2c\r\n') + SOUND);
  assert.equal(text.split('HTTP/1.1 200 ').length, 4, text);
  assert.match(text, /GET \/1 0\n[^]*\r\nConnection: close\r\n[^]*GET \/ 0\n$/);
});
