import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { readTutorialUsers, withWrappedPassword } from '../../src/cli/tutorial-users.ts';
import { User } from '../../src/models/user.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { CHEAP_COST } from '../helpers/service.ts';
import { at } from '../helpers/stored-models.ts';

const PASSWORD = 'the old password';
const SHA256 = createHash('sha256').update(PASSWORD).digest('hex');

/** A user as the tutorial's `DATA` keeps one. */
const BOB = {
  __class__: 'User',
  id: 'f7b5a2d0-0000-4000-8000-000000000001',
  created_at: '2017-09-25T01:55:17',
  updated_at: '2018-01-02T03:04:05',
  email: 'bob@hbtn.io',
  _password: SHA256,
  first_name: 'Bob',
  last_name: null,
};

const CREATED_AT = Date.UTC(2017, 8, 25, 1, 55, 17);

function read(record: unknown, key = 'the-key'): ReturnType<typeof readTutorialUsers> {
  return readTutorialUsers(JSON.stringify(Object.fromEntries([[key, record]])));
}

test('readTutorialUsers() keeps id, times, names and password', async () => {
  const { users = [], leftOut } = read(BOB, BOB.id) ?? {};
  assert.deepEqual(leftOut, []);
  const expected = new User({
    id: BOB.id,
    createdAt: CREATED_AT,
    updatedAt: Date.UTC(2018, 0, 2, 3, 4, 5),
    email: 'bob@hbtn.io',
    passwordHash: `$sha256$${SHA256}`,
    firstName: 'Bob',
    lastName: null,
  });
  assert.deepEqual(users, [expected]);
  const passwords = new PasswordHasher({ cost: CHEAP_COST });
  assert.equal(await at(users, 0).isValidPassword(PASSWORD, passwords), true);
});

test('withWrappedPassword() wraps a bare SHA-256, and leaves any other hash and the rest of the user alone', async () => {
  const passwords = new PasswordHasher({ cost: CHEAP_COST });
  const user = at(read(BOB)?.users ?? [], 0);
  const wrapped = await withWrappedPassword(user, passwords);
  assert.match(wrapped.passwordHash ?? '', /^\$scrypt-sha256\$/);
  assert.deepEqual(wrapped, user.with({ passwordHash: wrapped.passwordHash }));
  assert.equal(await wrapped.isValidPassword(PASSWORD, passwords), true);
  assert.equal(await wrapped.isValidPassword(SHA256, passwords), false);
  assert.equal(await withWrappedPassword(wrapped, passwords), wrapped);
});

const { id: _id, updated_at: _updatedAt, first_name: _firstName, ...SPARSE } = BOB;
for (const [title, record, field, value] of [
  ['the key as id where there is none', SPARSE, 'id', 'the-key'],
  ['created_at as updated_at where there is none', SPARSE, 'updatedAt', CREATED_AT],
  ['no name where there is none', SPARSE, 'firstName', null],
  ['created_at where updated_at is no time', { ...BOB, updated_at: 'x' }, 'updatedAt', CREATED_AT],
  ['a hash in upper case', { ...BOB, _password: SHA256.toUpperCase() }, 'passwordHash', `$sha256$${SHA256}`],
  ['a fraction of a second', { ...BOB, created_at: '2017-09-25T01:55:17.123456' }, 'createdAt', CREATED_AT + 123],
  ['a fraction in updated_at', { ...BOB, updated_at: '2017-09-25T01:55:17.5' }, 'updatedAt', CREATED_AT + 500],
  ['an id of other characters', { ...BOB, id: "a.b-_~!$&'()*+,;=:@c" }, 'id', "a.b-_~!$&'()*+,;=:@c"],
  ['an id of 128 characters', { ...BOB, id: 'a'.repeat(128) }, 'id', 'a'.repeat(128)],
  ['a member that it does not know', { ...BOB, other: {} }, 'email', 'bob@hbtn.io'],
] as const) {
  test(`readTutorialUsers() takes ${title}`, () => {
    const { users = [], leftOut } = read(record) ?? {};
    assert.deepEqual(leftOut, []);
    assert.equal(at(users, 0)[field], value);
  });
}

