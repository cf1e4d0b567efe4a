import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestService } from '../helpers/service.ts';
import { FORM_TYPE, inChunks, JSON_TYPE, LOGIN, request, STATUS, withBody } from '../helpers/requests.ts';
import { assertError, exchange, Wire } from '../helpers/wire.ts';

const HOLDS_UP = { timeout: 60_000 };
const MIB = 1_048_576;
const EXPECT = 'Expect: 100-continue\r\n';

/** [what, status, request line, fields]: refused without regard to what the body is. */
const REFUSED: readonly (readonly [what: string, status: number, line: string, fields: string])[] = [
  ['too large', 413, LOGIN, FORM_TYPE],
  ['compressed', 415, LOGIN, `${FORM_TYPE}Content-Encoding: gzip\r\n`],
  ['of another charset', 415, LOGIN, FORM_TYPE.replace('\r', '; charset=utf-16\r')],
  ['of no known form', 400, LOGIN, 'Content-Type: text/plain\r\n'],
  ['without credentials', 401, 'POST /api/v1/users', JSON_TYPE],
  ['with credentials of nobody', 403, 'POST /api/v1/users', 'Authorization: x\r\n'],
  ['from another site', 403, LOGIN, `${FORM_TYPE}Sec-Fetch-Site: cross-site\r\n`],
  ['to a route of GET', 405, 'PUT /api/v1/status', JSON_TYPE],
  ['to a malformed path', 400, 'PUT /%', JSON_TYPE],
];

test('a body of up to 1 MiB that is refused leaves its connection to the next request', HOLDS_UP, async (t) => {
  const { service } = await startTestService(t);
  const wire = await Wire.open(service.address.port);
  for (const [what, status, line, fields] of REFUSED) {
    for (const size of [100_000, 500_000, MIB - 1, MIB]) {
      const body = 'x'.repeat(size);
      for (const bytes of [withBody(line, fields, body), inChunks(line, fields, body, 65_536)]) {
        wire.send(bytes + STATUS); // the body hides no request, and swallows none
        const refusal = await wire.answer();
        assert.ok(refusal !== null, `${what}, ${size} bytes: no answer`);
        assert.equal(refusal.status, status, `${what}, ${size} bytes`);
        assertError(refusal);
        assert.equal((await wire.answer())?.status, 200, `after ${what}, ${size} bytes`);
      }
    }
  }
  wire.socket.destroy();
});

test('a refused body past 1 MiB is read no further, and its connection ends after the answer', HOLDS_UP, async (t) => {
  const { service, api } = await startTestService(t);
  const wires = await Promise.all(
    REFUSED.map(async ([what, status, line, fields]) => {
      const wire = await Wire.open(service.address.port);
      wire.send(request(line, `${fields}Content-Length: ${64 * MIB}\r\n`));
      // On and on, for as long as the server takes it.
      const piece = 'x'.repeat(65_536);
      let sent = 0;
      const more = (): void => {
        while (!wire.socket.destroyed && sent < 64 * MIB) {
          sent += piece.length;
          if (!wire.socket.write(piece, 'latin1')) return;
        }
      };
      wire.socket.on('drain', more);
      more();
      const answer = await wire.answer();
      assert.ok(answer !== null, `${what}: closed before the answer could be read`);
      assert.equal(answer.status, status, what);
      assertError(answer);
      return { wire, what };
    }),
  );
  assert.equal((await api('GET', '/status')).status, 200, 'nobody else is held up');
  for (const { wire, what } of wires) {
    assert.equal(await wire.rest(), '', what);
    assert.ok(wire.socket.bytesWritten < 32 * MIB, `${what}: ${wire.socket.bytesWritten} bytes were taken`);
  }
});

test('a client that reads only after it has sent everything reads its answer', HOLDS_UP, async (t) => {
  const { service } = await startTestService(t);
  for (const [what, status, line, fields] of REFUSED) {
    const wire = await Wire.open(service.address.port);
    wire.socket.pause();
    await new Promise((sent) =>
      wire.socket.write(withBody(line, `${fields}Connection: close\r\n`, 'x'.repeat(MIB)), 'latin1', sent),
    );
    wire.socket.resume();
    const answer = await wire.answer();
    assert.ok(answer !== null, `${what}: no answer`);
    assert.equal(answer.status, status, what);
    assert.equal(await wire.rest(), '', what);
    assert.ok(!wire.reset, `${what}: closed, not reset`);
  }
});

test('a refused expectation gets its answer without 100, and the connection ends', HOLDS_UP, async (t) => {
  const { service, api } = await startTestService(t);
  for (const [what, status, line, fields] of REFUSED) {
    const wire = await Wire.open(service.address.port);
    wire.send(request(line, `${fields}${EXPECT}Content-Length: 70000\r\n`));
    const answer = await wire.answer();
    assert.ok(answer !== null, `${what}: no answer`);
    assert.equal(answer.status, status, what);
    assertError(answer);
    assert.equal(answer.field('connection'), 'close', what);
    assert.equal(await wire.rest(), '', what);
  }
  assert.equal((await api('GET', '/status')).status, 200);
});

test('the connection ends too where node:http has no continuation to give: HTTP/1.0, and an empty expectation', async (t) => {
  const { service } = await startTestService(t);
  for (const [what, status, line, fields] of REFUSED) {
    const length = 'Content-Length: 70000\r\n';
    for (const bytes of [
      request(line, `${fields}${EXPECT}Connection: keep-alive\r\n${length}`).replace('HTTP/1.1', 'HTTP/1.0'),
      request(line, `${fields}Expect:\r\n${length}`),
    ]) {
      const wire = await Wire.open(service.address.port);
      wire.send(bytes);
      const answer = await wire.answer();
      assert.deepEqual([answer?.status, answer?.field('connection')], [status, 'close'], what);
      assert.equal(await wire.rest(), '', what);
    }
    // The same answer to somebody else does not end a connection.
    const { answer, wire } = await exchange(service.address.port, withBody(line, fields, 'x'.repeat(70_000)));
    assert.deepEqual([answer.status, answer.field('connection')], [status, 'keep-alive'], what);
    wire.socket.destroy();
  }
});

test('an accepted expectation gets exactly one 100', HOLDS_UP, async (t) => {
  const { service } = await startTestService(t);
  const wire = await Wire.open(service.address.port);
  const spellings = [EXPECT, 'expect: 100-Continue\r\n', 'Expect: 100-continue, 100-continue\r\n', EXPECT + EXPECT];
  for (const expect of spellings) {
    for (const body of ['email=a', 'email=a&password=']) {
      wire.send(request(LOGIN, `${FORM_TYPE}${expect}Content-Length: ${body.length}\r\n`));
      const interim = await wire.answer();
      assert.equal(interim?.head, 'HTTP/1.1 100 Continue');
      wire.send(body);
      const answer = await wire.answer();
      assert.ok(answer !== null);
      assert.equal(answer.status, 400);
      assertError(answer, 'password missing');
    }
  }
  wire.send(STATUS);
  assert.equal((await wire.answer())?.status, 200, 'the connection is in step');
  wire.socket.destroy();
});
