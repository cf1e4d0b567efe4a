import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH_TYPES } from '../../src/config.ts';
import { send } from '../helpers/client.ts';
import { startTestService } from '../helpers/service.ts';
import { property } from '../helpers/random.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';

/** Spellings of paths; what they answer without credentials, and with them. */
const SPELLINGS: readonly (readonly [target: string, without: number, withCredentials: number])[] = [
  // The same path in another spelling is the same path.
  ['/api/v1/status', 200, 200],
  ['/api/v1/status/', 200, 200],
  ['/api/v1/%73tatus', 200, 200],
  ['/%61pi/v1/status', 200, 200],
  ['/api%2Fv1%2fstatus', 200, 200],
  ['/api/v1/status%2F', 200, 200],
  ['/api/v1/status?', 200, 200],
  ['/api/v1/status?next=/api/v1/users', 200, 200],
  ['/api/v1/status/?a#b', 200, 200],
  ['http://elsewhere.example.com/api/v1/status', 200, 200],
  ['HTTPS://elsewhere.example.com:81/api/v1/%73tatus/', 200, 200],
  ['/api/v1/users', 401, 200],
  ['/api/v1/users/', 401, 200],
  ['/api/v1/%75sers', 401, 200],
  ['/api/v1/users%2f', 401, 200],
  ['/api%2fv1%2fusers', 401, 200],
  ['/api/v1/users?/api/v1/status', 401, 200],
  ['/api/v1/users?x=/../status/', 401, 200],
  ['/api/v1/users#/api/v1/status', 401, 200],
  ['http://elsewhere.example.com/api/v1/users', 401, 200],
  ['http://elsewhere.example.com/api/v1/%75sers', 401, 200],
  ['http://127.0.0.1/api/v1/users?/api/v1/status/', 401, 200],
  // What only looks like an excluded path is none, and no route either.
  ['/api/v1/statusx', 401, 404],
  ['/api/v1/status/x', 401, 404],
  ['/api/v1/status//', 401, 404],
  ['//api/v1/status', 401, 404],
  ['/api//v1/status', 401, 404],
  ['/api/v1/STATUS', 401, 404],
  ['/api/v1/status;', 401, 404],
  ['/api/v1/status;/users', 401, 404],
  ['/api/v1/status%00', 401, 404],
  ['/api/v1/status%00/users', 401, 404],
  ['/api/v1/status%20', 401, 404],
  ['/api/v1/status%0a', 401, 404],
  ['/api/v1/status%3f', 401, 404],
  ['/api/v1/status%23', 401, 404],
  ['/api/v1/status%5c..%5cusers', 401, 404],
  ['/api/v1/status\\..\\users', 401, 404],
  // Decoded once: the second round never happens.
  ['/api/v1/%2573tatus', 401, 404],
  ['/api/v1/%2575sers', 401, 404],
  // Dots are not walked along, neither by the gate nor by the router.
  ['/api/v1/status/../users', 401, 404],
  ['/api/v1/status/..', 401, 404],
  ['/api/v1/status%2F..%2Fusers', 401, 404],
  ['/api/v1/status/%2e%2e/users', 401, 404],
  ['/api/v1/status/%2E%2E%2Fusers', 401, 404],
  ['/api/v1/./status', 401, 404],
  ['/api/v1/users/../status', 401, 404],
  ['//api/v1/users', 401, 404],
  ['///api/v1/users', 401, 404],
  ['/api/v1//users', 401, 404],
  ['/api/v1/users//', 401, 404],
  ['/api/v1/USERS', 401, 404],
  ['/api/v1/users;a=b', 401, 404],
  ['http://elsewhere.example.com//api/v1/users', 401, 404],
  ['http://elsewhere.example.com', 401, 404],
  ['/', 401, 404],
  // Overlong or broken escapes are malformed, whoever asks.
  ['/api/v1/%', 400, 400],
  ['/api/v1/%7', 400, 400],
  ['/api/v1/%zzstatus', 400, 400],
  ['/api/v1/%ff', 400, 400],
  ['/api/v1%c0%afusers', 400, 400],
  ['/api/v1/status%ed%a0%80', 400, 400],
  ['http://user@elsewhere.example.com/api/v1/status', 400, 400],
  ['ftp://elsewhere.example.com/api/v1/status', 400, 400],
  ['api/v1/status', 400, 400],
];

