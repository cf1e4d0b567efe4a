import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { DamagedFileError, DataDirectoryError } from '../../../src/storage/store-errors.ts';
import { checkDirectory, withDirectoryErrors } from '../../../src/storage/journal/data-directory.ts';
import { effectiveUserId } from '../../../src/storage/journal/machine.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { systemError } from '../../helpers/faulty-file-system.ts';
import { CLI, runProcess, SERVER } from '../../helpers/process.ts';
import { numberedUser, openModels, withModels } from '../../helpers/stored-models.ts';

const SOMEBODY = 12_345;

function says(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof DataDirectoryError && pattern.test(error.message);
}

function directoryOf(t: TestContext, mode: number): string {
  const directory = join(temporaryDirectory(t), 'data');
  mkdirSync(directory);
  chmodSync(directory, mode);
  return directory;
}

/** What is told of a directory of this mode. */
async function noticesOf(directory: string, userId = effectiveUserId()): Promise<string[]> {
  const notices: string[] = [];
  await checkDirectory(directory, (notice) => notices.push(notice), userId);
  return notices;
}

for (const mode of [0o777, 0o1777, 0o702, 0o773]) {
  test(`JournalStore.open() refuses a directory of mode ${mode.toString(8)}: everybody may write to it`, async (t) => {
    const directory = directoryOf(t, mode);
    const pattern = /^everybody may write to DATA_DIR \S+ \(mode \d{4}\): chmod 700 it, or choose another$/;
    for (const access of ['write', 'change', 'read'] as const) {
      await assert.rejects(openModels(directory, { access }), says(pattern));
    }
    assert.deepEqual(readdirSync(directory), []);
    const { code, stderr } = await runProcess(t, SERVER, [], { env: { DATA_DIR: directory, API_PORT: '0' } });
    assert.equal(code, 1);
    assert.match(stderr.trimEnd(), pattern);
  });
}

for (const [mode, pattern] of [
  [0o700, null],
  [0o750, /others may look into it \(mode 0750\): chmod 700 it/],
  [0o755, /others may look into it \(mode 0755\)/],
  [0o701, /others may look into it \(mode 0701\)/],
  [0o770, /group \d+ may write to it \(mode 0770\): whoever is in that group is trusted/],
  [0o2775, /group \d+ may write to it \(mode 2775\)/],
] as const) {
  test(`JournalStore.open() tells ${pattern ?? 'nothing'} of a directory of mode ${mode.toString(8)}`, async (t) => {
    const { store, notices } = await openModels(directoryOf(t, mode));
    await store.close();
    assert.equal(notices.length, pattern === null ? 0 : 1);
    if (pattern !== null) assert.match(notices.join(), pattern);
  });
}

test("checkDirectory() refuses another user's directory, but to root, and takes root's", async (t) => {
  const directory = directoryOf(t, 0o700);
  const own = effectiveUserId() ?? SOMEBODY;
  // Who is root gives it away; who is not looks at it as somebody else would.
  if (own === 0) chownSync(directory, SOMEBODY, SOMEBODY);
  const owner = own === 0 ? SOMEBODY : own;
  assert.deepEqual(await noticesOf(directory, owner), []);
  assert.deepEqual(await noticesOf(directory, 0), []);
  const pattern = new RegExp(`belongs to user ${owner}, and this process is user ${owner + 1}: start it as that one, or`);
  await assert.rejects(noticesOf(directory, owner + 1), says(pattern));
  assert.deepEqual(await noticesOf('/', owner), await noticesOf('/', 0), 'a directory of root');
  chmodSync(directory, 0o777);
  assert.deepEqual(await noticesOf(directory, null), [], 'a system without users');
});

for (const [code, pattern] of [
  ['EACCES', /this user may not use it: give it to the user that runs the server \(chown -R\)/],
  ['EPERM', /the system forbids it/],
  ['ENOSPC', /the disk is full: make room/],
  ['EROFS', /mounted read-only: mount it for writing/],
  ['EEXIST', /a file is in the way: move it/],
  ['ENOTDIR', /a part of its path is a file/],
  ['ELOOP', /it is a link, and links are not followed/],
] as const) {
  test(`withDirectoryErrors() says what to do about ${code}`, async () => {
    await assert.rejects(
      withDirectoryErrors('/some/data', () => Promise.reject(systemError(code))),
      (error) => says(pattern)(error) && says(new RegExp(`^cannot use DATA_DIR /some/data: ${code}, `))(error),
    );
    await assert.rejects(
      withDirectoryErrors('/some/data', () => {
        return Promise.reject(Object.assign(systemError(code), { path: '/some/data/lock' }));
      }),
      says(new RegExp(`^cannot use DATA_DIR /some/data \\(/some/data/lock\\): ${code}, `)),
    );
  });
}

