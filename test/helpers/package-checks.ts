import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { cookieOf, send } from './client.ts';
import { temporaryDirectory } from './directory.ts';
import { serving, succeed } from './package.ts';

const EMAIL = 'bob@example.com';
const PASSWORD = 'correct horse battery';
const EXAMPLES = ['whole-server', 'own-application'] as const;

function base(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Compiles the examples where the package is installed, with every check that a strict project has. */
export async function compileExamples(cwd: string): Promise<void> {
  for (const name of EXAMPLES) cpSync(`scripts/package/${name}.ts`, join(cwd, `${name}.ts`));
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2023'], strict: true, exactOptionalPropertyTypes: true },
    ...{ skipLibCheck: false, typeRoots: [resolve('node_modules/@types')], types: ['node'], outDir: 'compiled' },
  };
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: EXAMPLES.map((name) => `${name}.ts`) }));
  await succeed(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', '.'], { cwd });
}

/**
 * Serves from the package, and runs the compiled examples, one after the other in one data directory.
 *
 * @param cwd where the package is installed and the examples are compiled
 * @param bin the folder of the Node to run on, first on PATH
 */
export async function checkInstalled(t: TestContext, cwd: string, bin: string): Promise<void> {
  const env = { API_PORT: '0', DATA_DIR: temporaryDirectory(t), PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  const add = ['session-auth', 'user', 'add', EMAIL, '--first-name', 'Bob'];
  await succeed('npx', add, { cwd, env, input: `${PASSWORD}\n` });

  await t.test('npx session-auth serve', async (s) => {
    const port = await serving(s, ['npx', 'session-auth', 'serve'], { cwd, env }, /Running on http:\/\/127\.0\.0\.1:(\d+)\//);
    assert.equal((await send(base(port), 'GET', '/api/v1/status')).status, 200);
  });
  await t.test('scripts/package/whole-server.ts', async (s) => {
    const port = await serving(s, ['node', 'compiled/whole-server.js'], { cwd, env }, /1 users, on port (\d+)/);
    const { status, text } = await send(base(port), 'GET', '/api/v1/users/me', { basic: [EMAIL, PASSWORD] });
    assert.equal(status, 200, text);
  });
  await t.test('scripts/package/own-application.ts', async (s) => {
    const port = await serving(s, ['node', 'compiled/own-application.js'], { cwd, env }, /listening on .*port: (\d+)/s);
    assert.equal((await send(base(port), 'GET', '/')).status, 401);
    const form = { email: EMAIL, password: PASSWORD };
    const cookie = cookieOf(await send(base(port), 'POST', '/api/v1/auth_session/login', { form }));
    const { status, text } = await send(base(port), 'GET', '/', { cookie });
    assert.deepEqual([status, text], [200, 'Hello Bob\n']);
  });
}
