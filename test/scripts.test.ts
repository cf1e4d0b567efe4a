import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { format, type } from '../scripts/tutorial/python-text.ts';
import { send } from './helpers/client.ts';
import { temporaryDirectory } from './helpers/directory.ts';
import { runProcess, SERVER, startProcess } from './helpers/process.ts';
import type { TestProcess } from './helpers/process.ts';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** Names each id by the order in which it is first seen, so that outputs can be compared. */
function withNamedIds(text: string): string {
  const names = new Map<string, string>();
  return text.replace(UUID, (id) => {
    if (!names.has(id)) names.set(id, `ID${names.size + 1}`);
    return names.get(id) ?? '';
  });
}

/** What a script printed, ids aside. */
async function printed(t: TestContext, script: string, env: { readonly [name: string]: string } = {}): Promise<string> {
  const { code, stdout, stderr } = await runProcess(t, script, [], { env });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return withNamedIds(stdout);
}

async function stopped(server: TestProcess): Promise<void> {
  server.kill('SIGINT');
  const { code, stderr } = await server.ended;
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
}

const ADDRESS = { API_HOST: '0.0.0.0', API_PORT: '0' };

test('format() writes as Python does', () => {
  const sessions = new Map([['a', 'b'], ['c', 'd']]);
  const cases: readonly (readonly [string, string])[] = [
    [format('{}: {}', type(new Map()), new Map()), "<class 'dict'>: {}"],
    [format('{} => {}: {}', null, undefined, sessions), "None => None: {'a': 'b', 'c': 'd'}"],
    [format('{} => {}', 89, 'abcde'), '89 => abcde'],
    [format('{}', '{} $& $1'), '{} $& $1'],
    [format('none'), 'none'],
    [type('a'), "<class 'str'>"],
  ];
  for (const [got, expected] of cases) assert.equal(got, expected);
});

test('main-0 prints what the tutorial shows, and the server finds the user (task 0)', async (t) => {
  const env = { ...ADDRESS, AUTH_TYPE: 'basic_auth', DATA_DIR: temporaryDirectory(t) };
  const { code, stdout } = await runProcess(t, 'scripts/tutorial/main-0.ts', [], { env });
  assert.equal(code, 0);
  const [id = ''] = stdout.match(UUID) ?? [];
  assert.equal(stdout, `New user: ${id}\nBasic Base64: Ym9iQGhidG4uaW86SDBsYmVydG9uU2Nob29sOTgh\n`);
  const again = await runProcess(t, 'scripts/tutorial/main-0.ts', [], { env });
  assert.equal(again.code, 0);
  assert.match(again.stdout, new RegExp(`^User of an earlier run: ${id}\n`));

  const server = startProcess(t, SERVER, [], { env });
  const reply = await send((await server.base()).replace('0.0.0.0', '127.0.0.1'), 'GET', '/api/v1/users/me', {
    headers: { authorization: 'Basic Ym9iQGhidG4uaW86SDBsYmVydG9uU2Nob29sOTgh' },
  });
  assert.equal(reply.status, 200);
  assert.match(reply.text, new RegExp(`"id": "${id}"`));
});

test('main-1 prints what the tutorial shows (task 2)', async (t) => {
  assert.equal(
    await printed(t, 'scripts/tutorial/main-1.ts'),
    [
      "<class 'dict'>: {}",
      'None => None: {}',
      '89 => None: {}',
      "abcde => ID1: {'ID1': 'abcde'}",
      "fghij => ID2: {'ID1': 'abcde', 'ID2': 'fghij'}",
      "abcde => ID3: {'ID1': 'abcde', 'ID2': 'fghij', 'ID3': 'abcde'}",
      '',
    ].join('\n'),
  );
});

test('main-2 prints what the tutorial shows (task 3)', async (t) => {
  assert.equal(
    await printed(t, 'scripts/tutorial/main-2.ts'),
    [
      "abcde => ID1: {'ID1': 'abcde'}",
      "fghij => ID2: {'ID1': 'abcde', 'ID2': 'fghij'}",
      '---',
      'None => None',
      '89 => None',
      'doesntexist => None',
      '---',
      'ID1 => abcde',
      'ID2 => fghij',
      '---',
      "abcde => ID3: {'ID1': 'abcde', 'ID2': 'fghij', 'ID3': 'abcde'}",
      'ID3 => abcde',
      'ID1 => abcde',
      '',
    ].join('\n'),
  );
});

