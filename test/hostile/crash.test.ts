import assert from 'node:assert/strict';
import { test } from 'node:test';
import { send } from '../helpers/client.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { CLI, runProcess, SERVER, startProcess } from '../helpers/process.ts';
import { FORM_TYPE, LOGIN, request } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';

const HOLDS_UP = { timeout: 60_000 };

/** Code that waits inside the process for a signal, then does what no code of ours should. */
const BUGS: readonly (readonly [what: string, code: string])[] = [
  ['an uncaught exception', 'setImmediate(()=>{throw(new(TypeError)("canary-bug"))})'],
  ['an unhandled rejection', 'Promise.reject(new(TypeError)("canary-bug"))'],
];

for (const [what, code] of BUGS) {
  test(`${what} is logged whole, what was pending is written, and the process exits 1`, HOLDS_UP, async (t) => {
    const module = encodeURIComponent(`process.on("SIGUSR2",()=>{${code}})`);
    const env = {
      API_PORT: '0',
      AUTH_TYPE: 'none',
      DATA_DIR: temporaryDirectory(t),
      NODE_OPTIONS: `--import=data:text/javascript,${module}`,
    };
    const server = startProcess(t, SERVER, [], { env });
    const base = await server.base();
    const halfSent = await Wire.open(Number(new URL(base).port));
    halfSent.send(request(LOGIN, `${FORM_TYPE}Content-Length: 9\r\n`)); // must not hold the end up
    const json = { email: 'kept@x.y', password: 'H0lberton, once' };
    assert.equal((await send(base, 'POST', '/api/v1/users', { json })).status, 201);
    assert.equal((await send(base, 'GET', '/api/v1/status?last')).status, 200);
    const started = performance.now();
    server.kill('SIGUSR2');
    const { code: exitCode, stdout, stderr } = await server.ended;
    assert.equal(exitCode, 1);
    assert.ok(performance.now() - started < 5_000, 'at once');
    assert.match(stderr, /^unexpected: TypeError: canary-bug\n {4}at /m);
    assert.match(stdout, /"GET \/api\/v1\/status\?last HTTP\/1\.1" 200 -\n$/, 'the line of the last request is there');
    await halfSent.rest();

    const listed = await runProcess(t, CLI, ['user', 'list'], { env: { DATA_DIR: env.DATA_DIR } });
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /kept@x\.y/);
    const checked = await runProcess(t, CLI, ['check'], { env: { DATA_DIR: env.DATA_DIR } });
    assert.equal(checked.code, 0, checked.stdout);
  });
}
