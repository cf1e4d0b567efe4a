import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OverloadedError } from '../../src/errors.ts';
import { PasswordHasher } from '../../src/security/password.ts';

const CHEAP = { logN: 5, r: 8, p: 3 };
const SHA256 = `$sha256$${'a'.repeat(64)}`;

/** Each hash under way ends when the test says so. */
class HeldHasher extends PasswordHasher {
  readonly held: { end: () => void; fail: () => void }[] = [];

  protected override derive(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.held.push({ end: () => resolve(Buffer.alloc(32)), fail: () => reject(new Error('no memory')) });
    });
  }
}

test('PasswordHasher makes at most maxConcurrent hashes at a time, in the order of their calls', async () => {
  const hasher = new HeldHasher({ cost: CHEAP, maxConcurrent: 2, maxQueued: 3 });
  const order: number[] = [];
  const all = [0, 1, 2, 3, 4].map((number) => hasher.hash('x').then(() => order.push(number)));
  for (let started = 2; started <= 5; started += 1) {
    await nextTurn();
    assert.equal(hasher.held.length, started);
    hasher.held[started - 2]?.end();
  }
  await nextTurn();
  assert.equal(hasher.held.length, 5);
  hasher.held[4]?.end();
  await Promise.all(all);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('PasswordHasher throws an OverloadedError when the queue is full, and works again when it is not', async () => {
  const hasher = new HeldHasher({ cost: CHEAP, maxConcurrent: 1, maxQueued: 2 });
  const all = [hasher.hash('x'), hasher.verify('x', null), hasher.verify('x', 'x')];
  for (const refused of [hasher.hash('x'), hasher.verify('x', null), hasher.verify('x', SHA256)]) {
    await assert.rejects(refused, (error) => error instanceof OverloadedError && error.retryAfterSeconds > 0);
  }
  await nextTurn();
  hasher.held[0]?.end();
  await nextTurn();
  all.push(hasher.verify('x', null));
  for (const number of [1, 2, 3]) {
    await nextTurn();
    hasher.held[number]?.end();
  }
  assert.equal((await Promise.all(all)).length, 4);
});

test('PasswordHasher lets nobody pass the queue when a place is handed over', async () => {
  const hasher = new HeldHasher({ cost: CHEAP, maxConcurrent: 1 });
  const all = [hasher.hash('x'), hasher.hash('x')];
  await nextTurn();
  hasher.held[0]?.end();
  await nextTurn();
  all.push(hasher.hash('x'));
  await nextTurn();
  assert.equal(hasher.held.length, 2);
  hasher.held[1]?.end();
  await nextTurn();
  hasher.held[2]?.end();
  assert.equal((await Promise.all(all)).length, 3);
});

test('PasswordHasher gives the place of a hash that failed to the next', async () => {
  const hasher = new HeldHasher({ cost: CHEAP, maxConcurrent: 1 });
  const failing = hasher.hash('x');
  const next = hasher.hash('x');
  const failed = assert.rejects(failing, /no memory/);
  await nextTurn();
  hasher.held[0]?.fail();
  await failed;
  await nextTurn();
  hasher.held[1]?.end();
  assert.match(await next, /^\$scrypt-hmac-sha256\$/);
});

test('PasswordHasher leaves a core free, and queues 64, when nothing is said', async () => {
  const hasher = new HeldHasher();
  const concurrent = Math.max(availableParallelism() - 1, 1);
  const all = Array.from({ length: concurrent + 64 }, () => hasher.hash('x'));
  await nextTurn();
  assert.equal(hasher.held.length, concurrent);
  await assert.rejects(hasher.hash('x'), OverloadedError);
  for (let ended = 0; ended < all.length; ended += 1) {
    hasher.held[ended]?.end();
    await nextTurn();
  }
  assert.equal((await Promise.all(all)).length, concurrent + 64);
});
