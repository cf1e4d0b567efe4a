import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkout, run, succeed } from './helpers/package.ts';

/** Two ways to leave development packages out, and with them the compiler. */
const WAYS: readonly (readonly [args: readonly string[], env: { readonly [name: string]: string }])[] = [
  [['ci', '--omit=dev'], {}],
  [['ci'], { NODE_ENV: 'production' }],
];

for (const [args, env] of WAYS) {
  const command = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), 'npm', ...args].join(' ');

  test(`${command} says what to do where nothing is built`, async (t) => {
    const { code, stderr } = await run('npm', args, { cwd: checkout(t, { hasCompiler: false }), env });
    assert.equal(code, 1);
    assert.match(stderr, /TypeScript is a development package.*\n.*Run "npm ci --include=dev"/);
    assert.doesNotMatch(stderr, /not found/);
  });

  test(`${command} keeps what is built`, async (t) => {
    const cwd = checkout(t, { hasCompiler: false });
    const built = join(cwd, 'dist', 'server.js');
    mkdirSync(join(cwd, 'dist'));
    writeFileSync(built, 'built before');
    await succeed('npm', args, { cwd, env });
    assert.equal(readFileSync(built, 'utf8'), 'built before');
  });
}
