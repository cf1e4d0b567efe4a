import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestService } from '../../helpers/service.ts';
import { basic, login, startCreating, WAYS } from '../../helpers/accounts.ts';

const TOO_SHORT = 'password must be at least 8 characters long';
const TOO_LONG = 'password must be at most 1024 bytes long in UTF-8';
const TOO_COMMON =
  'password must not be one of the commonest, which are guessed first: choose one that others do not use';
const WITH_NUL = 'password must not hold NUL (U+0000)';
const MALFORMED = 'password must be well-formed Unicode: half of a surrogate pair will not do';

const GOOD_PASSWORDS = [
  'eight ok',
  '        ',
  ' leading and trailing ',
  'no rule of composition',
  '😀😁😂🤣😃😄😅😆',
  'пароль для входа',
  'with:colons::in:it',
  '\u0001 and \u001b[0m',
  'tab\tand\nnewline',
  '\'"; DROP TABLE users; --',
  'a&b=c%41+d',
  `${'long '.repeat(204)}1024`,
  'é'.repeat(512),
  '😀'.repeat(256),
];

const BAD_PASSWORDS: readonly (readonly [unknown, string])[] = [
  ...['a', 'seven!!', '😀😁😂🤣😃😄😅', 'e\u0301'.repeat(7)].map((password) => [password, TOO_SHORT] as const),
  ...['a'.repeat(1025), `${'é'.repeat(512)}x`, 'x'.repeat(60_000)].map((password) => [password, TOO_LONG] as const),
  ...['password', 'Password', 'PASSWORD1', '12345678', 'qwertyuiop', 'iloveyou', 'Passw0rd', 'trustno1', 'letmein1',
  ].map((password) => [password, TOO_COMMON] as const),
  ...['half \ud83d of a pair', '\udc00 the other half'].map((password) => [password, MALFORMED] as const),
  ...['\u0000 NUL within', 'a\0\0\0\0\0\0\0', 'a good password\0'].map((password) => [password, WITH_NUL] as const),
  ...[12_345_678, true, {}, ['a long password']].map((password) => [password, 'password must be a text'] as const),
  ...[undefined, null, ''].map((password) => [password, 'password missing'] as const),
];

for (const { authType, attempt, statusOfWrong } of WAYS) {
  test(`${authType} takes any password that POST /users took, as given and no other way`, async (t) => {
    const { server, create } = await startCreating(t);
    const users: (readonly [email: string, password: string])[] = [];
    for (const password of GOOD_PASSWORDS) {
      const reply = await create({ password });
      assert.equal(reply.status, 201, JSON.stringify([password, reply.text]));
      assert.ok(!reply.text.includes('password'));
      users.push([JSON.parse(reply.text).email, password]);
    }
    await server.service.close();
    const options = { authType, dataDirectory: server.directory, loginMaxFailures: 0 } as const;
    const again = await startTestService(t, options);
    for (const [email, password] of users) {
      assert.equal((await attempt(again, email, password)).status, 200, JSON.stringify(password));
      const others = [`${password} `, ` ${password}`, password.slice(0, -1), password.trim(), password.toUpperCase()];
      for (const other of others.filter((text) => text !== password && text !== '' && text.isWellFormed())) {
        assert.equal((await attempt(again, email, other)).status, statusOfWrong, JSON.stringify([password, other]));
      }
    }
  });
}

test('POST /users refuses a password with a sentence that says what would do, and never shows it', async (t) => {
  const { server, create } = await startCreating(t);
  for (const [password, error] of BAD_PASSWORDS) {
    const reply = await create({ password });
    assert.equal(reply.status, 400, JSON.stringify(password));
    assert.deepEqual(reply.json(), { error });
  }
  assert.equal(await server.service.users.count(), 0);
});

test('POST /users takes and refuses passwords by PASSWORD_MIN_LENGTH', async (t) => {
  const { create } = await startCreating(t, { passwordMinLength: 15 });
  const refused = await create({ password: '😀'.repeat(14) });
  assert.deepEqual(refused.json(), { error: 'password must be at least 15 characters long' });
  assert.equal((await create({ password: '😀'.repeat(15) })).status, 201);
});

test('a password set in NFD signs in in NFC, and the other way round, by login and Basic', async (t) => {
  const composed = 'Zw\u00f6lf Boxk\u00e4mpfer jagen \u212b';
  const { server, create } = await startCreating(t);
  const emails: string[] = [];
  for (const form of ['NFD', 'NFC'] as const) {
    const reply = await create({ password: composed.normalize(form) });
    emails.push(String(JSON.parse(reply.text).email));
  }
  await server.service.close();
  for (const [authType, attempt] of [['session_db_auth', login], ['basic_auth', basic]] as const) {
    const again = await startTestService(t, { authType, dataDirectory: server.directory });
    for (const email of emails) {
      for (const form of ['NFC', 'NFD'] as const) {
        assert.equal((await attempt(again, email, composed.normalize(form))).status, 200, `${authType} ${form}`);
      }
      // Compatibility forms are other passwords: NIST leaves NFKC open, and it takes more apart than it joins.
      const { status } = await attempt(again, email, composed.replace('Z', '\uff3a'));
      assert.equal(status, authType === 'basic_auth' ? 403 : 401);
    }
    await again.service.close();
  }
});
