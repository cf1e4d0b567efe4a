import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { UnusableDatabaseError } from '../../../src/storage/store-errors.ts';
import { loadDriver } from '../../../src/storage/postgres/driver.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';

/** A file beside which a driver of a version is installed. */
function installed(t: TestContext, version: string, code = 'exports.Client = class {};'): string {
  const folder = temporaryDirectory(t);
  const driver = join(folder, 'node_modules', 'pg');
  mkdirSync(driver, { recursive: true });
  writeFileSync(join(driver, 'package.json'), JSON.stringify({ name: 'pg', version }));
  writeFileSync(join(driver, 'index.js'), code);
  mkdirSync(join(folder, 'dist'));
  return join(folder, 'dist', 'server.js');
}

test('loadDriver() finds a driver above it that is recent', (t) => {
  for (const version of ['8.23.0', '8.100.1']) assert.equal(typeof loadDriver(installed(t, version)).Client, 'function');
});

test('loadDriver() says how to install a driver that is too old, too new or none', (t) => {
  for (const version of ['8.22.9', '7.99.0', '9.0.0', 'x']) {
    assert.throws(() => loadDriver(installed(t, version)), {
      name: 'UnusableDatabaseError',
      message: `DATABASE_URL needs pg 8.23 or later, not ${version}: npm install pg@^8.23`,
    });
  }
  assert.throws(() => loadDriver(installed(t, '8.23.0', '')), UnusableDatabaseError);
});

test('loadDriver() says how to install a driver that is missing', (t) => {
  assert.throws(() => loadDriver(join(temporaryDirectory(t), 'server.js')), {
    name: 'UnusableDatabaseError',
    message: 'DATABASE_URL needs the package pg, which is not installed: npm install pg@^8.23',
  });
});

test('loadDriver() does not hide what is wrong with a driver that is there', (t) => {
  assert.throws(() => loadDriver(installed(t, '8.23.0', 'throw new Error("its own")')), /its own/);
});
