import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { login } from '../helpers/accounts.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { runCli, TestSystem } from '../helpers/in-process-cli.ts';
import { startTestService } from '../helpers/service.ts';
import { journalBytes, numberedUser, reopenedContent, withModels } from '../helpers/stored-models.ts';
import { IS_ON_DATABASE, storeSettings } from '../helpers/test-database.ts';

const PASSWORD = 'H0lbertonSchool98!';
const BOB = '9375973a-68c7-46aa-b135-29f79e837495';
const CAROL = 'cf3ddee1-ff24-49e4-a40b-2540333fe992';

/** A user as the tutorial's `.db_User.json` has one. */
function tutorialUser(id: string, email: unknown, password = PASSWORD): { readonly [field: string]: unknown } {
  return {
    id,
    __class__: 'User',
    created_at: '2017-09-25T01:55:17',
    updated_at: '2017-10-16T04:23:04',
    email,
    _password: sha256(password),
    first_name: null,
    last_name: null,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The path of a file that holds some users. */
function fileOf(t: TestContext, users: unknown): string {
  const path = join(temporaryDirectory(t), '.db_User.json');
  writeFileSync(path, typeof users === 'string' || Buffer.isBuffer(users) ? users : JSON.stringify(users));
  return path;
}

/** The journal as it is on the disk; of a database in its place, an export. */
async function storedText(directory: string): Promise<string> {
  return IS_ON_DATABASE ? (await runCli(directory, ['export'])).stdout : journalBytes(directory).toString('utf8');
}

for (const [state, isRunning] of [['runs', true], ['is stopped', false]] as const) {
  test(`import takes ids, names and passwords, and no bare SHA-256 reaches the disk, while the server ${state}`, async (t) => {
    const directory = temporaryDirectory(t);
    const start = () => startTestService(t, { dataDirectory: directory });
    const running = isRunning ? await start() : null;
    const file = fileOf(t, {
      [BOB]: { ...tutorialUser(BOB, 'bob@hbtn.io'), first_name: 'Bob' },
      [CAROL]: tutorialUser(CAROL, 'carol@hbtn.io', 'pwd'),
    });
    const imported = await runCli(directory, ['import', file]);
    assert.deepEqual(imported, { status: 0, stdout: 'Imported 2 users, left out 0\n', stderr: '' });
    const stored = await storedText(directory);
    assert.equal(stored.match(/\$scrypt-sha256\$/g)?.length, 2);
    for (const password of [PASSWORD, 'pwd']) assert.ok(!stored.includes(sha256(password)));

    const server = running ?? (await start());
    assert.equal((await login(server, 'bob@hbtn.io', 'wrong')).status, 401);
    const signedIn = await login(server, 'bob@hbtn.io', PASSWORD);
    assert.equal(signedIn.status, 200);
    assert.match(signedIn.text, new RegExp(`"created_at": "2017-09-25 01:55:17"[^]*"first_name": "Bob",\n  "id": "${BOB}"`));
    assert.equal((await login(server, 'carol@hbtn.io', 'pwd')).status, 200);
  });
}

test('import takes what it can, keeps what is there, and says what it left out and why', async (t) => {
  const directory = join(temporaryDirectory(t), 'data');
  const kept = numberedUser(1).with({ email: 'KEPT@hbtn.io' });
  await withModels(directory, ({ users }) => users.save(kept));
  const file = fileOf(t, {
    [BOB]: tutorialUser(BOB, 'bob@hbtn.io'),
    twin: tutorialUser('twin', 'BOB@hbtn.io'),
    taken: tutorialUser('taken', 'kept@hbtn.io'),
    'user-1': tutorialUser('user-1', 'other@hbtn.io'),
    bad: {},
    'again\u001b[31m\u202eé': tutorialUser(BOB, 'again@hbtn.io'),
  });
  const { status, stdout, stderr } = await runCli(directory, ['import', file]);
  assert.deepEqual([status, stderr], [0, '']);
  const [first, ...lines] = stdout.trimEnd().split('\n');
  assert.equal(first, 'Imported 1 users, left out 5');
  assert.deepEqual(lines.sort(), [
    '  "again\\u001b[31m\\u202eé": another user of the file has its id',
    '  "bad": it has no email',
    '  "taken": another user has this email',
    '  "twin": another user has this email',
    '  "user-1": this id is here already',
  ]);
  const { users } = await reopenedContent(directory);
  assert.deepEqual(users.map(({ id, email }) => [id, email]), [[kept.id, kept.email], [BOB, 'bob@hbtn.io']]);
});

test('import exits 1 where nothing was taken and nothing was there already; a second run changes nothing and exits 0', async (t) => {
  const directory = join(temporaryDirectory(t), 'data');
  const vain = await runCli(directory, ['import', fileOf(t, { bad: {} })]);
  assert.deepEqual([vain.status, vain.stdout], [1, 'Imported 0 users, left out 1\n  "bad": it has no email\n']);
  const file = fileOf(t, { bad: {}, [BOB]: tutorialUser(BOB, 'bob@hbtn.io') });
  assert.equal((await runCli(directory, ['import', file])).status, 0);
  const before = await storedText(directory);
  const again = await runCli(directory, ['import', file]);
  assert.deepEqual([again.status, again.stdout.split('\n')[0]], [0, 'Imported 0 users, 1 were here already, left out 1']);
  assert.equal(await storedText(directory), before);
  const json: unknown = JSON.parse((await runCli(directory, ['import', file, '--json'])).stdout);
  const leftOut = [{ key: 'bad', reason: 'it has no email' }];
  assert.deepEqual(json, { imported: 0, here_already: 1, left_out: leftOut });
});

test('import makes no administrator, but by DEFAULT_GROUPS', async (t) => {
  for (const [env, groups] of [[{}, []], [{ DEFAULT_GROUPS: 'admins' }, ['admins']]] as const) {
    const directory = join(temporaryDirectory(t), 'data');
    assert.equal((await runCli(directory, ['import', fileOf(t, { [BOB]: tutorialUser(BOB, 'b@hbtn.io') })], { env })).status, 0);
    assert.deepEqual((await reopenedContent(directory)).users.map((user) => user.groups), [groups]);
  }
});

test('import shows an estimate and its progress on a terminal; interrupted, it keeps what it has and goes on later', async (t) => {
  const directory = join(temporaryDirectory(t), 'data');
  const atOnce = availableParallelism() * 4;
  const count = atOnce + 2;
  const users = Array.from({ length: count }, (_, index) => tutorialUser(`user-${index}`, `user${index}@hbtn.io`));
  const file = fileOf(t, Object.fromEntries(users.map((user) => [user['id'], user])));

  const system = new TestSystem({ isTerminal: true, env: await storeSettings(directory) });
  system.onOutput = (text) => {
    if (text.includes(`${atOnce} of ${count}`)) system.signal('SIGINT');
  };
  const interrupted = await system.run(['import', file]);
  assert.equal(interrupted.status, 130);
  assert.equal(interrupted.stdout, `Imported ${atOnce} users, left out 0\n`);
  assert.match(interrupted.stderr, new RegExp(`^${count} password hashes: this takes about \\d+ s\n\r${atOnce} of ${count} \\(\\d+ %\\), `));
  assert.match(interrupted.stderr, new RegExp(`interrupted: ${atOnce} of ${count} were taken; the same command goes on\n$`));

  const { status, stdout, stderr } = await runCli(directory, ['import', file]);
  assert.deepEqual([status, stdout, stderr], [0, `Imported 2 users, ${atOnce} were here already, left out 0\n`, '']);
  assert.equal((await reopenedContent(directory)).users.length, count);
});

test('import exits 1, stores nothing and says why where it cannot read the file or take it, and 2 where it is not UTF-8', async (t) => {
  const directory = temporaryDirectory(t);
  const missing = join(directory, 'missing.json');
  const cases: readonly (readonly [file: string, status: number, says: RegExp])[] = [
    [missing, 1, /^there is no file \S+missing\.json; import takes the lines of JSON that export prints, or the tutorial's/],
    [join(fileOf(t, '{}'), 'a'), 1, /^there is no file \S+: a part of its path is a file; import takes/],
    [directory, 1, /^\S+ is a directory; import takes/],
    [fileOf(t, 'x'), 1, /is neither an export nor a JSON object of users; import takes/],
    [fileOf(t, '[]'), 1, /is neither an export nor a JSON object of users/],
    [fileOf(t, Buffer.from('{"a\xff": {}}', 'latin1')), 2, /is not UTF-8/],
  ];
  for (const [file, status, says] of cases) {
    const ended = await runCli(join(directory, 'data'), ['import', file]);
    assert.deepEqual([ended.status, ended.stdout], [status, ''], ended.stderr);
    assert.match(ended.stderr, says);
    assert.match(ended.stderr, /^[^\n]+\n$/);
  }
  const listed = await runCli(join(directory, 'data'), ['user', 'list']);
  assert.deepEqual([listed.status, listed.stdout], [IS_ON_DATABASE ? 0 : 1, ''], 'nothing was made');
});
