import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { UNTOLD_PROXY } from '../../src/http/untold-proxy.ts';
import { startTestService } from '../helpers/service.ts';
import type { TestService } from '../helpers/service.ts';
import { cookieOf } from '../helpers/client.ts';
import { BODY_CASES } from '../helpers/body-cases.ts';
import { BASIC_CASES, FIELD_CASES } from '../helpers/field-cases.ts';
import { FRAMING_CASES } from '../helpers/framing-cases.ts';
import { LLHTTP_CASES } from '../helpers/parser-cases.ts';
import { STATUS } from '../helpers/requests.ts';
import type { Case, World } from '../helpers/requests.ts';
import { TARGET_CASES } from '../helpers/target-cases.ts';
import { assertError, Wire } from '../helpers/wire.ts';

const EMAIL = 'bob@example.com';
const PASSWORD = 'H0lberton, once';
const HOLDS_UP = { timeout: 60_000 };

const SESSION_CASES = [...FRAMING_CASES, ...TARGET_CASES, ...FIELD_CASES, ...BODY_CASES];

async function world({ addUser, api }: TestService): Promise<World> {
  const { id: userId } = await addUser(EMAIL, PASSWORD);
  const reply = await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  const cookie = reply.status === 200 ? `Cookie: ${cookieOf(reply)}\r\n` : '';
  return { email: EMAIL, password: PASSWORD, userId, cookie };
}

async function assertAlive(wire: Wire): Promise<void> {
  wire.send(STATUS);
  const answer = await wire.answer();
  assert.equal(answer?.status, 200);
  assert.equal(answer.body, '{\n  "status": "OK"\n}\n');
}

async function check({ service, logs }: TestService, [, answers, bytes, error]: Case, world: World): Promise<void> {
  const wanted = answers.split(' ');
  const end = wanted.pop();
  const wire = await Wire.open(service.address.port);
  const linesBefore = logs.access.length;
  wire.send(typeof bytes === 'string' ? bytes : bytes(world));
  for (const [index, status] of wanted.entries()) {
    if (status.startsWith('(')) continue;
    const bodiless = status.startsWith('HEAD:');
    let answer = await wire.answer(bodiless);
    if (answer?.status === 100) answer = await wire.answer(bodiless);
    assert.ok(answer !== null, `closed before answer ${index + 1}`);
    assert.equal(answer.status, Number(status.replace('HEAD:', '')), `${answer.head}\n\n${answer.body}`);
    if (answer.status >= 400 && !bodiless) assertError(answer, index === wanted.length - 1 ? error : undefined);
  }
  if (end === 'open') {
    await assertAlive(wire);
    wire.socket.destroy();
  } else {
    assert.equal(await wire.rest(), '', 'nothing after the last answer');
    assert.ok(!wire.reset, 'closed, not reset');
    const next = await Wire.open(service.address.port);
    await assertAlive(next);
    next.socket.destroy();
  }
  // Nothing inside a refused request was taken for a request: a line for each answer, and the one after it.
  assert.equal(logs.access.length - linesBefore, wanted.length + 1, 'requests served');
}

async function checkAll(t: TestContext, service: TestService, cases: readonly Case[]): Promise<void> {
  const facts = await world(service);
  const failures: string[] = [];
  for (const wanted of cases) {
    try {
      await check(service, wanted, facts);
    } catch (error) {
      failures.push(`${wanted[0]}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  t.diagnostic(`${cases.length} cases`);
  assert.equal(failures.length, 0, `\n${failures.join('\n')}\n`);
  assert.deepEqual(service.logs.notice.filter((line) => line !== `${UNTOLD_PROXY}\n`), []);
}

test('every raw request is answered as the table says, and the next one right', HOLDS_UP, async (t) => {
  assert.ok(SESSION_CASES.length >= 60);
  assert.equal(new Set(SESSION_CASES.map(([what]) => what)).size, SESSION_CASES.length, 'each is told apart');
  await checkAll(t, await startTestService(t), SESSION_CASES);
  const inherited: string[] = [];
  for (const name in {}) inherited.push(name);
  assert.deepEqual(inherited, [], 'no prototype was changed');
});

test('every request of the parser that node:http has is answered as its suite expects', HOLDS_UP, async (t) => {
  await checkAll(t, await startTestService(t), LLHTTP_CASES);
});

test('every raw request with Basic credentials is answered as the table says', HOLDS_UP, async (t) => {
  await checkAll(t, await startTestService(t, { authType: 'basic_auth' }), BASIC_CASES);
});
