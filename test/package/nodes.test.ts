import assert from 'node:assert/strict';
import { dirname, resolve } from 'node:path';
import { test } from 'node:test';
import { checkInstalled, compileExamples } from '../helpers/package-checks.ts';
import { installed, packed, succeed } from '../helpers/package.ts';

/** Major versions that are packages of this folder; the Node at hand runs `test/package.test.ts`. */
const VERSIONS = ['22', '24', '26'] as const;

test('the package serves, and its examples run, on every supported Node', async (t) => {
  const { path } = await packed(t);
  const cwd = await installed(t, path);
  await compileExamples(cwd);
  for (const version of VERSIONS) {
    await t.test(`Node ${version}`, async (s) => {
      const node = resolve(`test/package/node_modules/node-${version}/bin/node`);
      assert.match(await succeed(node, ['--version'], { cwd }), new RegExp(`^v${version}\\.`));
      await checkInstalled(s, cwd, dirname(node));
    });
  }
});