test('withDirectoryErrors() names the directory above, where that one takes no new directory', async (t) => {
  const parent = temporaryDirectory(t);
  for (const name of ['data', 'one/two/data']) {
    const directory = join(parent, name);
    const error = Object.assign(systemError('EACCES'), { syscall: 'mkdir', path: directory });
    await assert.rejects(
      withDirectoryErrors(directory, () => Promise.reject(error)),
      says(new RegExp(`^cannot make DATA_DIR ${directory}: EACCES, this user may make nothing in ${parent}: make ${directory} for `)),
    );
  }
});

test('withDirectoryErrors() leaves errors of ours, and those without advice, as they are', async () => {
  for (const error of [new DamagedFileError('a', 1, 0, 'b'), new TypeError('a'), systemError('ENEW')]) {
    await assert.rejects(withDirectoryErrors('/a', () => Promise.reject(error)), (thrown) => thrown === error);
  }
});

test('server and command line say what to do where DATA_DIR is a file, or below one', async (t) => {
  const file = join(temporaryDirectory(t), 'file');
  writeFileSync(file, '');
  for (const [directory, pattern] of [
    [file, /^cannot use DATA_DIR \S+: (?:EEXIST, a file is in the way|ENOTDIR, a part of its path is a file): .*\n$|is no directory: move that file/],
    [join(file, 'data'), /^cannot use DATA_DIR \S+: ENOTDIR, a part of its path is a file: .*\n$/],
  ] as const) {
    for (const [script, ...args] of [[SERVER], [CLI, 'user', 'list'], [CLI, 'check']] as const) {
      const { code, stdout, stderr } = await runProcess(t, script, args, { env: { DATA_DIR: directory, API_PORT: '0' } });
      assert.deepEqual([code, stdout], [1, ''], stderr);
      assert.match(stderr, pattern, script);
    }
  }
});

test('user list, user remove and user password make no directory where DATA_DIR is mistyped', async (t) => {
  const parent = temporaryDirectory(t);
  for (const args of [['user', 'list'], ['user', 'remove', 'a@b'], ['user', 'password', 'a@b']]) {
    const env = { DATA_DIR: join(parent, 'dta') };
    const { code, stdout, stderr } = await runProcess(t, CLI, args, { env, input: 'a long enough one\n' });
    assert.deepEqual([code, stdout], [1, ''], args.join(' '));
    assert.match(stderr, /^cannot use DATA_DIR \S+: ENOENT, there is no such directory: set DATA_DIR to the one that/);
  }
  assert.deepEqual(readdirSync(parent), []);
});

for (const name of ['journal.jsonl', 'journal.jsonl.new']) {
  test(`JournalStore follows no link that has the name ${name}`, async (t) => {
    const directory = temporaryDirectory(t);
    const target = join(temporaryDirectory(t), 'target');
    await withModels(directory, ({ users }) => users.save(numberedUser(1)));
    writeFileSync(target, 'of another', { mode: 0o644 });
    if (name === 'journal.jsonl') writeFileSync(target, readFileSync(join(directory, name)));
    const before = readFileSync(target, 'utf8');
    if (name === 'journal.jsonl') {
      const linked = temporaryDirectory(t);
      symlinkSync(target, join(linked, name));
      for (const access of ['write', 'read'] as const) {
        await assert.rejects(openModels(linked, { access }), says(/journal\.jsonl\): ELOOP, it is a link, and links are not/));
      }
      assert.deepEqual(readdirSync(linked), [name]);
    } else {
      const { store, users } = await openModels(directory, { compactionFloor: 2 });
      symlinkSync(target, join(directory, name));
      for (let version = 0; version < 9; version += 1) await users.save(numberedUser(1, `${version}`));
      await store.close();
    }
    assert.equal(readFileSync(target, 'utf8'), before);
  });
}
