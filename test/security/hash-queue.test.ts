import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { OverloadedError } from '../../src/errors.ts';
import { networksOf } from '../../src/http/client-network.ts';
import { shareOf } from '../../src/security/client-share.ts';
import { HashQueue } from '../../src/security/hash-queue.ts';

/** A queue in which one task runs at a time, each ending when the test says so. */
function held(maxQueued = 64) {
  const queue = new HashQueue(1, maxQueued);
  const begun: string[] = [];
  const refused: string[] = [];
  let end = (): void => {};
  const ask = (address: string, name = address, userId: string | null = null): void => {
    const task = () => {
      begun.push(name);
      return new Promise<void>((resolve) => (end = resolve));
    };
    queue.run(shareOf({ address, userId }), task).catch((error) => {
      assert.ok(error instanceof OverloadedError && error.retryAfterSeconds > 0);
      refused.push(name);
    });
  };
  /** Lets the one that runs end. @returns the one that begins */
  const next = async (): Promise<string> => {
    end();
    await nextTurn();
    return begun.at(-1) ?? '';
  };
  return { queue, begun, refused, ask, next };
}

test('HashQueue lets one network fill the queue, and alternates when another comes', async () => {
  const { queue, begun, refused, ask, next } = held(8);
  for (let number = 0; number < 10; number += 1) ask('192.0.2.1', `a${number}`);
  await nextTurn();
  assert.deepEqual([begun, refused, queue.waiting, queue.running], [['a0'], ['a9'], 8, 1]);
  for (const name of ['b0', 'b1', 'b2']) ask('192.0.2.2', name);
  await nextTurn();
  assert.deepEqual(refused, ['a9', 'a8', 'a7', 'a6']);
  const order: string[] = [];
  for (let turn = 0; turn < 8; turn += 1) order.push(await next());
  assert.equal(order.join(' '), 'b0 a1 b1 a2 b2 a3 a4 a5');
  await next();
  assert.deepEqual([queue.waiting, queue.running], [0, 0]);
});

test('HashQueue begins twenty sign-ins of others within three turns, while ten networks ask for all they can get', async () => {
  const { ask, next } = held();
  const attack = (): void => {
    for (let attacker = 0; attacker < 10; attacker += 1) {
      for (let guess = 0; guess < 10; guess += 1) ask(`198.51.100.${attacker}`, 'attacker');
    }
  };
  attack();
  for (let turn = 0; turn < 5; turn += 1) await next();
  for (let signIn = 0; signIn < 20; signIn += 1) {
    ask('192.0.2.1', `other ${signIn}`);
    attack();
    const turns = [await next(), await next(), await next()];
    assert.ok(turns.includes(`other ${signIn}`), turns.join(', '));
  }
});

test('HashQueue takes an IPv6 /48 for a few clients, however many networks it guesses from', async () => {
  const { ask, next } = held();
  for (let subnet = 0; subnet < 80; subnet += 1) ask(`2001:db8:1:${subnet.toString(16)}::1`, 'attacker');
  for (const name of ['b0', 'b1', 'b2']) ask('192.0.2.2', name);
  const order: string[] = [];
  for (let turn = 0; turn < 12; turn += 1) order.push(await next());
  assert.deepEqual(order.filter((name) => name !== 'attacker'), ['b0', 'b1', 'b2'], order.join(', '));
});

test('HashQueue gives a signed-in user one share, whatever networks the requests come from', async () => {
  const { refused, ask, next } = held(10);
  for (let number = 0; number < 20; number += 1) ask(`198.51.100.${number}`, 'mallory', 'mallory');
  for (const name of ['b0', 'b1']) ask('198.51.100.1', name, 'bob');
  ask('198.51.100.1', 'nobody');
  await nextTurn();
  assert.deepEqual(new Set(refused), new Set(['mallory']));
  const order: string[] = [];
  for (let turn = 0; turn < 6; turn += 1) order.push(await next());
  assert.deepEqual(order.filter((name) => name !== 'mallory').sort(), ['b0', 'b1', 'nobody'], order.join(', '));
});

test('shareOf() gives the networks of the address, or the user where one is signed in', () => {
  const address = '2001:db8::1';
  assert.deepEqual(shareOf({ address, userId: null }), networksOf(address));
  assert.deepEqual(shareOf({ address, userId: 'u1' }), ['user u1']);
});
