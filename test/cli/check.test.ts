import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertFailed, commandLine } from '../helpers/command-line.ts';
import { startTestService } from '../helpers/service.ts';

const EMAIL = 'bob@hbtn.io';
const PASSWORD = 'H0lbertonSchool98!';
const JOURNAL = 'journal.jsonl';

test('check reports what is in DATA_DIR, and exits 1 with the place when the journal is damaged', async (t) => {
  const { directory, run } = commandLine(t);
  const { addUser, api, service } = await startTestService(t, { dataDirectory: directory });
  await addUser(EMAIL, PASSWORD);
  await addUser('carol@hbtn.io', PASSWORD);
  await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  await service.close();
  writeFileSync(join(directory, 'notes.txt'), 'mine');

  const whole = await run(['check']);
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  const says = [/^journal\.jsonl: .* all whole$/m, /^ {2}users: 2$/m, /^ {2}user_sessions: 1$/m, /^notes\.txt: /m];
  for (const line of says) assert.match(whole.stdout, line);

  const path = join(directory, JOURNAL);
  const sound = readFileSync(path);
  appendFileSync(path, '{"torn');
  const torn = await run(['check']);
  assert.deepEqual([torn.status, torn.stderr], [1, '']);
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
  assertFailed(await run(['check'], { env: { DATA_DIR: join(directory, 'missing') } }), 1, /ENOENT/);
});

test('check reads a directory while its server writes there', async (t) => {
  const { directory, run } = commandLine(t);
  const { addUser, api } = await startTestService(t, { dataDirectory: directory });
  await addUser(EMAIL, PASSWORD);
  const counts = /^journal\.jsonl: .* all whole$\n^ {2}users: 1$/m;
  const whole = await run(['check']);
  assert.deepEqual([whole.status, whole.stderr], [0, '']);
  assert.match(whole.stdout, counts);
  // Half of a line: a write of this very moment.
  appendFileSync(join(directory, JOURNAL), '{"half');
  const growing = await run(['check']);
  assert.deepEqual([growing.status, growing.stderr], [0, '']);
  assert.match(growing.stdout, counts);
  assert.match(growing.stdout, /^journal\.jsonl: 6 bytes more, which were just being written$/m);
  assert.equal((await api('GET', '/status')).status, 200);
});

test('check says that it reads files where DATABASE_URL is set', async (t) => {
  const { run } = commandLine(t);
  const ended = await run(['check'], { env: { DATABASE_URL: 'postgres://user:secret@127.0.0.1/db' } });
  assertFailed(ended, 1, /^check reads the files of DATA_DIR, and DATABASE_URL is set\n$/);
});
