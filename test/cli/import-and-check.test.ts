import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertFailed, commandLine } from '../helpers/command-line.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { startTestService } from '../helpers/service.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';
const JOURNAL = 'journal.jsonl';

/** A user as the tutorial's `.db_User.json` has one. */
function tutorialUser(id: string, email: unknown, password: string): { readonly [field: string]: unknown } {
  return {
    id,
    __class__: 'User',
    created_at: '2017-09-25T01:55:17',
    updated_at: '2017-10-16T04:23:04',
    email,
    _password: createHash('sha256').update(password).digest('hex'),
    first_name: null,
    last_name: null,
  };
}

test('import takes the users of the tutorial with their ids and passwords, and says what it left out', async (t) => {
  const { directory, run } = commandLine(t);
  const [bob, carol] = ['9375973a-68c7-46aa-b135-29f79e837495', 'cf3ddee1-ff24-49e4-a40b-2540333fe992'];
  const file = join(temporaryDirectory(t), '.db_User.json');
  writeFileSync(
    file,
    JSON.stringify({
      [bob]: { ...tutorialUser(bob, EMAIL, PASSWORD), first_name: 'Bob' },
      [carol]: tutorialUser(carol, 'carol@hbtn.io', 'pwd'),
      twin: tutorialUser('twin', 'BOB@hbtn.io', PASSWORD),
      again: tutorialUser(carol, 'carol2@hbtn.io', PASSWORD),
      nobody: tutorialUser('nobody', null, PASSWORD),
      plain: { ...tutorialUser('plain', 'plain@hbtn.io', PASSWORD), _password: PASSWORD },
      timeless: { ...tutorialUser('timeless', 'timeless@hbtn.io', PASSWORD), created_at: 'yesterday' },
      text: 'text',
    }),
  );
  const imported = await run(['import', file]);
  assert.deepEqual([imported.code, imported.stderr], [0, '']);
  const [summary, ...leftOut] = imported.stdout.trimEnd().split('\n');
  assert.equal(summary, 'Imported 2 users, left out 6', imported.stdout);
  assert.deepEqual(
    leftOut.map((line) => /^ {2}"(.*)": .+$/.exec(line)?.[1]).sort(),
    ['again', 'nobody', 'plain', 'text', 'timeless', 'twin'],
  );
  assert.ok(!imported.stdout.includes(PASSWORD));

  const listed = await run(['user', 'list']);
  assert.deepEqual(listed.stdout.trimEnd().split('\n'), [
    `${bob}  2017-09-25 01:55:17  ${EMAIL}`,
    `${carol}  2017-09-25 01:55:17  carol@hbtn.io`,
  ]);

  const again = await run(['import', file]);
  assert.deepEqual([again.code, again.stdout.split('\n', 1)[0]], [1, 'Imported 0 users, left out 8']);

  const journal = (): string => readFileSync(join(directory, JOURNAL), 'utf8');
  const { api, service } = await startTestService(t, { dataDirectory: directory });
  assert.ok(!journal().includes('$sha256$'), 'a bare SHA-256 is not stored, not for a moment');
  assert.equal((journal().match(/\$scrypt-sha256\$/g) ?? []).length, 2);
  const signIn = (email: string, password: string) =>
    api('POST', '/auth_session/login', { form: { email, password } });
  assert.equal((await signIn(EMAIL, 'wrong')).status, 401);
  assert.ok(!journal().includes('$scrypt-hmac-sha256$'), 'a wrong password replaces nothing');
  const login = await signIn(EMAIL, PASSWORD);
  assert.equal(login.status, 200);
  assert.match(login.text, new RegExp(`"first_name": "Bob",\n  "id": "${bob}"`));
  assert.match(login.text, /"updated_at": "2017-10-16 04:23:04"/);
  assert.match(journal(), new RegExp(`"id":"${bob}"[^\n]*\\$scrypt-hmac-sha256\\$`));
  assert.equal((await signIn(EMAIL, PASSWORD)).status, 200);
  assert.equal((await signIn('carol@hbtn.io', 'pwd')).status, 200);
  await service.close();
});

test('import exits 1 and changes nothing when the file is no JSON object', async (t) => {
  const { directory, run } = commandLine(t);
  const file = join(temporaryDirectory(t), 'file.json');
  for (const text of ['{', '[]']) {
    writeFileSync(file, text);
    assertFailed(await run(['import', file]), 1, /is no JSON object of users\n$/);
  }
  assertFailed(await run(['import', `${file}.missing`]), 1, /ENOENT.*file\.json\.missing/);
  assert.equal(existsSync(join(directory, JOURNAL)), false);
});

test('check reports what is in DATA_DIR, and exits 1 with the place when the journal is damaged', async (t) => {
  const { directory, run } = commandLine(t);
  const { addUser, api, service } = await startTestService(t, { dataDirectory: directory });
  await addUser(EMAIL, PASSWORD);
  await addUser('carol@hbtn.io', PASSWORD);
  await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  await service.close();
  writeFileSync(join(directory, 'notes.txt'), 'mine');

  const whole = await run(['check']);
  assert.deepEqual([whole.code, whole.stderr], [0, '']);
  const says = [/^journal\.jsonl: .* all whole$/m, /^ {2}users: 2$/m, /^ {2}user_sessions: 1$/m, /^notes\.txt: /m];
  for (const line of says) assert.match(whole.stdout, line);

  const path = join(directory, JOURNAL);
  const sound = readFileSync(path);
  appendFileSync(path, '{"torn');
  const torn = await run(['check']);
  assert.deepEqual([torn.code, torn.stderr], [1, '']);
  assert.match(torn.stdout, /its end, 6 bytes from line \d+ \(byte \d+\) on, is not whole/);
  assert.equal(readFileSync(path).length, sound.length + 6, 'a check changes nothing');

  const damaged = Buffer.from(sound);
  damaged.writeUInt8(damaged.readUInt8(Math.floor(sound.length / 2)) ^ 1, Math.floor(sound.length / 2));
  writeFileSync(path, damaged);
  assertFailed(await run(['check']), 1, /journal\.jsonl is damaged at line \d+ \(byte \d+\)/);
  assertFailed(await run(['user', 'list']), 1, /journal\.jsonl is damaged at line \d+ \(byte \d+\)/);
  assert.deepEqual(readFileSync(path), damaged, 'nothing was changed');
});

test('check exits 1 when there is no such directory', async (t) => {
  const { directory, run } = commandLine(t);
  assertFailed(await run(['check'], '', { DATA_DIR: join(directory, 'missing') }), 1, /ENOENT/);
});
