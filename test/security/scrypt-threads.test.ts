import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ScryptThreads } from '../../src/security/scrypt-threads.ts';

const CHEAP = { logN: 5, r: 8, p: 1 };
const SALT = Buffer.from('sixteen-byte-slt');

function input(number: number): Buffer {
  return Buffer.from(`input ${number}`);
}

function expected(number: number): Buffer {
  return scryptSync(input(number), SALT, 32, { N: 2 ** CHEAP.logN, r: CHEAP.r, p: CHEAP.p });
}

function deriveAll(threads: ScryptThreads, count: number): Promise<Buffer>[] {
  return Array.from({ length: count }, (_, number) => threads.derive(input(number), SALT, CHEAP));
}

test('derive() makes the hashes of scrypt, in threads of its own past the three in the pool', async () => {
  const threads = new ScryptThreads();
  const three = deriveAll(threads, 3);
  assert.equal(threads.threads, 0);
  await Promise.all(three);
  const eight = deriveAll(threads, 8);
  assert.equal(threads.threads, 5);
  assert.deepEqual(await Promise.all(eight), Array.from({ length: 8 }, (_, number) => expected(number)));
  // Threads that rest are used again.
  assert.deepEqual(await Promise.all(deriveAll(threads, 7)), Array.from({ length: 7 }, (_, number) => expected(number)));
  assert.equal(threads.threads, 5);
});

test('derive() takes the cost that OWASP asks for in both kinds of threads', async () => {
  const threads = new ScryptThreads();
  const all = Array.from({ length: 4 }, () => threads.derive(input(0), SALT, { logN: 15, r: 8, p: 1 }));
  assert.equal(threads.threads, 1);
  const hash = scryptSync(input(0), SALT, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 });
  assert.deepEqual(await Promise.all(all), [hash, hash, hash, hash]);
});

test('derive() rejects what scrypt refuses, in both kinds of threads, and goes on', async () => {
  const threads = new ScryptThreads();
  const bad = Array.from({ length: 5 }, () => threads.derive(input(0), SALT, { ...CHEAP, p: 2 ** 29 }).then(() => null, (error) => error));
  for (const error of await Promise.all(bad)) assert.ok(error instanceof Error);
  assert.deepEqual(await Promise.all(deriveAll(threads, 5)), [0, 1, 2, 3, 4].map(expected));
});

test('threads that rest keep no process alive', () => {
  const module = new URL('../../dist/security/scrypt-threads.js', import.meta.url).href;
  const program = `
    import { ScryptThreads } from '${module}';
    const threads = new ScryptThreads({ idleMs: 120_000 });
    const derive = () => threads.derive(Buffer.from('input'), Buffer.from('salt'), { logN: 5, r: 8, p: 1 });
    for (let round = 0; round < 2; round += 1) await Promise.all(Array.from({ length: 6 }, derive));
    console.log(threads.threads);
  `;
  const args = ['--input-type=module', '-e', program];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual([status, stdout], [0, '3\n']);
});

test('ScryptThreads ends a thread that has had nothing to do', { timeout: 120_000 }, async () => {
  const threads = new ScryptThreads({ idleMs: 1 });
  await Promise.all(deriveAll(threads, 5));
  while (threads.threads > 0) await delay(1);
  assert.deepEqual(await Promise.all(deriveAll(threads, 5)), [0, 1, 2, 3, 4].map(expected));
});
