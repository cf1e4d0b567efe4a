import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { test } from 'node:test';
import { discardBody, hasBody, readBody, readJsonObject, RequestAbortedError } from '../../src/http/body.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { requestWith, serve } from '../helpers/plain-server.ts';
import { property } from '../helpers/random.ts';
import { dial, type RawConnection } from '../helpers/raw-connection.ts';

const MAX_BYTES = 100;
const MAX_DISCARDED_BYTES = 1_000_000;
const LINGER_MS = 50;

const post = (fields: string, body = '', path = '/'): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;
const sized = (body: string, path = '/'): string => post(`Content-Length: ${body.length}\r\n`, body, path);
const chunked = (chunks: readonly string[], path = '/'): string =>
  post(
    'Transfer-Encoding: chunked\r\n',
    [...chunks, ''].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join(''),
    path,
  );

/** Answers with path, status and body length: what a server does with `readBody` and `discardBody`. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const end = (status: number, headers: readonly (readonly [string, string])[], length: number): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
    const discardsFirst = request.url?.includes('discard-first') === true;
    if (discardsFirst) discardBody(request, MAX_DISCARDED_BYTES);
    response.writeHead(status).end(`<${request.url} ${status} ${length}>`);
    if (!discardsFirst) discardBody(request, MAX_DISCARDED_BYTES);
  };
  readBody(request, response, MAX_BYTES).then(
    (body) => end(200, [], body.length),
    (error: unknown) => {
      if (error instanceof HttpError) end(error.status, error.headers, 0);
      else assert.ok(error instanceof RequestAbortedError);
    },
  );
}

test('hasBody() goes by Content-Length and Transfer-Encoding', () => {
  const cases: readonly (readonly [Readonly<Record<string, string>>, boolean])[] = [
    [{}, false],
    [{ 'content-length': '0' }, false],
    [{ 'content-length': '00' }, false],
    [{ 'content-length': '1' }, true],
    [{ 'transfer-encoding': 'chunked' }, true],
    [{ 'content-type': 'application/json' }, false],
  ];
  for (const [headers, has] of cases) assert.equal(hasBody(requestWith(headers)), has, JSON.stringify(headers));
});

const ANSWERED: readonly (readonly [what: string, request: string, status: number, length: number])[] = [
  ['no body', post(''), 200, 0],
  ['an empty body', sized(''), 200, 0],
  ['a body', sized('abc'), 200, 3],
  ['chunks', chunked(['ab', 'c']), 200, 3],
  ['no chunks', chunked([]), 200, 0],
  ['a body of the limit', sized('a'.repeat(MAX_BYTES)), 200, MAX_BYTES],
  ['chunks of the limit', chunked(['a'.repeat(99), 'a']), 200, MAX_BYTES],
  ['a body past the limit', sized('a'.repeat(MAX_BYTES + 1)), 413, 0],
  ['chunks past the limit', chunked(['a'.repeat(99), 'ab']), 413, 0],
  ['many chunks past the limit', chunked(Array.from({ length: 5_000 }, () => 'a')), 413, 0],
  ['a body far past the limit', sized('a'.repeat(500_000)), 413, 0],
  ['chunks far past the limit', chunked(Array.from({ length: 8 }, () => 'a'.repeat(60_000))), 413, 0],
  ['a body that looks like a request', sized('GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(9)), 413, 0],
  ['identity', post('Content-Encoding: Identity\r\nContent-Length: 3\r\n', 'abc'), 200, 3],
  ['an empty coding', post('Content-Encoding:\r\nContent-Length: 3\r\n', 'abc'), 200, 3],
  ['gzip', post('Content-Encoding: gzip\r\nContent-Length: 3\r\n', 'abc'), 415, 0],
  ['two codings', post('Content-Encoding: identity, br\r\nContent-Length: 3\r\n', 'abc'), 415, 0],
  ['gzip without a body', post('Content-Encoding: gzip\r\n'), 200, 0],
];

for (const path of ['/discard-first', '/discard-last']) {
  test(`readBody() and discardBody() leave the connection at the next request, ${path}`, async (t) => {
    const port = await serve(t, answer);
    const connection = await dial(port);
    for (const [what, request, status, length] of ANSWERED) {
      const before = connection.received().length;
      connection.socket.write(request.replace('POST / ', `POST ${path} `), 'latin1');
      connection.socket.write(sized('next', `/next-${before}`));
      const received = await connection.until(`</next-${before} 200 4>`);
      const answers = received.slice(before).match(/<[^>]*>/g);
      assert.deepEqual(answers, [`<${path} ${status} ${length}>`, `</next-${before} 200 4>`], what);
    }
    assert.ok(!connection.received().includes('smuggled'));
  });
}

test('readBody() asks for no coding where it refuses one', async (t) => {
  const connection = await dial(await serve(t, answer), post('Content-Encoding: gzip\r\nContent-Length: 1\r\n', 'a'));
  assert.match(await connection.until('415 0>'), /\r\nAccept-Encoding: identity\r\n/);
});

test('readBody() refuses a body by its length before any of it has come', async (t) => {
  const connection = await dial(await serve(t, answer), post(`Content-Length: ${MAX_BYTES + 1}\r\n`));
  await connection.until('413 0>');
});

property('readBody() and discardBody() keep any sequence of requests apart', 20, async (random, t) => {
  const requests = Array.from({ length: 20 }, (_, index) => {
    const length = random.pick([0, 1, 50, MAX_BYTES, MAX_BYTES + 1, 5_000, 70_000]);
    const body = 'a'.repeat(length);
    const middle = random.below(length + 1);
    const parts = [body.slice(0, middle), body.slice(middle)].filter((part) => part !== '');
    const path = `/${index}${random.pick(['', 'discard-first'])}`;
    const refused = length > MAX_BYTES;
    return {
      bytes: random.below(2) === 0 ? sized(body, path) : chunked(parts, path),
      answer: `<${path} ${refused ? 413 : 200} ${refused ? 0 : length}>`,
    };
  });
  const bytes = requests.map((request) => request.bytes).join('');
  const connection = await dial(await serve(t, answer));
  for (let at = 0; at < bytes.length; ) {
    const size = random.below(20_000) + 1;
    connection.socket.write(bytes.slice(at, at + size), 'latin1');
    at += size;
    if (random.below(2) === 0) await new Promise(setImmediate);
  }
  const received = await connection.until(requests.at(-1)?.answer ?? 'one');
  assert.deepEqual(received.match(/<[^>]*>/g), requests.map((request) => request.answer));
});

test('readBody() sends 100 Continue for a body it will read, and for no other', async (t) => {
  const port = await serve(t, answer);
  const expecting = 'Expect: 100-Continue\r\n';
  const taken = await dial(port, post(`${expecting}Content-Length: 3\r\n`));
  await taken.until('HTTP/1.1 100 Continue\r\n\r\n');
  taken.socket.write('abc');
  await taken.until('</ 200 3>');
  const unread = [`Content-Length: ${MAX_BYTES + 1}\r\n`, 'Content-Length: 3\r\nContent-Encoding: gzip\r\n', ''];
  for (const fields of unread) {
    const refused = await dial(port, post(expecting + fields));
    assert.doesNotMatch(await refused.until('>'), /100 Continue/);
  }
  const old = await dial(port, post(`${expecting}Content-Length: 3\r\n`, 'abc').replace('HTTP/1.1', 'HTTP/1.0'));
  assert.doesNotMatch(await old.until('</ 200 3>'), /100 Continue/);
});

for (const [when, waitsForClose] of [['before', true], ['meanwhile', false]] as const) {
  test(`readBody() rejects where the client went away ${when}`, async (t) => {
    const client = deferred<RawConnection>();
    const outcome = deferred<unknown>();
    const port = await serve(t, async (request, response) => {
      const closed = new Promise<void>((resolve) => request.once('close', resolve));
      const body = waitsForClose ? closed.then(() => readBody(request, response, MAX_BYTES)) : null;
      const settled = (body ?? readBody(request, response, MAX_BYTES)).catch((error: unknown) => error);
      (await client.promise).socket.resetAndDestroy();
      outcome.resolve(await settled);
      discardBody(request, MAX_DISCARDED_BYTES);
    });
    client.resolve(dial(port, post('Content-Length: 9\r\n', 'abc')));
    assert.ok((await outcome.promise) instanceof RequestAbortedError);
  });
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T | Promise<T>) => void } {
  let settle: ((value: T | Promise<T>) => void) | undefined;
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, resolve: (value) => settle?.(value) };
}

test('readBody() leaves a body that it refused where it is', async (t) => {
  const arrived = deferred<IncomingMessage>();
  const port = await serve(t, (request, response) => {
    readBody(request, response, MAX_BYTES).catch(() => arrived.resolve(request));
  });
  const connection = await dial(port, chunked(['a'.repeat(8_000_000)]));
  const request = await arrived.promise;
  assert.ok(request.isPaused());
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.ok(request.socket.bytesRead < MAX_DISCARDED_BYTES, `${request.socket.bytesRead} bytes were read`);
  connection.socket.destroy();
});

const ENDLESS = 'a'.repeat(8_000_000);

for (const [what, bytes] of [['length', sized(ENDLESS)], ['chunks', chunked([ENDLESS])]] as const) {
  for (const order of ['before', 'after']) {
    test(`discardBody() ${order} the answer bounds a body by ${what}, and then cuts it off`, async (t) => {
      const arrived = deferred<IncomingMessage>();
      const port = await serve(t, (request, response) => {
        if (order === 'after') response.end('<unread>');
        discardBody(request, MAX_DISCARDED_BYTES, LINGER_MS);
        if (order === 'before') response.end('<unread>');
        arrived.resolve(request);
      });
      const connection = await dial(port, bytes);
      const { socket } = await arrived.promise;
      assert.match((await connection.ended).text, /<unread>$/);
      assert.ok(socket.destroyed);
      assert.ok(socket.bytesRead > MAX_DISCARDED_BYTES && socket.bytesRead < 2 * MAX_DISCARDED_BYTES);
    });
  }
}

const JSON_CASES: readonly (readonly [type: string, body: string | Buffer, wanted: unknown])[] = [
  ['application/json', '{}', []],
  ['Application/JSON; charset=UTF-8', '{"a":1,"b":[null]}', [['a', 1], ['b', [null]]]],
  ['application/problem+json', '{"a":1}', [['a', 1]]],
  ['application/json', ' \n{"a":"\u00e9"}\r\n', [['a', '\u00e9']]],
  ['application/json', '\ufeff{"a":1}', [['a', 1]]],
  ['application/json', '{"__proto__":{"x":1},"constructor":2}', [['__proto__', { x: 1 }], ['constructor', 2]]],
  ['application/json', '{"a":1,"a":2}', [['a', 2]]],
  ['application/json', '{"a":"\\ud800"}', [['a', '\ud800']]],
  ['application/json', '\ufeff\ufeff{}', null],
  ['application/json', '', null],
  ['application/json', '[]', null],
  ['application/json', 'null', null],
  ['application/json', '1', null],
  ['application/json', '"a"', null],
  ['application/json', 'NaN', null],
  ['application/json', '{', null],
  ['application/json', '{"a":1}x', null],
  ['application/json', "{'a':1}", null],
  ['application/json', '{"a":1,}', null],
  ['application/json', '{"a":"\0"}', null],
  ['application/json', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), null],
  ['application/json', Buffer.from('{"a":1}', 'utf16le'), null],
  ['application/json', '['.repeat(65_536), null],
  ['application/json', '{"a":'.repeat(13_000), null],
  ['application/json', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, null],
  ['application/json', 'a'.repeat(65_537), 413],
  ['application/json; charset=latin1', '{}', 415],
  ['application/json; charset=utf-16', '{}', 415],
  ['application/json; charset', '{}', null],
  ['', '{}', null],
  ['text/plain', '{}', null],
  ['application/jsonp', '{}', null],
  ['text/application/json', '{}', null],
  ['application/x-www-form-urlencoded', '{}', null],
];

test('readJsonObject() returns the members of an object, and null for anything else', async (t) => {
  const { outcomes, handler } = collecting((request, response) => readJsonObject(request, response, 65_536));
  const port = await serve(t, handler);
  const connection = await dial(port);
  for (const [index, [type, body, wanted]] of JSON_CASES.entries()) {
    const bytes = Buffer.from(body);
    connection.socket.write(post(`Content-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n`, '', `/${index}`));
    connection.socket.write(bytes);
    await connection.until(`</${index}>`);
    const outcome = outcomes[index];
    const actual = outcome instanceof Map ? [...outcome] : outcome instanceof HttpError ? outcome.status : outcome;
    assert.deepEqual(actual, wanted, `${type}: ${bytes.toString('latin1').slice(0, 40)}`);
  }
  assert.equal(Object.getOwnPropertyDescriptor(Object.prototype, 'x'), undefined);
});

/** A handler that keeps what the reader gave, and answers with the path. */
function collecting(read: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>): {
  outcomes: unknown[];
  handler: (request: IncomingMessage, response: ServerResponse) => void;
} {
  const outcomes: unknown[] = [];
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    const end = (outcome: unknown): void => {
      outcomes.push(outcome);
      response.end(`<${request.url}>`);
      discardBody(request, MAX_DISCARDED_BYTES);
    };
    read(request, response).then(end, end);
  };
  return { outcomes, handler };
}
