import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { send } from '../../helpers/client.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { CLI, runProcess } from '../../helpers/process.ts';
import { startServer } from '../../helpers/server-process.ts';
import { startTestService } from '../../helpers/service.ts';
import { EMAIL, SESSION_TYPES } from '../../helpers/accounts.ts';
import { assertHoldsNone, candidates, filesOf, IMPORTED, SECRETS, useInEveryWay } from '../../helpers/secrets.ts';
import type { Target } from '../../helpers/secrets.ts';
import { journalOnly } from '../../helpers/test-database.ts';

type Environment = { readonly [name: string]: string };

async function assertNoneOpens(target: Target, values: readonly string[]): Promise<void> {
  for (const value of values) {
    const { status } = await target.api('GET', '/users/me', { cookie: `_my_session_id=${value}` });
    assert.equal(status, 403, value);
  }
}

function idsOf(cookies: readonly string[]): string[] {
  return cookies.map((cookie) => cookie.slice(cookie.indexOf('=') + 1));
}

/** What the tutorial leaves behind. */
function tutorialFile(directory: string): string {
  const path = join(directory, '.db_User.json');
  const _password = createHash('sha256').update(SECRETS.imported).digest('hex');
  const time = '2017-09-25T01:55:17';
  const id = '0d9d5c3a-42d7-4a0e-9cf6-8f6f2d1d7a10';
  writeFileSync(path, JSON.stringify({ [id]: { id, email: IMPORTED, _password, created_at: time, updated_at: time } }));
  return path;
}

async function cli(t: TestContext, env: Environment, input: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess(t, CLI, words, { env, input });
  assert.equal(code, 0, stderr);
  return stdout + stderr;
}

for (const logFormat of ['common', 'json']) {
  test(`DATA_DIR and the output hold no password and no session id when LOG_FORMAT=${logFormat}`, journalOnly('its files'), async (t) => {
    const directory = temporaryDirectory(t);
    const dataDirectory = join(directory, 'data');
    const env = { DATA_DIR: dataDirectory, LOG_FORMAT: logFormat };
    const added = await cli(t, env, `${SECRETS.right}\n`, 'user', 'add', EMAIL);
    const imported = await cli(t, env, '', 'import', tutorialFile(directory));
    // The server as an operator runs it, in a process of its own.
    const server = startServer(t, env);
    const base = await server.base();
    const target: Target = { base, api: (method, path, options) => send(base, method, `/api/v1${path}`, options) };
    const cookies = await useInEveryWay(target);
    assert.ok(cookies.length >= 4, String(cookies.length));
    const last = cookies.at(-1) ?? '';
    assert.equal((await target.api('GET', '/users/me', { cookie: last })).status, 200);

    const files = filesOf(dataDirectory);
    await assertNoneOpens(target, candidates(files));
    server.kill('SIGTERM');
    const output = await server.ended;
    const printed = [added, imported, output.stdout, output.stderr].map((text) => Buffer.from(text));
    const sources = [...files, ...filesOf(dataDirectory), ...printed.map((bytes) => ({ name: 'output', bytes }))];
    assertHoldsNone(sources, [...Object.values(SECRETS), ...idsOf(cookies)]);

    // That there was something to find: each session's digest is there, and each event.
    const journal = Buffer.concat(files.map(({ bytes }) => bytes)).toString('utf8');
    for (const id of idsOf(cookies)) {
      assert.ok(journal.includes(createHash('sha256').update(id).digest('base64url')));
    }
    for (const event of ['sign_in_succeeded', 'sign_in_failed', 'signed_out', 'user_created']) {
      assert.ok(output.stderr.includes(event), event);
    }
    assert.ok(output.stdout.split('\n').length > 20);
  });
}

for (const authType of [...SESSION_TYPES, 'basic_auth'] as const) {
  test(`${authType} writes no password and no session id, and what it writes opens nothing`, journalOnly('its files'), async (t) => {
    const server = await startTestService(t, { authType, loginMaxFailures: 0 });
    await server.addUser(EMAIL, SECRETS.right);
    await server.addUser(IMPORTED, SECRETS.imported);
    const cookies = await useInEveryWay(server);
    assert.equal(cookies.length > 0, authType !== 'basic_auth');
    const files = filesOf(server.directory);
    assert.ok(files.length > 0);
    await assertNoneOpens(server, candidates(files));
    const logs = Object.entries(server.logs).map(([name, lines]) => ({ name, bytes: Buffer.from(lines.join('')) }));
    assertHoldsNone([...files, ...logs], [...Object.values(SECRETS), ...idsOf(cookies)]);
    for (const { bytes } of logs) assert.match(bytes.toString('latin1'), /^[\x20-\x7e\n]*$/);
  });
}

test('DATA_DIR is open to its owner alone', journalOnly('the modes of its files'), async (t) => {
  const dataDirectory = join(temporaryDirectory(t), 'data');
  const server = await startTestService(t, { dataDirectory });
  await server.addUser(EMAIL, SECRETS.right);
  assert.equal(statSync(dataDirectory).mode & 0o777, 0o700);
  const files = filesOf(dataDirectory);
  assert.ok(files.length > 1);
  for (const { name } of files) assert.equal(statSync(name).mode & 0o077, 0, name);
});
