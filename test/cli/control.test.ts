import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { assemble } from '../../src/assemble.ts';
import { ask, BusyError } from '../../src/cli/control-client.ts';
import { MAX_REQUEST_BYTES } from '../../src/cli/control-protocol.ts';
import { ControlServer } from '../../src/cli/control-server.ts';
import { CommandError } from '../../src/cli/operation.ts';
import type { Operation } from '../../src/cli/operation.ts';
import { isNumber, isText, record } from '../../src/cli/shape.ts';
import { parseConfig } from '../../src/config.ts';
import { InvalidValueError } from '../../src/errors.ts';
import { packageVersion } from '../../src/version.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { Gate } from '../helpers/gate.ts';

const VERSION = packageVersion();

interface Numbers {
  readonly number: number;
}

/** An operation that does what a test says. */
function operation(perform: (number: number) => Promise<Numbers>, name = 'double'): Operation<Numbers, Numbers> {
  return {
    name,
    isInput: record({ number: isNumber }),
    isResult: record({ number: isNumber }),
    perform: ({ number }) => perform(number),
  };
}

const double = operation(async (number) => ({ number: number * 2 }));

/** A Unix socket of the test, which gives what connects to `accept`. */
async function listening(t: TestContext, accept: (socket: Socket) => void): Promise<() => Socket> {
  const path = join(temporaryDirectory(t), 'socket');
  const server: Server = createServer(accept).listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  return () => connect(path);
}

interface TestControl {
  readonly control: ControlServer;
  readonly errors: unknown[];
  connection(): Socket;
  /** Sends some text, and reads until the server ends the connection. */
  exchange(text: string | Buffer): Promise<readonly unknown[]>;
}

async function startControl(t: TestContext, ...table: readonly Operation<unknown, unknown>[]): Promise<TestControl> {
  const errors: unknown[] = [];
  const quiet = (): void => {};
  const { app, database } = assemble({
    config: { ...parseConfig({}).config, dataDirectory: temporaryDirectory(t) },
    logs: { access: quiet, security: quiet, notice: quiet },
    publicUrl: () => null,
  });
  const control = new ControlServer({
    operations: { services: app.services, sessions: app.sessions, database },
    table,
    onUnexpectedError: (error) => errors.push(error),
    transferMs: 60_000,
  });
  const connection = await listening(t, (socket) => control.accept(socket));
  return {
    control,
    errors,
    connection,
    async exchange(text) {
      const socket = connection();
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk) => (answer += chunk)).on('error', () => {});
      socket.write(text);
      await once(socket, 'close');
      return answer.split('\n').filter((line) => line !== '').map((line): unknown => JSON.parse(line));
    },
  };
}

const GREETING = { protocol: 1, version: VERSION };

test('ask() has the server run an operation, and gives its result', async (t) => {
  const { control, connection, errors } = await startControl(t, double);
  control.open();
  assert.deepEqual(await ask(connection(), double, { number: 21 }), { number: 42 });
  const results = await Promise.all([1, 2, 3].map((number) => ask(connection(), double, { number })));
  assert.deepEqual(results, [{ number: 2 }, { number: 4 }, { number: 6 }]);
  assert.deepEqual(errors, []);
});

test('what an operation cannot do is told in its words, and what nobody foresaw in none of its own', async (t) => {
  const refuse = operation(() => Promise.reject(new InvalidValueError('email', 'email must be one')), 'refuse');
  const fail = operation(() => Promise.reject(new TypeError('secret detail')), 'fail');
  const { control, connection, errors } = await startControl(t, refuse, fail);
  control.open();
  await assert.rejects(ask(connection(), refuse, { number: 1 }), new CommandError('email must be one'));
  assert.deepEqual(errors, []);
  await assert.rejects(ask(connection(), fail, { number: 1 }), (error) => {
    assert.ok(error instanceof CommandError && !error.message.includes('secret'));
    return true;
  });
  assert.equal(errors.length, 1);
});

