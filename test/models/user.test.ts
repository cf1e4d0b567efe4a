import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldEmail, User } from '../../src/models/user.ts';
import { userSchema } from '../../src/models/user-schema.ts';
import { PasswordHasher } from '../../src/security/password.ts';
import { CHEAP_COST } from '../helpers/service.ts';

const FIELDS = {
  id: 'an-id',
  email: 'Bob@Example.com',
  passwordHash: '$sha256$00',
  createdAt: Date.UTC(2017, 8, 25, 1, 55, 17, 123),
  updatedAt: Date.UTC(2018, 0, 2, 3, 4, 5, 6),
  firstName: 'Bob',
  lastName: null,
};

const USERS = userSchema([]);
const TIME = '2018-01-02T03:04:05.006Z';
const NETWORKS = [
  { network: '2001:db8:0:1::/64', lastSignInAt: Date.parse(TIME) },
  { network: '192.0.2.1', lastSignInAt: 0 },
];

function shareNothing(id: string): string {
  return id;
}

test('User has an id, and equal times, where none are given', () => {
  const user = new User({ email: 'a@b', passwordHash: 'x' });
  assert.match(user.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(user.updatedAt, user.createdAt);
  assert.ok(Math.abs(user.createdAt - Date.now()) < 60_000);
  assert.notEqual(new User({ email: 'a@b', passwordHash: 'x' }).id, user.id);
});

test('toJson() shows what the API shows, and no secret', () => {
  assert.deepEqual(new User(FIELDS).toJson(), {
    created_at: '2017-09-25 01:55:17',
    email: 'Bob@Example.com',
    first_name: 'Bob',
    id: 'an-id',
    last_name: null,
    updated_at: '2018-01-02 03:04:05',
  });
});

test('with() gives a copy with the changes, and leaves the user alone', () => {
  const user = new User(FIELDS);
  const changed = user.with({ lastName: 'Dylan', firstName: null, updatedAt: 5 });
  assert.deepEqual(changed, new User({ ...FIELDS, lastName: 'Dylan', firstName: null, updatedAt: 5 }));
  assert.deepEqual(user, new User(FIELDS));
});

for (const [firstName, lastName, displayName] of [
  ['Bob', 'Dylan', 'Bob Dylan'],
  ['Bob', null, 'Bob'],
  [null, 'Dylan', 'Dylan'],
  [null, null, 'Bob@Example.com'],
  ['', 'Dylan', 'Dylan'],
  ['', '', 'Bob@Example.com'],
] as const) {
  test(`displayName() is ${displayName} for ${firstName} ${lastName}`, () => {
    assert.equal(new User({ ...FIELDS, firstName, lastName }).displayName(), displayName);
  });
}

test('isValidPassword() is true for the password alone', async () => {
  const passwords = new PasswordHasher({ cost: CHEAP_COST });
  const user = new User({ ...FIELDS, passwordHash: await passwords.hash('the password') });
  assert.equal(await user.isValidPassword('the password', passwords), true);
  for (const other of ['The password', '', null, undefined, 1, {}, ['the password']]) {
    assert.equal(await user.isValidPassword(other, passwords), false, String(other));
  }
});

test('foldEmail() makes equal what differs in case, or in how accents are composed', () => {
  assert.equal(foldEmail('BOB@Example.COM'), foldEmail('bob@example.com'));
  assert.equal(foldEmail('Andr\u00e9@x'), foldEmail('ANDRE\u0301@X'));
  assert.notEqual(foldEmail('andre@x'), foldEmail('andr\u00e9@x'));
  for (const letter of '\u1ff6\u01f0\u0390\u1e96') {
    for (const form of ['NFC', 'NFD'] as const) {
      assert.equal(foldEmail(letter.toUpperCase().normalize(form)), foldEmail(letter), letter);
    }
  }
  for (const name of ['Ανδρέας', 'ΑΝΔΡΈΑΣ', 'ανδρέασ', 'Ανδρέα\u03a3']) {
    assert.equal(foldEmail(`${name}@x.gr`), foldEmail('ανδρέας@x.gr'), name);
  }
  assert.notEqual(foldEmail('\ufb01@x'), foldEmail('fi@x'), 'a ligature is a letter of its own');
});

test('USERS decodes what it encodes', () => {
  for (const fields of [FIELDS, { ...FIELDS, firstName: null, lastName: 'Ü "\n' }, { ...FIELDS, knownNetworks: NETWORKS }]) {
    const record: unknown = JSON.parse(JSON.stringify(USERS.encode(new User(fields))));
    assert.deepEqual(USERS.decode(record, shareNothing), new User(fields));
  }
});

test('USERS writes no list of networks where there is none, as records of the first version have none', () => {
  assert.equal('known_networks' in USERS.encode(new User(FIELDS)), false);
  assert.equal(new User({ ...FIELDS, knownNetworks: NETWORKS }).with({ firstName: null }).knownNetworks, NETWORKS);
});

const RECORD = USERS.encode(new User(FIELDS));
for (const [title, record] of [
  ['null', null],
  ['a text', 'user'],
  ['a list', []],
  ['an empty object', {}],
  ...['id', 'created_at', 'updated_at', 'email', 'password_hash', 'first_name', 'last_name'].flatMap((field) => [
    [`no ${field}`, Object.fromEntries(Object.entries(RECORD).filter(([name]) => name !== field))],
    [`a number as ${field}`, { ...RECORD, [field]: 7 }],
    [`an object as ${field}`, { ...RECORD, [field]: {} }],
  ] as const),
  ...['192.0.2.1', {}, null, [null], ['192.0.2.1'], [{ network: '192.0.2.1' }], [{ network: 5, last_sign_in_at: TIME }],
    [{ network: '192.0.2.1', last_sign_in_at: 'yesterday' }],
  ].map((value) => [`${JSON.stringify(value)} as known_networks`, { ...RECORD, known_networks: value }] as const),
  ['a time that is none', { ...RECORD, created_at: 'yesterday' }],
] as const) {
  test(`USERS decodes no user of ${title}`, () => assert.equal(USERS.decode(record, shareNothing), null));
}
