import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATOR } from '../../src/accounts/caller.ts';
import type { Caller } from '../../src/accounts/caller.ts';
import { SecurityLog } from '../../src/accounts/security-log.ts';

const NOW = Date.UTC(2024, 4, 20, 21, 50, 42, 7);
const TIME = '2024-05-20T21:50:42.007Z';

function recording(): { log: SecurityLog; lines: string[] } {
  const lines: string[] = [];
  return { log: new SecurityLog((line) => lines.push(line), () => NOW), lines };
}

test('SecurityLog writes one JSON object a line for each event, with who did it', () => {
  const { log, lines } = recording();
  const address = '192.0.2.7';
  const caller: Caller = { address, userAgent: 'test', userId: 'u1', isOperator: false };
  log.log('sign_in_succeeded', { ...caller, userId: null }, { user_id: 'u1', method: 'session' });
  log.signInFailed({ address }, { reason: 'wrong_password', method: 'basic', userId: 'u1' });
  log.log('signed_out', caller, { user_id: 'u1' });
  log.log('user_created', caller, { user_id: 'u2', email: 'eve@example.com', groups: ['ops'] });
  log.log('user_deleted', OPERATOR, { user_id: 'u2', email: 'eve@example.com' });
  for (const line of lines) assert.match(line, /^[^\n]+\n$/);
  const created = { address, user_id: 'u2', email: 'eve@example.com', groups: ['ops'], by: 'u1' };
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { time: TIME, event: 'sign_in_succeeded', address, user_id: 'u1', method: 'session', by: null },
    { time: TIME, event: 'sign_in_failed', address, reason: 'wrong_password', user_id: 'u1', method: 'basic' },
    { time: TIME, event: 'signed_out', address, user_id: 'u1', by: 'u1' },
    { time: TIME, event: 'user_created', ...created },
    { time: TIME, event: 'user_deleted', address: '-', user_id: 'u2', email: 'eve@example.com', by: 'operator' },
  ]);
});

test('signInFailed() prints a tag in place of an email: the same for the same, another for another', () => {
  const { log, lines } = recording();
  const emails = ['p@ssw0rd-of-mine', 'p@ssw0rd-of-mine', 'bob@example.com'];
  for (const email of emails) {
    log.signInFailed({ address: '192.0.2.7' }, { reason: 'unknown_email', method: 'session', email });
  }
  assert.doesNotMatch(lines.join(''), /p@|ssw0rd|mine|bob|example/);
  const tags = lines.map((line) => tagOf(line));
  for (const tag of tags) assert.match(tag, /^[0-9a-f]{8}$/);
  assert.equal(tags[0], tags[1]);
  assert.notEqual(tags[0], tags[2]);
});

test('signInFailed() gives another tag when the instance is another', () => {
  const tags = [recording(), recording()].map(({ log, lines }) => {
    log.signInFailed({ address: '::1' }, { reason: 'throttled', method: 'basic', email: 'bob@example.com' });
    return tagOf(lines.join(''));
  });
  assert.notEqual(tags[0], tags[1]);
});

test('signInFailed() writes the first throttled attempt of each network and account, then how many were left out', () => {
  const lines: string[] = [];
  const timers: (() => void)[] = [];
  const log = new SecurityLog((line) => lines.push(line), () => NOW, { schedule: (callback) => timers.push(callback) });
  const attempts: readonly (readonly [address: string, who: { userId: string } | { email: string }])[] = [
    ['2001:db8::1', { userId: 'u1' }],
    ['2001:db8::2', { userId: 'u1' }], // the same /64
    ['2001:db8::1', { userId: 'u2' }],
    ['2001:db8:0:1::1', { userId: 'u1' }],
    ['2001:db8::1', { email: 'a@example.com' }],
    ['2001:db8::1', { email: 'a@example.com' }],
    ['2001:db8::1', { email: 'b@example.com' }],
  ];
  for (const [address, who] of attempts) log.signInFailed({ address }, { reason: 'throttled', method: 'session', ...who });
  assert.equal(lines.length, 5);
  log.signInFailed({ address: '2001:db8::1' }, { reason: 'wrong_password', method: 'session', userId: 'u1' });
  assert.equal(lines.length, 6, 'what was looked at is always written');
  for (const callback of timers) callback();
  assert.deepEqual(JSON.parse(lines[6] ?? ''), { time: TIME, event: 'lines_left_out', of: 'sign_in_throttled', count: 2 });
});

test('overloaded() writes the first refusal of each network and user, then how many were left out', () => {
  const { log, lines } = recording();
  for (const userId of [null, null, 'u1', 'u1', 'u1']) log.overloaded({ address: '192.0.2.7', userId });
  log.flush();
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { time: TIME, event: 'overloaded', address: '192.0.2.7', by: null },
    { time: TIME, event: 'overloaded', address: '192.0.2.7', by: 'u1' },
    { time: TIME, event: 'lines_left_out', of: 'overloaded', count: 3 },
  ]);
});

test('SecurityLog writes printable ASCII only, and says what was given', () => {
  const { log, lines } = recording();
  const codes = [...Array(0x100).keys(), 0x202e, 0x2028, 0x2029, 0xd800, 0xdc00, 0xfeff, 0x1f642, 0xe0001];
  for (const code of codes) {
    const text = `a${String.fromCodePoint(code)}b`;
    const caller = { address: text, userAgent: null, userId: text, isOperator: false };
    log.log('signed_out', caller, { user_id: text });
    const line = lines.pop() ?? '';
    assert.match(line, /^[\x20-\x7e]+\n$/, `U+${code.toString(16)}`);
    assert.deepEqual(JSON.parse(line), { time: TIME, event: 'signed_out', address: text, user_id: text, by: text });
  }
});

test('SecurityLog takes its time from the clock', () => {
  const lines: string[] = [];
  let now = 0;
  const log = new SecurityLog((line) => lines.push(line), () => now);
  log.log('signed_out', OPERATOR, { user_id: 'u1' });
  now = NOW;
  log.log('signed_out', OPERATOR, { user_id: 'u1' });
  assert.match(lines[0] ?? '', /^\{"time":"1970-01-01T00:00:00\.000Z"/);
  assert.match(lines[1] ?? '', /^\{"time":"2024-05-20T21:50:42\.007Z"/);
});

function tagOf(line: string): string {
  const entry: unknown = JSON.parse(line);
  assert.ok(typeof entry === 'object' && entry !== null && 'email_tag' in entry);
  return String(entry.email_tag);
}

test('SecurityLog tells of every event, also of those that it writes no line of', () => {
  const lines: string[] = [];
  const told: unknown[] = [];
  const log = new SecurityLog((line) => lines.push(line), () => NOW, {
    schedule: () => {},
    onEvent: (event, { reason, method }) => told.push([event, reason, method]),
  });
  const origin = { address: '192.0.2.7', requestId: 'r1' };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    log.signInFailed(origin, { reason: 'throttled', method: 'basic', userId: 'u1' });
    log.overloaded({ ...origin, userId: null });
  }
  log.log('sign_in_succeeded', OPERATOR, { user_id: 'u1', method: 'session' });
  assert.equal(lines.length, 3);
  assert.deepEqual(told, [
    ['sign_in_failed', 'throttled', 'basic'],
    ['overloaded', undefined, undefined],
    ['sign_in_failed', 'throttled', 'basic'],
    ['overloaded', undefined, undefined],
    ['sign_in_succeeded', undefined, 'session'],
  ]);
});
