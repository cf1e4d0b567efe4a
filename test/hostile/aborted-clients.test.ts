import assert from 'node:assert/strict';
import { test } from 'node:test';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { CHEAP_COST, startTestService } from '../helpers/service.ts';
import { openSockets, settles } from '../helpers/handles.ts';
import { CHUNKED, FORM_TYPE, HOST, inChunks, LOGIN, request, STATUS, withBody } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';

const HOLDS_UP = { timeout: 60_000 };
const LOGIN_WHOLE = withBody(LOGIN, FORM_TYPE, 'email=a@b&password=c');

/** Holds every password back until it is told to go on. */
class GatedHasher extends PasswordHasher {
  entered = 0;
  goOn: () => void = () => {};
  readonly #gate = new Promise<void>((resolve) => (this.goOn = resolve));

  constructor() {
    super({ cost: CHEAP_COST });
  }

  override async verify(password: string, stored: string | null): Promise<boolean> {
    this.entered += 1;
    await this.#gate;
    return super.verify(password, stored);
  }
}

const PHASES: readonly (readonly [what: string, bytes: string])[] = [
  ['before a byte', ''],
  ['inside the request line', 'GET /api/v1/st'],
  ['inside the header', `GET /api/v1/status HTTP/1.1\r\n${HOST}Coo`],
  ['waiting for 100', request(LOGIN, `${FORM_TYPE}Expect: 100-continue\r\nContent-Length: 9\r\n`)],
  ['before the body', request(LOGIN, `${FORM_TYPE}Content-Length: 9\r\n`)],
  ['inside the body', request(LOGIN, `${FORM_TYPE}Content-Length: 9\r\n`) + 'ema'],
  ['inside a chunk', request(LOGIN, `${FORM_TYPE}${CHUNKED}`) + '9\r\nema'],
  ['between chunks', inChunks(LOGIN, FORM_TYPE, 'email=a').replace('0\r\n\r\n', '')],
  ['inside a refused body', request('POST /api/v1/users', 'Content-Length: 900000\r\n') + 'x'.repeat(100_000)],
  ['inside a body that is too large', request(LOGIN, `${FORM_TYPE}Content-Length: 900000\r\n`) + 'x'.repeat(100_000)],
  ['inside the second request', `${STATUS}${LOGIN_WHOLE.slice(0, -5)}`],
  ['after the answer', STATUS],
  ['after a refusal', 'nonsense\r\n\r\n'],
  ['after many pipelined requests', STATUS.repeat(50)],
];

const LEAVINGS: readonly (readonly [how: string, leave: (wire: Wire) => void])[] = [
  // A socket that both sides have ended can no longer be reset.
  ['a reset', ({ socket }) => (socket.writable ? socket.resetAndDestroy() : socket.destroy())],
  ['a close', ({ socket }) => socket.destroy()],
  ['an end, then a close', ({ socket }) => socket.end(() => socket.destroy())],
];

test('a client that goes away in any phase is no error', HOLDS_UP, async (t) => {
  const { service, api, logs } = await startTestService(t);
  const socketsBefore = openSockets();
  for (const [what, bytes] of PHASES) {
    for (const [how, leave] of LEAVINGS) {
      const wire = await Wire.open(service.address.port);
      wire.send(bytes);
      // By the time this one is answered, the server has read what came before it on the other connection.
      assert.equal((await api('GET', '/status')).status, 200);
      leave(wire);
      await wire.rest();
      assert.equal((await api('GET', '/status')).status, 200, `${how} ${what}`);
    }
  }
  assert.ok(await settles(() => openSockets() <= socketsBefore), 'no connection is left');
  assert.deepEqual(logs.notice, []);
  for (const line of logs.access) assert.doesNotMatch(line, /" 5\d\d /);
});

test('a client that goes away while its password is verified is no error', HOLDS_UP, async (t) => {
  const passwords = new GatedHasher();
  const { service, api, logs } = await startTestService(t, { passwords, loginMaxFailures: 0 });
  const socketsBefore = openSockets();
  const wires: Wire[] = [];
  for (let i = 0; i < 30; i += 1) {
    const wire = await Wire.open(service.address.port);
    wire.send(LOGIN_WHOLE + STATUS);
    wires.push(wire);
  }
  assert.ok(await settles(() => passwords.entered === wires.length), 'all are being verified');
  for (const [index, wire] of wires.entries()) LEAVINGS[index % LEAVINGS.length]?.[1](wire);
  assert.equal((await api('GET', '/status')).status, 200);
  passwords.goOn();
  assert.ok(await settles(() => openSockets() <= socketsBefore), 'no connection is left');
  assert.equal((await api('GET', '/status')).status, 200);
  assert.deepEqual(logs.notice, []);
});

test('a client that goes away while its answer is sent is no error, and nothing of it stays', HOLDS_UP, async (t) => {
  const { service, api, logs } = await startTestService(t, { authType: 'none' });
  const socketsBefore = openSockets();
  await Promise.all(
    Array.from({ length: 2_000 }, (_, i) =>
      service.users.save(new User({ email: `${i}@x.y`, passwordHash: '-', firstName: 'x'.repeat(200) })),
    ),
  );
  for (const [how, leave] of LEAVINGS) {
    const wire = await Wire.open(service.address.port);
    wire.socket.pause();
    wire.send(request('GET /api/v1/users').repeat(40)); // some 30 MB of answers, more than any buffer holds
    assert.equal((await api('GET', '/status')).status, 200, 'a client that does not read holds nobody up');
    wire.socket.resume();
    assert.equal((await wire.answer())?.status, 200);
    leave(wire);
    await wire.rest();
    assert.equal((await api('GET', '/status')).status, 200, how);
  }
  assert.ok(await settles(() => openSockets() <= socketsBefore), 'no connection is left');
  assert.deepEqual(logs.notice, []);
});
