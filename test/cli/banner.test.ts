import assert from 'node:assert/strict';
import { test } from 'node:test';
import { banner } from '../../src/cli/banner.ts';
import { AUTH_TYPES, parseConfig } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';
import { EMAIL, PASSWORD } from '../helpers/accounts.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { runCli } from '../helpers/in-process-cli.ts';
import { startServer } from '../helpers/server-process.ts';
import { startTestService } from '../helpers/service.ts';
import { storeSettings } from '../helpers/test-database.ts';

const SETTINGS: Config = { ...parseConfig({}).config, sessionDurationSeconds: 60 };

test('the banner says how to make the first user, and then an administrator where none can sign in', async (t) => {
  const { service, directory } = await startTestService(t);
  const hints = async (settings: Partial<Config> = {}): Promise<readonly string[]> =>
    (await banner(service, { ...SETTINGS, ...settings })).slice(1);
  const run = async (...args: readonly string[]): Promise<void> => {
    const ended = await runCli(directory, args, { input: PASSWORD, env: { PUBLIC_URL: 'https://auth.example.com' } });
    assert.equal(ended.status, 0, ended.stderr);
  };
  assert.deepEqual(await hints(), ['No user exists yet. Make one with: node dist/cli.js user add EMAIL']);
  assert.deepEqual(await hints({ dataDirectory: "/srv/it's" }), [
    `No user exists yet. Make one with: DATA_DIR='/srv/it'\\''s' node dist/cli.js user add EMAIL`,
  ]);
  await run('user', 'add', EMAIL);
  assert.deepEqual(await hints(), []);
  await run('user', 'groups', EMAIL, '-admins');
  const none = 'No administrator can sign in. Make one with: node dist/cli.js user groups EMAIL +admins';
  for (const authType of AUTH_TYPES) {
    const found = (await hints({ authType })).filter((line) => line.startsWith('No '));
    assert.deepEqual(found, authType === 'none' || authType === 'auth' ? [] : [none], authType);
  }
  // Who was invited and has no password yet cannot sign in.
  await run('user', 'invite', 'dora@example.com', '--group', 'admins');
  assert.deepEqual(await hints(), [none]);
  await run('user', 'password', 'dora@example.com');
  assert.deepEqual(await hints(), []);
});

test('with LOG_FORMAT=json every line of standard output is JSON, the banner its message', async (t) => {
  const server = startServer(t, { ...(await storeSettings(temporaryDirectory(t))), LOG_FORMAT: 'json' });
  const base = await server.base();
  server.kill('SIGTERM');
  const { code, stdout } = await server.ended;
  assert.equal(code, 0);
  const lines = stdout.trimEnd().split('\n').map((line): { readonly time?: unknown; readonly message?: unknown } => JSON.parse(line));
  assert.equal(lines.length, 3);
  assert.equal(lines[0]?.message, `Running on ${base}/ (Press CTRL+C to quit)`);
  for (const { time, message } of lines) {
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(typeof message, 'string');
  }
});

test('the banner says where the metrics are, where METRICS_PORT is set', async (t) => {
  const { service } = await startTestService(t, { metricsPort: 0 });
  const [, line] = await banner(service, SETTINGS);
  assert.equal(line, `Metrics are on http://127.0.0.1:${service.metricsAddress?.port}/metrics`);
});