test('no spelling of a path walks around the gate', async (t) => {
  const { base, addUser } = await startTestService(t, { authType: 'basic_auth', loginMaxFailures: 0 });
  await addUser(EMAIL, PASSWORD);
  for (const [target, without, withCredentials] of SPELLINGS) {
    assert.equal((await send(base, 'GET', target)).status, without, target);
    assert.equal((await send(base, 'GET', target, { basic: [EMAIL, PASSWORD] })).status, withCredentials, target);
    const withWrong = without === 401 ? 403 : without;
    assert.equal((await send(base, 'GET', target, { basic: [EMAIL, 'wrong'] })).status, withWrong, target);
  }
});

property('no random spelling gets more than the status without credentials', 1, async (random, t) => {
  const { base, addUser } = await startTestService(t, { authType: 'session_db_auth', logFormat: 'off' });
  await addUser(EMAIL, PASSWORD);
  const pieces = [
    ...['api', 'v1', 'status', 'users', 'users', 'me', 'stats', '%73tatus', '%75sers', 'http://a', '*', '@', ':'],
    ...['/', '/', '/', '//', '%2f', '%2F', '%252f', '.', '..', '%2e', '%2e%2e', '%5c', ';', '?', '#', '%00', '%', '%c0%af'],
  ];
  let statusAnswers = 0;
  for (let run = 0; run < 1_500; run += 1) {
    const target = `${random.pick(['/api/v1/', '/api/v1/status', '/api/v1/users', '/', ''])}${random.text(pieces, 6)}`;
    const reply = await send(base, 'GET', target === '' ? '/' : target);
    if (reply.status === 200) {
      assert.equal(reply.text, '{\n  "status": "OK"\n}\n', target);
      statusAnswers += 1;
    } else if (reply.status === 303) {
      // A page: to the sign-in, and nothing else.
      assert.equal(reply.text, '', target);
      assert.match(String(reply.headers.location), /^\/login(?:\?rd=|$)/, target);
    } else {
      // 403 is the route of that name alone, which is not among the pieces.
      assert.ok([400, 401, 404, 405].includes(reply.status), `${target}: ${reply.status}`);
    }
    assert.ok(!reply.text.includes(EMAIL), target);
  }
  assert.ok(statusAnswers > 0, 'some spellings are right');
});

test('an unknown path without credentials tells nothing: 401 as a known one', async (t) => {
  for (const authType of AUTH_TYPES.filter((type) => type !== 'none')) {
    const { api } = await startTestService(t, { authType });
    const [known, unknown] = [await api('GET', '/users'), await api('GET', '/nothing')];
    const { date: _known, ...knownHeaders } = known.headers;
    const { date: _unknown, ...unknownHeaders } = unknown.headers;
    const told = [unknown.status, unknown.text, unknownHeaders];
    assert.deepEqual(told, [known.status, known.text, knownHeaders], authType);
    assert.equal((await api('PATCH', '/nothing')).status, 401);
  }
});

test('the session cookie counts as credentials by its name alone; another cookie is none', async (t) => {
  const { api } = await startTestService(t, { authType: 'session_auth', sessionName: 'sid' });
  const cases: readonly (readonly [cookie: string, status: number])[] = [
    ['sid=unknown', 403],
    ['sid=', 403],
    ['sid', 401],
    ['SID=unknown', 401],
    ['_my_session_id=unknown', 401],
    ['a=b; sid=unknown', 403],
    ['a=b; sidx=unknown', 401],
  ];
  for (const [cookie, status] of cases) assert.equal((await api('GET', '/users', { cookie })).status, status, cookie);
  assert.equal((await api('GET', '/users', { headers: { authorization: 'Test' } })).status, 403);
  assert.equal((await api('GET', '/users', { headers: { authorization: '' } })).status, 403);
});
