import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { checkInstalled, compileExamples } from './helpers/package-checks.ts';
import { installed, packed } from './helpers/package.ts';

test('the package, installed in an empty folder, serves, and the examples compile and run', async (t) => {
  const { path, files } = await packed(t);
  const modules = files.filter((name) => name.endsWith('.js'));
  assert.deepEqual(
    files.filter((name) => !name.startsWith('dist/')).toSorted(),
    ['README.md', 'package.json', 'src/LICENSE'],
  );
  assert.ok(modules.length > 40);
  for (const name of modules) assert.ok(files.includes(name.replace(/\.js$/, '.d.ts')), `${name} has types`);
  const cwd = await installed(t, path);
  await compileExamples(cwd);
  await checkInstalled(t, cwd, dirname(process.execPath));
});
