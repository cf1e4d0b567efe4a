import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config.ts';
import { temporaryDirectory } from '../helpers/directory.ts';

const FOLDER = 'scripts/deploy/systemd';
const SERVICE = readFileSync(join(FOLDER, 'session-auth.service'), 'utf8');
const isSystemdHere = spawnSync('systemd-analyze', ['--version']).status === 0;
/** Only where systemd is: `apt-get install systemd`. */
const options = { skip: isSystemdHere ? false : 'systemd-analyze is not installed' };

/** The most that the unit may be exposed, from 0 to 10. */
const MAX_EXPOSURE = 2;

test('systemd-analyze security finds the service exposed by 2.0 at most', options, () => {
  const args = ['security', '--offline=true', `--threshold=${MAX_EXPOSURE * 10}`, join(FOLDER, 'session-auth.service')];
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout.split('\n').filter((line) => line.startsWith('✗')).join('\n') + stderr);
  const [, exposure] = /Overall exposure level for session-auth\.service: ([\d.]+)/.exec(stdout) ?? [];
  assert.ok(Number(exposure) <= MAX_EXPOSURE, stdout);
});

test('systemd-analyze verify has nothing to say about the service and the socket', options, (t) => {
  // It looks for the program, too, which is at other places here.
  const directory = temporaryDirectory(t);
  for (const name of ['session-auth.service', 'session-auth.socket']) cpSync(join(FOLDER, name), join(directory, name));
  writeFileSync(join(directory, 'session-auth.service'), SERVICE.replace('/usr/bin/node', process.execPath));
  const paths = ['session-auth.service', 'session-auth.socket'].map((name) => join(directory, name));
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
});

test('the same unit with its drop-in is two services, which share no port and no directory', options, (t) => {
  const directory = temporaryDirectory(t);
  const dropIns = join(directory, 'session-auth@.service.d');
  cpSync('scripts/deploy/two-processes/instance.conf', join(dropIns, 'instance.conf'));
  writeFileSync(join(directory, 'session-auth@.service'), SERVICE.replace('/usr/bin/node', process.execPath));
  const seen = ['1', '2'].map((name) => {
    const path = join(directory, `session-auth@${name}.service`);
    const env = { ...process.env, SYSTEMD_LOG_LEVEL: 'debug' };
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
    assert.ok(stdout.includes(`DropIn Path: ${dropIns}/instance.conf`), stdout + stderr);
    const values = (wanted: string): string[] => [...stdout.matchAll(new RegExp(`^\\s*${wanted}: (.*)$`, 'gm'))].map(([, value = '']) => value);
    assert.deepEqual([values('StateDirectory'), values('UnsetEnvironment')], [[], ['DATA_DIR']]);
    const settings = Object.fromEntries(values('Environment').map((line) => line.split('=', 2)));
    const { config, warnings } = parseConfig({ ...settings, DATABASE_URL: 'postgres://session_auth:x@127.0.0.1/session_auth' });
    assert.deepEqual(warnings, []);
    return { port: config.port, metricsPort: config.metricsPort, directory: values('RuntimeDirectory') };
  });
  assert.deepEqual(seen, [
    { port: 5001, metricsPort: 9461, directory: ['session-auth-1'] },
    { port: 5002, metricsPort: 9462, directory: ['session-auth-2'] },
  ]);
  const upstream = readFileSync('scripts/deploy/two-processes/session-auth-upstream.conf', 'utf8');
  for (const { port } of seen) assert.ok(upstream.includes(`server 127.0.0.1:${port} `), upstream);
});

test('the unit runs node itself, with settings that can be used, and keeps what the server needs', () => {
  const values = (name: string): string[] => [...SERVICE.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  assert.match(values('ExecStart')[0] ?? '', /^\/usr\/bin\/node \S+\/dist\/server\.js$/);
  assert.deepEqual(values('LimitCORE'), ['0']);
  assert.ok(Number(values('LimitNOFILE')[0]) > 20_000);
  assert.match(values('RestrictAddressFamilies')[0] ?? '', /AF_INET AF_INET6 AF_UNIX/);
  const settings = Object.fromEntries(values('Environment').map((line) => line.split('=', 2)));
  const { config, warnings } = parseConfig(settings);
  assert.deepEqual(warnings, []);
  assert.equal(config.dataDirectory, `/var/lib/${values('StateDirectory')[0]}`);
});