test('main-3 shows the cookie as the tutorial does (task 4)', async (t) => {
  const env = { ...ADDRESS, AUTH_TYPE: 'session_auth', SESSION_NAME: '_my_session_id' };
  const server = startProcess(t, 'scripts/tutorial/main-3.ts', [], { env });
  const base = (await server.base()).replace('0.0.0.0', '127.0.0.1');
  assert.match(server.stdout, /^ \* Running on http:\/\/0\.0\.0\.0:\d+\/ \(Press CTRL\+C to quit\)\n$/);
  const cases: readonly (readonly [cookie: string | undefined, answer: string])[] = [
    [undefined, 'Cookie value: None\n'],
    ['_my_session_id=Hello', 'Cookie value: Hello\n'],
    ['_my_session_id=C is fun', 'Cookie value: C is fun\n'],
    ['_my_session_id_fake', 'Cookie value: None\n'],
  ];
  for (const [cookie, answer] of cases) {
    const reply = await send(base, 'GET', '/', cookie === undefined ? {} : { cookie });
    assert.deepEqual([reply.status, reply.text], [200, answer], cookie);
  }
  assert.equal((await send(base, 'GET', '/other')).status, 404);
  const refused = await send(base, 'POST', '/');
  assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD']);
  await stopped(server);
});

test('main-3 takes the name of the cookie from SESSION_NAME (task 4)', async (t) => {
  const server = startProcess(t, 'scripts/tutorial/main-3.ts', [], { env: { API_PORT: '0', SESSION_NAME: 'sid' } });
  const reply = await send(await server.base(), 'GET', '/', { cookie: '_my_session_id=a; sid=b' });
  assert.equal(reply.text, 'Cookie value: b\n');
  await stopped(server);
});

test('main-4 finds the user as the tutorial does, and the server that user (task 6)', async (t) => {
  const settings = { AUTH_TYPE: 'session_auth', SESSION_NAME: '_my_session_id' };
  const env = { ...ADDRESS, ...settings, DATA_DIR: temporaryDirectory(t) };
  const server = startProcess(t, 'scripts/tutorial/main-4.ts', [], { env });
  const base = (await server.base()).replace('0.0.0.0', '127.0.0.1');
  const [userId = '', sessionId = ''] = server.stdout.match(UUID) ?? [];
  const [first] = server.stdout.split('\n');
  assert.equal(first, `User with ID: ${userId} has a Session ID: ${sessionId}`);
  const cases: readonly (readonly [cookie: string | undefined, answer: string])[] = [
    [undefined, 'No user found\n'],
    ['_my_session_id=Holberton', 'No user found\n'],
    [`_my_session_id=${sessionId}`, `User found: ${userId}\n`],
  ];
  for (const [cookie, answer] of cases) {
    const reply = await send(base, 'GET', '/', cookie === undefined ? {} : { cookie });
    assert.deepEqual([reply.status, reply.text], [200, answer], cookie);
  }
  await stopped(server);

  const api = startProcess(t, SERVER, [], { env });
  const login = await send((await api.base()).replace('0.0.0.0', '127.0.0.1'), 'POST', '/api/v1/auth_session/login', {
    form: { email: 'bobsession@hbtn.io', password: 'fake pwd' },
  });
  assert.equal(login.status, 200);
  assert.match(login.text, new RegExp(`"id": "${userId}"`));
});

test('main-0, main-3 and main-4 say in one sentence what keeps them from starting, as the server does', async (t) => {
  const directory = temporaryDirectory(t);
  const server = startProcess(t, SERVER, [], { env: { API_PORT: '0', DATA_DIR: directory } });
  const { port } = new URL(await server.base());
  const locked = /^\S+ is in use by process \d+: stop that process first, or choose another DATA_DIR\n$/;
  const inUse = /^127\.0\.0\.1 port \d+ is in use by another program: stop that one, or choose another API_PORT\n$/;
  const cases: readonly (readonly [script: string, env: { readonly [name: string]: string }, status: number, says: RegExp])[] = [
    ['main-0', { DATA_DIR: directory }, 1, locked],
    ['main-4', { DATA_DIR: directory }, 1, locked],
    ['main-3', { API_PORT: port }, 1, inUse],
    ['main-4', { API_PORT: port, DATA_DIR: temporaryDirectory(t) }, 1, inUse],
    ['main-3', { API_PORT: 'http' }, 2, /^API_PORT="http"[^\n]*\n$/],
  ];
  for (const [name, env, status, says] of cases) {
    const { code, stderr } = await runProcess(t, `scripts/tutorial/${name}.ts`, [], { env });
    assert.equal(code, status, stderr);
    assert.match(stderr, says);
  }
});
