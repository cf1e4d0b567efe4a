import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { UnusableDatabaseError } from '../../../src/storage/store-errors.ts';
import {
  asStoreError,
  connectFailure,
  LostConnectionError,
  RefusedStatementError,
  statementFailure,
  tellFailure,
} from '../../../src/storage/postgres/failures.ts';

/** As the driver gives what PostgreSQL answered. */
function answered(code: string, message = 'as PostgreSQL says it'): Error {
  return Object.assign(new Error(message), { severity: 'ERROR', code, constraint: 'users_email' });
}

/** As the system, or the driver itself, fails. */
function failed(code: string | undefined, message: string): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

test('connectFailure() tells what waiting does not change from what it does, and never what it was told', () => {
  const secret = 'host.with.a/pass?word';
  for (const code of ['28000', '28P01', '3D000', '42501']) {
    const failure = connectFailure(answered(code, `database "${secret}" does not exist`));
    assert.ok(failure instanceof UnusableDatabaseError, code);
    assert.ok(failure.message.includes(code) && !failure.message.includes(secret));
  }
  const passing = [
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ESOMETHING', undefined].map((code) => failed(code, secret)),
    ...['53300', '57P03', '08P01'].map((code) => answered(code, secret)),
  ];
  for (const error of passing) {
    const failure = connectFailure(error);
    assert.ok(failure instanceof LostConnectionError);
    assert.ok(!failure.message.includes(secret) && failure.cause === undefined);
  }
});

test('statementFailure() takes what PostgreSQL answered, and calls everything else a lost connection', () => {
  const refused = statementFailure(answered('23505'));
  assert.ok(refused instanceof RefusedStatementError);
  assert.deepEqual([refused.isDuplicate, refused.isMissingOwner, refused.constraint], [true, false, 'users_email']);
  for (const error of [failed('EPIPE', 'x'), failed(undefined, 'Query read timeout'), 'thrown']) {
    assert.ok(statementFailure(error) instanceof LostConnectionError);
  }
});

test('asStoreError() makes "not now" of what passes, and leaves a bug a bug', () => {
  for (const code of ['25006', '40P01', '53100', '55P03', '57014', '57P01', '58030', '26000', '0A000']) {
    assert.ok(asStoreError(statementFailure(answered(code))) instanceof StoreUnavailableError, code);
  }
  for (const code of ['42601', '42P01', '22P02', 'P0001']) {
    const failure = statementFailure(answered(code));
    assert.equal(asStoreError(failure), failure, code);
  }
  const bug = new TypeError('ours');
  assert.equal(asStoreError(bug), bug);
});

test("tellFailure() tells of what failed by the database's fault, and of nothing else", async () => {
  const told: string[] = [];
  const observer = { failed: (operation: string) => told.push(operation), synced: () => {} };
  const ours = [new LostConnectionError('away'), statementFailure(answered('53100')), new StoreUnavailableError(new Error('away'))];
  const notOurs = [statementFailure(answered('23505')), new TypeError('a bug')];
  for (const error of [...ours, ...notOurs]) {
    await assert.rejects(tellFailure(observer, 'read', Promise.reject(error)), error);
    await assert.rejects(tellFailure(null, 'read', Promise.reject(error)), error);
  }
  assert.deepEqual(told, ours.map(() => 'read'));
  assert.equal(await tellFailure(observer, 'write', Promise.resolve(1)), 1);
  assert.equal(told.length, ours.length);
});

test('statementFailure() names the pgbouncer that does not keep prepared statements', () => {
  assert.match(statementFailure(answered('26000')).message, /pgbouncer in transaction mode must be 1\.21 or later/);
  assert.doesNotMatch(statementFailure(answered('0A000')).message, /pgbouncer/);
});
