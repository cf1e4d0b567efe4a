import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../helpers/directory.ts';
import { startTestService } from '../helpers/service.ts';
import { PACKAGES, runNode } from './programs.ts';

const EMAIL = 'bob@example.com';
const PASSWORD = 'correct horse battery';
const PROGRAM = readFileSync(new URL('example-client.ts', import.meta.url), 'utf8');
const NODE_TYPES = fileURLToPath(new URL('../../node_modules/@types', import.meta.url));

const COMPILER_OPTIONS = {
  ...{ strict: true, noEmit: true, target: 'es2023', module: 'nodenext', allowImportingTsExtensions: true },
  ...{ types: ['node'], typeRoots: [NODE_TYPES], skipLibCheck: true },
};

test('a client made from openapi.json compiles, signs in, lists the users and signs out', async (t) => {
  const { base, addUser } = await startTestService(t);
  await addUser(EMAIL, PASSWORD);
  const folder = temporaryDirectory(t);
  symlinkSync(PACKAGES, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['client.ts'] }));

  const generator = join(PACKAGES, 'openapi-typescript', 'bin', 'cli.js');
  const made = await runNode([generator, `${base}/api/v1/openapi.json`, '-o', 'schema.ts'], folder);
  assert.equal(made.code, 0, made.output);

  const compile = async (program: string) => {
    writeFileSync(join(folder, 'client.ts'), program);
    return runNode([join(PACKAGES, 'typescript', 'bin', 'tsc'), '-p', '.'], folder);
  };
  const wrong = await compile(PROGRAM.replace('user.email', 'user.mail'));
  assert.match(wrong.output, /Property 'mail' does not exist/);
  const right = await compile(PROGRAM);
  assert.equal(right.code, 0, right.output);

  const ran = await runNode(['--import', import.meta.resolve('tsx'), 'client.ts', base, EMAIL, PASSWORD], folder);
  assert.equal(ran.code, 0, ran.output);
  assert.match(ran.output, /^bob@example\.com \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\nafter signing out: 403\n$/);
  const refused = await runNode(['--import', import.meta.resolve('tsx'), 'client.ts', base, EMAIL, 'wrong'], folder);
  assert.match(refused.output, /Error: wrong password/);
});
