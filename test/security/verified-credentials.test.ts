import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { VerifiedCredentials } from '../../src/security/verified-credentials.ts';

const USER = { id: 'id', passwordHash: '$scrypt$ln=15,r=8,p=3$salt$hash' };

test('get() gives the user when these credentials were added, and null when they differ in anything', () => {
  const verified = new VerifiedCredentials<typeof USER>();
  assert.equal(verified.get('Ym9iOnB3'), null);
  verified.add('Ym9iOnB3', USER);
  assert.equal(verified.get('Ym9iOnB3'), USER);
  for (const other of ['', 'Ym9iOnB', 'Ym9iOnB3=', 'ym9iOnB3', 'Ym9iOnB4', ' Ym9iOnB3', 'Ym9iOnB3\0', '\xffYm9iOnB3']) {
    assert.equal(verified.get(other), null, other);
  }
});

test('get() is empty in another instance, whose key is another', () => {
  new VerifiedCredentials<typeof USER>().add('Ym9iOnB3', USER);
  assert.equal(new VerifiedCredentials<typeof USER>().get('Ym9iOnB3'), null);
});

test('get() gives the user for the lifetime, and not prolonged by use', () => {
  let now = 1_000_000;
  const verified = new VerifiedCredentials<typeof USER>({ lifetimeSeconds: 900, clock: () => now });
  verified.add('password', USER);
  for (const after of [0, 1, 450_000, 899_999]) {
    now = 1_000_000 + after;
    assert.equal(verified.get('password'), USER, String(after));
  }
  now = 1_900_000;
  assert.equal(verified.get('password'), null);
  assert.equal(verified.size, 0);
  now = 1_000_000;
  assert.equal(verified.get('password'), null);
});

test('get() does so for 900 seconds when no lifetime is given', () => {
  let now = 0;
  const verified = new VerifiedCredentials<typeof USER>({ clock: () => now });
  verified.add('password', USER);
  now = 899_999;
  assert.equal(verified.get('password'), USER);
  now = 900_000;
  assert.equal(verified.get('password'), null);
});

test('get() is null when the clock was set back', () => {
  let now = 1_000_000;
  const verified = new VerifiedCredentials<typeof USER>({ clock: () => now });
  verified.add('password', USER);
  now = 999_999;
  assert.equal(verified.get('password'), null);
  assert.equal(verified.size, 0);
});

test('add() begins a new lifetime', () => {
  let now = 0;
  const verified = new VerifiedCredentials<typeof USER>({ lifetimeSeconds: 10, clock: () => now });
  verified.add('password', USER);
  now = 9_000;
  verified.add('password', USER);
  now = 15_000;
  assert.equal(verified.get('password'), USER);
  assert.equal(verified.size, 1);
});

test('add() puts out the oldest when there are too many', () => {
  const verified = new VerifiedCredentials<typeof USER>({ maxEntries: 3 });
  for (const id of ['a', 'b', 'c', 'a', 'd']) verified.add(id, USER);
  const held = ['a', 'b', 'c', 'd'].filter((id) => verified.get(id) === USER);
  assert.deepEqual(held, ['a', 'c', 'd']);
  assert.equal(verified.size, 3);
});

test('add() keeps to 10,000 entries when no bound is given', () => {
  const verified = new VerifiedCredentials<typeof USER>();
  for (let number = 0; number < 10_050; number += 1) verified.add(`${number}`, USER);
  assert.equal(verified.size, 10_000);
  assert.equal(verified.get('49'), null);
  assert.equal(verified.get('50'), USER);
});

test('VerifiedCredentials shows no password to who inspects it', () => {
  const verified = new VerifiedCredentials<typeof USER>();
  verified.add('hunter2hunter2', USER);
  assert.doesNotMatch(inspect(verified, { showHidden: true, depth: null }), /hunter2/);
});

test('new VerifiedCredentials() throws a RangeError when a bound is out of range', () => {
  for (const bad of [{ maxEntries: 0 }, { maxEntries: 1.5 }, { lifetimeSeconds: 0 }, { lifetimeSeconds: Number.NaN }]) {
    assert.throws(() => new VerifiedCredentials<typeof USER>(bad), RangeError, JSON.stringify(bad));
  }
});
