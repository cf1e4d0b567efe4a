import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { VerifiedCredentials } from '../../src/security/verified-credentials.ts';

const HASH = '$scrypt$ln=15,r=8,p=3$salt$hash';

test('has() is true when these credentials were added, and false when any part differs', () => {
  const verified = new VerifiedCredentials();
  assert.equal(verified.has('id', 'password', HASH), false);
  verified.add('id', 'password', HASH);
  assert.equal(verified.has('id', 'password', HASH), true);
  assert.equal(verified.has('id', 'password ', HASH), false);
  assert.equal(verified.has('id', 'Password', HASH), false);
  assert.equal(verified.has('other', 'password', HASH), false);
  assert.equal(verified.has('id', 'password', `${HASH}x`), false);
  assert.equal(verified.has('', '', ''), false);
});

test('has() keeps the parts apart', () => {
  const triples: readonly (readonly [string, string, string])[] = [
    ['a', 'b', 'c'], ['ab', '', 'c'], ['a', 'bc', ''], ['', 'ab', 'c'], ['', 'a', 'bc'], ['', 'abc', ''],
    ['', '', 'abc'], ['', '1:a', ''], ['3:', 'a', ''], ['1:a', '', ''], ['', '0:', ''], ['0:', '', ''], ['', '', '0:'],
    ['a', '\0', 'b'], ['a\0', '', 'b'], ['a', '\ud800', ''], ['a', '\ufffd', ''], ['a', '\udc00', ''],
  ];
  for (const added of triples) {
    const verified = new VerifiedCredentials();
    verified.add(...added);
    assert.deepEqual(triples.filter((triple) => verified.has(...triple)), [added]);
  }
});

test('has() is true for the lifetime, and not prolonged by use', () => {
  let now = 1_000_000;
  const verified = new VerifiedCredentials({ lifetimeSeconds: 900, clock: () => now });
  verified.add('id', 'password', HASH);
  for (const after of [0, 1, 450_000, 899_999]) {
    now = 1_000_000 + after;
    assert.equal(verified.has('id', 'password', HASH), true, String(after));
  }
  now = 1_900_000;
  assert.equal(verified.has('id', 'password', HASH), false);
  assert.equal(verified.size, 0);
  now = 1_000_000;
  assert.equal(verified.has('id', 'password', HASH), false);
});

test('has() lives 900 seconds when no lifetime is given', () => {
  let now = 0;
  const verified = new VerifiedCredentials({ clock: () => now });
  verified.add('id', 'password', HASH);
  now = 899_999;
  assert.equal(verified.has('id', 'password', HASH), true);
  now = 900_000;
  assert.equal(verified.has('id', 'password', HASH), false);
});

test('has() is false when the clock was set back', () => {
  let now = 1_000_000;
  const verified = new VerifiedCredentials({ clock: () => now });
  verified.add('id', 'password', HASH);
  now = 999_999;
  assert.equal(verified.has('id', 'password', HASH), false);
  assert.equal(verified.size, 0);
});

test('add() begins a new lifetime', () => {
  let now = 0;
  const verified = new VerifiedCredentials({ lifetimeSeconds: 10, clock: () => now });
  verified.add('id', 'password', HASH);
  now = 9_000;
  verified.add('id', 'password', HASH);
  now = 15_000;
  assert.equal(verified.has('id', 'password', HASH), true);
  assert.equal(verified.size, 1);
});

test('add() puts out the oldest when there are too many', () => {
  const verified = new VerifiedCredentials({ maxEntries: 3 });
  for (const id of ['a', 'b', 'c', 'a', 'd']) verified.add(id, 'password', HASH);
  const held = ['a', 'b', 'c', 'd'].filter((id) => verified.has(id, 'password', HASH));
  assert.deepEqual(held, ['a', 'c', 'd']);
  assert.equal(verified.size, 3);
});

test('add() keeps to 10,000 entries when no bound is given', () => {
  const verified = new VerifiedCredentials();
  for (let number = 0; number < 10_050; number += 1) verified.add(`${number}`, 'password', HASH);
  assert.equal(verified.size, 10_000);
  assert.equal(verified.has('49', 'password', HASH), false);
  assert.equal(verified.has('50', 'password', HASH), true);
});

test('VerifiedCredentials shows no password to who inspects it', () => {
  const verified = new VerifiedCredentials();
  verified.add('id', 'hunter2hunter2', HASH);
  assert.doesNotMatch(inspect(verified, { showHidden: true, depth: null }), /hunter2/);
});

test('new VerifiedCredentials() throws a RangeError when a bound is out of range', () => {
  for (const bad of [{ maxEntries: 0 }, { maxEntries: 1.5 }, { lifetimeSeconds: 0 }, { lifetimeSeconds: Number.NaN }]) {
    assert.throws(() => new VerifiedCredentials(bad), RangeError, JSON.stringify(bad));
  }
});
