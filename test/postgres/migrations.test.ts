import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { UnusableDatabaseError } from '../../src/storage/store-errors.ts';
import type { Migration } from '../../src/storage/postgres/migrations.ts';
import { declareLibrary, shelf } from '../helpers/library.ts';
import { PASSWORD, sharedCluster } from './cluster.ts';
import { makeStore } from './stores.ts';

const cluster = sharedCluster({ before, after });

const NOTE: Migration = { title: 'a note on shelves', sql: ['alter table %.shelves add column note text'] };

function inNamespace(namespace: string, ...migrations: readonly Migration[]): {
  readonly namespace: string;
  readonly migrations: readonly Migration[];
} {
  const named = migrations.map(({ title, sql }) => ({ title, sql: sql.map((text) => text.replaceAll('%', namespace)) }));
  return { namespace, migrations: named };
}

function refusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof UnusableDatabaseError, String(error));
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes(PASSWORD));
    return true;
  };
}

test('open() by ten at once makes the tables once', async (t) => {
  const stores = Array.from({ length: 10 }, () => makeStore(t, cluster(), { namespace: 'ten' }));
  const libraries = stores.map(declareLibrary);
  await Promise.all(stores.map((store) => store.open()));
  await Promise.all(libraries.map(({ shelves }, index) => shelves.save(shelf(`${index}`))));
  assert.equal(await libraries[0]?.shelves.count(), 10);
  assert.deepEqual(await cluster().query('select version, title from ten.migrations'), [['1', 'all tables']]);
});

test('open() by ten at once brings an older database up to date once, and keeps what is in it', async (t) => {
  const older = makeStore(t, cluster(), inNamespace('older'));
  const { shelves } = declareLibrary(older);
  await older.open();
  await shelves.save(shelf('a'));

  const stores = Array.from({ length: 10 }, () => makeStore(t, cluster(), inNamespace('older', NOTE)));
  const libraries = stores.map(declareLibrary);
  await Promise.all(stores.map((store) => store.open()));
  assert.deepEqual(await libraries[0]?.shelves.all(), [shelf('a')]);
  const rows = await cluster().query('select version, title from older.migrations order by version');
  assert.deepEqual(rows, [['1', 'all tables'], ['2', NOTE.title]]);
  assert.deepEqual(await cluster().query('select note from older.shelves'), [[null]]);
});

test('open() of an empty database by a later version makes all tables at once, and counts every migration', async (t) => {
  const store = makeStore(t, cluster(), inNamespace('empty', NOTE));
  declareLibrary(store);
  await store.open();
  assert.deepEqual(await cluster().query('select version from empty.migrations order by version'), [['1'], ['2']]);
});

test('open() refuses a database that a newer version wrote, and changes nothing', async (t) => {
  const newer = makeStore(t, cluster(), inNamespace('newer', NOTE));
  declareLibrary(newer);
  await newer.open();
  const older = makeStore(t, cluster(), { ...inNamespace('newer'), startsWithout: true });
  declareLibrary(older);
  await assert.rejects(older.open(), refusal(/newer version.*tables are version 2, ours 1/));
  assert.deepEqual(await cluster().query('select max(version) from newer.migrations'), [['2']]);
});

test('open() leaves a database as it was where a migration fails', async (t) => {
  const older = makeStore(t, cluster(), inNamespace('failed'));
  declareLibrary(older);
  await older.open();
  const bad: Migration = { title: 'bad', sql: ['alter table %.shelves add column a text', 'alter table %.nothing add a text'] };
  const store = makeStore(t, cluster(), inNamespace('failed', bad));
  declareLibrary(store);
  await assert.rejects(store.open(), refusal(/cannot be made ready.*"failed.nothing" does not exist/));
  const columns = "select count(*) from information_schema.columns where table_schema = 'failed' and column_name = 'a'";
  assert.deepEqual(await cluster().query(columns), [['0']]);
  assert.deepEqual(await cluster().query('select max(version) from failed.migrations'), [['1']]);
});

test('open() refuses a database that is not in UTF-8', async (t) => {
  await cluster().query("create database ascii encoding 'SQL_ASCII' template template0 locale 'C'");
  const store = makeStore(t, cluster(), { url: cluster().urlOf('superuser', 'ascii') });
  declareLibrary(store);
  await assert.rejects(store.open(), refusal(/must be in UTF8, not SQL_ASCII/));
});

test('open() needs no right but to a schema that was made for it, and says so where it has none', async (t) => {
  await cluster().query(`create role app login password '${PASSWORD}'`);
  const url = cluster().urlOf('app', 'postgres');
  const without = makeStore(t, cluster(), { url, namespace: 'given' });
  declareLibrary(without);
  await assert.rejects(without.open(), refusal(/cannot be made ready: permission denied/));

  await cluster().query('create schema given authorization app');
  const store = makeStore(t, cluster(), { url, namespace: 'given' });
  const { shelves } = declareLibrary(store);
  await store.open();
  await shelves.save(shelf('a'));
  assert.equal(await shelves.count(), 1);
});

test('open() says what is wrong with DATABASE_URL, and not what it holds', async (t) => {
  const cases: readonly (readonly [url: string, says: RegExp])[] = [
    [cluster().urlOf('superuser', 'postgres', 'another word'), /the user or the password is wrong \(28P01\)/],
    [cluster().urlOf('nobody_known', 'postgres'), /the user or the password is wrong \(28P01\)/],
    [cluster().urlOf('superuser', 'nowhere_5813'), /there is no such database \(3D000\)/],
    ['postgres://a:b@localhost/c?sslrootcert=/nowhere_5813', /its format is wrong, or a file that it names cannot be read/],
  ];
  for (const [url, says] of cases) {
    const store = makeStore(t, cluster(), { url, startsWithout: true });
    declareLibrary(store);
    await assert.rejects(store.open(), (error) => {
      assert.doesNotMatch(String(error), /another word|nowhere_5813|nobody_known/);
      return refusal(says)(error);
    });
  }
});
