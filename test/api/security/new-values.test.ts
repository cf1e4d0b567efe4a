import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCreating } from '../../helpers/accounts.ts';

const ADDRESS = 'email must be an address with one @ and no spaces, colons or invisible characters, such as bob@example.com';
const EMAIL_LENGTH = 'email must be at most 254 characters long';
const NO_TEXT = (field: string): string => `${field} must be a text without control or invisible characters, or null`;
const NAME_LENGTH = (field: string): string => `${field} must be at most 200 characters long`;

function code(point: number): string {
  return String.fromCodePoint(point);
}

const CONTROLS = [0, 1, 9, 10, 13, 27, 31, 127, 128, 133, 159].map(code);

const GOOD_EMAILS = [
  'a@b',
  'bob@example.com',
  "o'neil+tag@example.co.uk",
  '"quoted"@example.com',
  'bob@[127.0.0.1]',
  'jürgen@bücher.example',
  '用户@例え.example',
  '😀@example.com',
  '__proto__@constructor',
  `${'a'.repeat(242)}@example.com`,
  `${'😀'.repeat(242)}@example.com`,
  `${'e\u0301'.repeat(121)}@example.com`,
];

const BAD_EMAILS: readonly (readonly [unknown, string])[] = [
  ...['bob', '@', 'bob@', '@example.com', 'a@b@c', 'bob@example.com@', ' bob@example.com', 'bob@example.com ',
    'b ob@example.com', 'b:ob@example.com', 'bob@[IPv6:::1]', 'bob@exam\u00a0ple.com', 'bob@\u2028example.com', '\ud800@example.com', 'bob@example.com\udc00',
  ].map((email) => [email, ADDRESS] as const),
  ...CONTROLS.flatMap((control) => [`b${control}b@example.com`, `bob@example.com${control}`])
    .map((email) => [email, ADDRESS] as const),
  ...[1, true, {}, ['bob@example.com'], { toString: 'bob@example.com' }].map((email) => [email, ADDRESS] as const),
  [`${'a'.repeat(243)}@example.com`, EMAIL_LENGTH],
  [`${'😀'.repeat(243)}@example.com`, EMAIL_LENGTH],
  [`${'e\u0301'.repeat(122)}@example.com`, EMAIL_LENGTH], // as it is written, not as it is composed
  [`${'a'.repeat(50_000)}@example.com`, EMAIL_LENGTH],
  ...[undefined, null, ''].map((email) => [email, 'email missing'] as const),
];

test('POST /users takes any email with one @ and no spaces, and shows it as given', async (t) => {
  const { server, create } = await startCreating(t);
  for (const email of GOOD_EMAILS) {
    const reply = await create({ email });
    assert.equal(reply.status, 201, email);
    const stored = JSON.parse(reply.text);
    assert.equal(stored.email, email);
    const [found] = await server.service.users.search({ email: email.toUpperCase() });
    assert.equal(found?.id, stored.id, email);
  }
});

test('POST /users refuses an email with a sentence that says what would do', async (t) => {
  const { server, create } = await startCreating(t);
  for (const [email, error] of BAD_EMAILS) {
    const reply = await create({ email });
    assert.equal(reply.status, 400, JSON.stringify(email));
    assert.deepEqual(reply.json(), { error });
  }
  assert.equal(await server.service.users.count(), 0);
});

test('POST /users answers 409 when the email is taken, however it is written', async (t) => {
  const { server, create } = await startCreating(t);
  await create({ email: 'J\u00fcrgen@Example.com' });
  for (const email of ['J\u00fcrgen@Example.com', 'j\u00dcRGEN@example.COM', 'Ju\u0308rgen@example.com']) {
    const reply = await create({ email });
    assert.equal(reply.status, 409, email);
    assert.deepEqual(reply.json(), { error: 'email already exists' });
  }
  assert.equal(await server.service.users.count(), 1);
});

const GOOD_NAMES = [null, '', 'Bob', "d'Arc", 'María José', '李', '😀'.repeat(200), 'e\u0301'.repeat(100), '<script>', ' a '];

const BAD_NAMES: readonly (readonly [unknown, (field: string) => string])[] = [
  ...CONTROLS.map((control) => [`B${control}b`, NO_TEXT] as const),
  ...['\ud800', 'Bob\udfff', 1, false, {}, ['Bob']].map((name) => [name, NO_TEXT] as const),
  ...['a'.repeat(201), '😀'.repeat(201), 'e\u0301'.repeat(101)].map((name) => [name, NAME_LENGTH] as const),
];

for (const field of ['first_name', 'last_name']) {
  test(`POST and PUT /users take a ${field} of 200 characters, and refuse another with a sentence`, async (t) => {
    const { create, server } = await startCreating(t);
    const user = JSON.parse((await create({ [field]: 'Before' })).text);
    const update = (name: unknown) => server.api('PUT', `/users/${user.id}`, { json: { [field]: name } });
    for (const name of GOOD_NAMES) {
      const created = await create({ [field]: name });
      assert.equal(created.status, 201, JSON.stringify(name));
      assert.equal(JSON.parse(created.text)[field], name);
      assert.equal((await update(name)).status, 200, JSON.stringify(name));
    }
    await update('Before');
    for (const [name, sentence] of BAD_NAMES) {
      for (const reply of [await create({ [field]: name }), await update(name)]) {
        assert.equal(reply.status, 400, JSON.stringify(name));
        assert.deepEqual(reply.json(), { error: sentence(field) });
      }
    }
    const shown = await server.api('GET', `/users/${user.id}`);
    assert.equal(JSON.parse(shown.text)[field], 'Before', 'a refused change changes nothing');
  });
}