test('a request waits until the store is open, and one under way is finished before it closes', async (t) => {
  const gate = new Gate();
  const held = gate.hold();
  let began = 0;
  const slow = operation(async (number) => {
    began += 1;
    await gate.pass();
    return { number };
  });
  const { control, connection, exchange } = await startControl(t, slow);
  const request = { protocol: 1, version: VERSION, operation: 'double', input: { number: 7 } };
  const answer = exchange(`${JSON.stringify(request)}\n`);
  // What needs no store is answered at once: by then the request before it was read, too.
  for (let other = 0; other < 3; other += 1) await exchange(`${JSON.stringify({ ...request, operation: 'unknown' })}\n`);
  assert.equal(began, 0);
  control.open();
  await held;

  let isClosed = false;
  const closing = control.close().then(() => (isClosed = true));
  // One that comes now is sent away: nothing of it was done, so it may be asked for elsewhere.
  await assert.rejects(ask(connection(), slow, { number: 8 }), BusyError);
  assert.deepEqual([isClosed, began], [false, 1]);
  gate.letGo();
  assert.deepEqual(await answer, [GREETING, { ...GREETING, result: { number: 7 } }]);
  await closing;
});

test('the server ends connections that send no request, and serves on', async (t) => {
  const { control, connection, exchange, errors } = await startControl(t, double);
  control.open();
  const cases: readonly (readonly [title: string, text: string | Buffer])[] = [
    ['no JSON', 'hello\n'],
    ['no object', '[1]\n'],
    ['null', 'null\n'],
    ['no version', '{"protocol":1}\n'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a])],
    ['a line without an end that is too long', Buffer.alloc(MAX_REQUEST_BYTES + 1, 0x20)],
  ];
  for (const [title, text] of cases) assert.deepEqual(await exchange(text), [GREETING], title);
  // Who only looks whether somebody is here.
  connection().on('error', () => {}).destroy();
  assert.deepEqual(await ask(connection(), double, { number: 1 }), { number: 2 });
  assert.deepEqual(errors, []);
});

test('a command of another version gets a sentence that names both', async (t) => {
  const { control, exchange, connection } = await startControl(t, double);
  control.open();
  const request = { protocol: 1, version: '9.9.9', operation: 'double', input: { number: 1 } };
  const cases: readonly (readonly [title: string, request: object])[] = [
    ['a newer protocol', { ...request, protocol: 2 }],
    ['an unknown operation', { ...request, operation: 'triple' }],
    ['an operation named like a member of every object', { ...request, operation: 'constructor' }],
    ['an input of another shape', { ...request, input: { number: '1' } }],
    ['an input with a member that this version does not know', { ...request, input: { number: 1, unit: 'm' } }],
    ['a request with a member that this version does not know', { ...request, dryRun: true }],
  ];
  for (const [title, sent] of cases) {
    const [, answer] = await exchange(`${JSON.stringify(sent)}\n`);
    assert.ok(typeof answer === 'object' && answer !== null && 'problem' in answer, title);
    assert.match(String(answer.problem), new RegExp(`version ${VERSION} runs, and 9\\.9\\.9 asks`), title);
  }
  const triple: Operation<Numbers, string> = { ...double, isResult: isText, perform: async () => '' };
  await assert.rejects(ask(connection(), triple, { number: 1 }), /is of version .* does not understand it/);
});

for (const [title, sent, says] of [
  ['greets in a newer protocol', '{"protocol":2,"version":"9.9.9"}\n', /version 9\.9\.9/],
  ['is something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', /no answer/],
  ['ends in the middle of its answer', `${JSON.stringify(GREETING)}\n{"protocol":1,`, /ended before its answer was whole/],
] as const) {
  test(`ask() says so when whoever listens ${title}`, async (t) => {
    const connection = await listening(t, (socket) => socket.on('error', () => {}).end(sent));
    await assert.rejects(ask(connection(), double, { number: 1 }), (error) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, says);
      return true;
    });
  });
}

test('ask() gives a server that hangs up', async (t) => {
  const connection = await listening(t, (socket) => socket.on('error', () => {}).write(`${JSON.stringify(GREETING)}\n`));
  await assert.rejects(ask(connection(), double, { number: 1 }, 20), /did not answer in time/);
});
