import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApp } from '../../src/api/v1/app.ts';
import { parseConfig } from '../../src/config.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { MODEL_OPTIONS } from '../helpers/model-options.ts';
import { declareModels } from '../../src/models/repositories.ts';
import { MemoryLoginThrottle } from '../../src/security/memory-login-throttle.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { SecurityLog } from '../../src/accounts/security-log.ts';
import { MemoryStore } from '../../src/storage/memory/memory-store.ts';
import { FaultyFileSystem } from '../helpers/faulty-file-system.ts';
import { CHEAP_COST, startTestService } from '../helpers/service.ts';
import { basic, FORM_TYPE, LOGIN, request, STATUS, withBody } from '../helpers/requests.ts';
import { assertError, exchange, Wire } from '../helpers/wire.ts';

const HOLDS_UP = { timeout: 60_000 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Fails in a way that no one foresaw: at once, later, and with what is not even an Error. */
class BrokenHasher extends PasswordHasher {
  readonly #fail: () => Promise<boolean>;

  constructor(fail: () => Promise<boolean>) {
    super({ cost: CHEAP_COST });
    this.#fail = fail;
  }

  override verify(): Promise<boolean> {
    return this.#fail();
  }
}

const FAILURES: readonly (readonly [what: string, logged: RegExp, fail: () => Promise<boolean>])[] = [
  [
    'an error thrown at once',
    /: TypeError: canary-bug\n {4}at /,
    () => {
      throw new TypeError('canary-bug');
    },
  ],
  ['a promise rejected', /: RangeError: canary-bug\n {4}at /, () => Promise.reject(new RangeError('canary-bug'))],
  ['what is no error', /: canary-bug\n$/, () => Promise.reject('canary-bug')],
  ['nothing', /: undefined\n$/, () => Promise.reject(undefined)],
];

for (const authType of ['session_db_auth', 'basic_auth'] as const) {
  test(`an unexpected error is 500 with an id, and told whole in the log alone (${authType})`, async (t) => {
    for (const [what, logged, fail] of FAILURES) {
      const service = await startTestService(t, { authType, passwords: new BrokenHasher(fail) });
      const bytes =
        authType === 'basic_auth'
          ? request('GET /api/v1/users/me', basic('a@b:canary-password'))
          : withBody(LOGIN, FORM_TYPE, 'email=a@b&password=canary-password');
      const { answer, wire } = await exchange(service.service.address.port, bytes);
      assert.equal(answer.status, 500, what);
      assertError(answer, 'Internal server error');
      const requestId = answer.field('x-request-id') ?? '';
      assert.match(requestId, UUID);
      assert.doesNotMatch(answer.head + answer.body, /canary| at |\.ts/, what);
      assert.equal(service.logs.notice.length, 1, what);
      assert.ok(service.logs.notice[0]?.startsWith(`request ${requestId}: `), service.logs.notice[0]);
      assert.match(service.logs.notice[0] ?? '', logged, what);
      assert.ok(!service.logs.notice[0]?.includes('canary-password'));
      assert.match(service.logs.access[0] ?? '', / 500 -\n$/);
      wire.send(STATUS);
      assert.equal((await wire.answer())?.status, 200, 'the connection goes on');
      wire.socket.destroy();
    }
  });
}

test('a file system that fails in an unforeseen way is 503 for writes, and reads go on', HOLDS_UP, async (t) => {
  let isBroken = false;
  const fileSystem = new FaultyFileSystem();
  fileSystem.onStep = ({ operation }) => {
    if (isBroken && operation === 'write') throw new TypeError('canary-bug');
  };
  const { api, logs } = await startTestService(t, { authType: 'none', fileSystem });
  const create = (email: string) => api('POST', '/users', { json: { email, password: 'H0lberton, once' } });
  assert.equal((await create('a@b.c')).status, 201);
  isBroken = true;
  const refused = await create('d@e.f');
  assert.equal(refused.status, 503);
  assert.match(refused.headers['retry-after'] ?? '', /^\d+$/);
  assert.doesNotMatch(refused.text, /canary/);
  assert.equal((await api('GET', '/stats')).text, '{\n  "users": 1\n}\n');
  isBroken = false;
  assert.equal((await create('d@e.f')).status, 201);
  assert.ok(logs.notice.some((line) => line.includes('canary-bug')), 'the operator is told');
});

test('an error after the header was sent ends the connection, so that the answer is not taken for whole', async (t) => {
  const errors: unknown[] = [];
  const app = createApp({
    database: declareModels(new MemoryStore(), MODEL_OPTIONS),
    sessionPolicy: MODEL_OPTIONS.sessionPolicy,
    areSessionsStored: true,
    publicUrl: () => null,
    isStopping: () => false,
    clock: Date.now,
    monotonicClock: () => performance.now(),
    config: parseConfig({ ALLOWED_HOSTS: '*' }).config,
    passwords: new PasswordHasher({ cost: CHEAP_COST }),
    throttle: new MemoryLoginThrottle({ maxFailures: 0, windowSeconds: 1 }),
    securityLog: new SecurityLog(() => {}, Date.now),
    accessLog: null,
    onUnexpectedError: (error) => errors.push(error),
  });
  let isBroken = true;
  const server = new HttpServer((incoming, response) => {
    if (isBroken) {
      Object.assign(response, {
        end: () => {
          response.write('{\n');
          response.socket?.uncork(); // on the wire before it fails
          throw new TypeError('canary-bug');
        },
      });
    }
    app.handle(incoming, response);
  });
  const { port } = await server.listen(0, '127.0.0.1');
  t.after(() => server.close(0));
  const broken = await Wire.open(port);
  broken.send(STATUS + STATUS);
  assert.equal(await broken.answer(), null, 'no whole answer');
  const got = await broken.rest();
  assert.match(got, /^HTTP\/1\.1 200 OK\r\n/);
  assert.doesNotMatch(got, /canary|HTTP\/1\.1 500/);
  assert.match(String(errors[0]), /canary-bug/);
  isBroken = false;
  const { answer, wire } = await exchange(port, STATUS);
  assert.equal(answer.status, 200);
  wire.socket.destroy();
});