for (const [title, record, reason] of [
  ['null', null, /no user/],
  ['a text', 'bob', /no user/],
  ['an empty object', {}, /no email/],
  ['an id that is a number', { ...BOB, id: 5 }, /id/],
  ['an empty id', { ...BOB, id: '' }, /id/],
  ...['me', '.', '..', 'a/b', '/', 'a b', 'a?b', 'a#b', 'a%b', 'a\\b', 'é', 'a\n', 'a\0', '\ud800', 'a'.repeat(129)].map(
    (id) => [`the id ${JSON.stringify(id).slice(0, 20)}`, { ...BOB, id }, /^its id cannot stand in the path/] as const,
  ),
  ...['bob', 'a@b@c', 'a b@c', 'a:b@c', 'a\n@b', 'a\u200b@b', 'a\u202e@b', '\ud800@b', `${'a'.repeat(254)}@b`].map(
    (email) => [`the email ${JSON.stringify(email).slice(0, 20)}`, { ...BOB, email }, /^its email must /] as const,
  ),
  ...[5, {}, 'a\tb', '\u202eboB', 'a'.repeat(201)].map(
    (name) => [`the name ${JSON.stringify(name).slice(0, 20)}`, { ...BOB, last_name: name }, /^its last_name must /] as const,
  ),
  ['no email', { ...BOB, email: null }, /no email/],
  ['an empty email', { ...BOB, email: '' }, /no email/],
  ['no password', { ...BOB, _password: null }, /password/],
  ['a password that is no hash', { ...BOB, _password: 'secret' }, /password/],
  ['a hash of 63 digits', { ...BOB, _password: SHA256.slice(1) }, /password/],
  ['an MD5', { ...BOB, _password: 'd41d8cd98f00b204e9800998ecf8427e' }, /password/],
  ['no created_at', { ...BOB, created_at: undefined }, /created_at/],
  ['a created_at without a time', { ...BOB, created_at: '2017-09-25' }, /created_at/],
  ['a created_at of another form', { ...BOB, created_at: '2017-09-25 01:55:17' }, /created_at/],
  ['a created_at of 30 February', { ...BOB, created_at: '2017-02-30T01:55:17' }, /created_at/],
  ['a fraction without digits', { ...BOB, created_at: '2017-09-25T01:55:17.' }, /created_at/],
  ['a created_at that no clock shows', { ...BOB, created_at: '2017-13-25T01:55:17' }, /created_at/],
] as const) {
  test(`readTutorialUsers() leaves out a record with ${title}, and says why`, () => {
    const { users, leftOut = [] } = read(record) ?? {};
    assert.deepEqual(users, []);
    assert.equal(leftOut.length, 1);
    const { key, reason: given } = at(leftOut, 0);
    assert.equal(key, 'the-key');
    assert.match(given, reason);
    assert.ok(!given.includes('secret'));
  });
}

for (const text of ['', 'x', '[]', 'null', '"text"', '{"a":', '[{}]']) {
  test(`readTutorialUsers() gives null for ${JSON.stringify(text)}`, () => assert.equal(readTutorialUsers(text), null));
}

test('readTutorialUsers() tolerates a byte order mark, and an empty file of users', () => {
  assert.deepEqual(readTutorialUsers('\uFEFF{}'), { users: [], leftOut: [] });
});

test('readTutorialUsers() takes a key of __proto__ as any other', () => {
  const { users = [], leftOut = [] } = readTutorialUsers(`{"__proto__":${JSON.stringify(SPARSE)}}`) ?? {};
  assert.deepEqual([at(users, 0).id, leftOut.length], ['__proto__', 0]);
});

test('readTutorialUsers() refuses the key as id too, where it cannot stand in a path', () => {
  for (const key of ['me', 'a/b', '..']) {
    assert.deepEqual(read(SPARSE, key)?.leftOut, [{ key, reason: 'its id cannot stand in the path of a URL' }]);
  }
});
