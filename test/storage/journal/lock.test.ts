import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreLockedError } from '../../../src/storage/store-errors.ts';
import { JOURNAL_FILE } from '../../../src/storage/journal/journal-recovery.ts';
import { LOCK_SOCKET } from '../../../src/storage/journal/lock-socket.ts';
import { DirectoryLock, LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { until } from '../../helpers/faulty-file-system.ts';
import { CLI, runProcess, startProcess } from '../../helpers/process.ts';
import { openModels } from '../../helpers/stored-models.ts';

const HOLDER = 'test/helpers/store-holder.ts';
const DEAD = '{"pid":4194305,"startedAt":"a process that is no more","id":"1"}\n';

function isHeldBy(pid: number, directory: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof StoreLockedError &&
    error.pid === pid &&
    error.directory === directory &&
    error.message.includes(`process ${pid}: stop that process first, or choose another DATA_DIR`);
}

/** What a lock of this process holds. */
async function ownLockText(directory: string): Promise<string> {
  const lock = await DirectoryLock.acquire(directory);
  const text = readFileSync(join(directory, LOCK_FILE), 'utf8');
  await lock.release();
  return text;
}

test('JournalStore.open() refuses a directory that this process has open, until it is closed', async (t) => {
  const directory = temporaryDirectory(t);
  const { store } = await openModels(directory);
  await assert.rejects(openModels(directory), isHeldBy(process.pid, directory));
  assert.deepEqual(readdirSync(directory).sort(), [JOURNAL_FILE, LOCK_FILE, LOCK_SOCKET]);
  await store.close();
  assert.deepEqual(readdirSync(directory), [JOURNAL_FILE]);
  await (await openModels(directory)).store.close();
});

test('JournalStore.open() refuses what another process has, and a command waits for it, until that is killed', async (t) => {
  const directory = temporaryDirectory(t);
  const holder = startProcess(t, HOLDER, [directory]);
  await holder.output(/open/);
  await assert.rejects(openModels(directory), isHeldBy(holder.pid, directory));
  const checked = await runProcess(t, CLI, ['check'], { env: { DATA_DIR: directory } });
  assert.deepEqual([checked.code, checked.stderr], [0, '']);
  const command = startProcess(t, CLI, ['user', 'list'], { env: { DATA_DIR: directory } });
  await command.output(new RegExp(`waiting for another command that has ${directory}\n`), 'stderr');
  assert.deepEqual([command.stdout, holder.isOver], ['', false]);
  holder.kill('SIGKILL');
  await holder.ended;
  assert.deepEqual((await command.ended).code, 0);
  await (await openModels(directory)).store.close();
  assert.deepEqual(readdirSync(directory), [JOURNAL_FILE]);
});

test('DirectoryLock.acquire() takes over from a process that was killed and that nobody waited for', async (t) => {
  const directory = temporaryDirectory(t);
  // The shell becomes a `sleep` that knows nothing of its child: killed, that stays behind as a zombie.
  const holder = `"${process.execPath}" --import tsx ${HOLDER} "${directory}"`;
  const script = `${holder} & echo "child $!"; exec sleep 60 > /dev/null`;
  const parent = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => parent.kill('SIGKILL'));
  let output = '';
  parent.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until(() => output.includes('open') && output.includes('child'));
  const pid = Number(/child (\d+)/.exec(output)?.[1]);
  await assert.rejects(DirectoryLock.acquire(directory), isHeldBy(pid, directory));
  process.kill(pid, 'SIGKILL');
  // proc(5): state (3), 16 more, number of threads (20): one is left, which has ended.
  await until(() => / Z (?:\S+ ){16}1 /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  await (await DirectoryLock.acquire(directory)).release();
});

for (const [title, makeText] of [
  ['a dead process', () => DEAD],
  ['a process whose pid another one has now', (own: string) => own.replace(/("startedAt":")[^"]*/, '$1before')],
  ['a process of before the last boot', (own: string) => own.replace(/("startedAt":")\S+/, '$1another-boot')],
  ['nobody: it is empty', () => '\n'],
  ['nobody: it is no JSON', () => '\0\0\0\0\n'],
  ['nobody: it is null', () => 'null\n'],
  ['nobody: its pid is 0', () => '{"pid":0,"startedAt":null}\n'],
  ['nobody: its pid is negative', () => '{"pid":-1,"startedAt":null}\n'],
  ['nobody: its pid is a text', () => '{"pid":"1","startedAt":null}\n'],
  ['nobody: its start is a number', (own: string) => own.replace(/"startedAt":"[^"]*"/, '"startedAt":1')],
] as const) {
  test(`DirectoryLock.acquire() takes over the lock of ${title}`, async (t) => {
    const directory = temporaryDirectory(t);
    const own = await ownLockText(directory);
    const text = makeText(own);
    assert.notEqual(text, own);
    writeFileSync(join(directory, LOCK_FILE), text);
    const lock = await DirectoryLock.acquire(directory);
    assert.deepEqual(readdirSync(directory).sort(), [LOCK_FILE, LOCK_SOCKET]);
    for (const name of [LOCK_FILE, LOCK_SOCKET]) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
    await assert.rejects(DirectoryLock.acquire(directory), isHeldBy(process.pid, directory));
    await lock.release();
    assert.deepEqual(readdirSync(directory), []);
  });
}

test('DirectoryLock.acquire() respects a live process of version 1 whose start nobody can tell', async (t) => {
  const directory = temporaryDirectory(t);
  // Process 1 is alive, and mostly another user's.
  writeFileSync(join(directory, LOCK_FILE), '{"pid":1,"startedAt":null}');
  await assert.rejects(DirectoryLock.acquire(directory), isHeldBy(1, directory));
});

test('DirectoryLock.acquire() takes over from one that was killed while it took over', async (t) => {
  const directory = temporaryDirectory(t);
  const own = await ownLockText(directory);
  const guard = `${LOCK_FILE}.${createHash('sha256').update(DEAD).digest('hex').slice(0, 16)}`;
  writeFileSync(join(directory, LOCK_FILE), DEAD);
  writeFileSync(join(directory, guard), '{"pid":1,"startedAt":null}');
  await assert.rejects(DirectoryLock.acquire(directory), isHeldBy(1, directory));
  assert.deepEqual(readdirSync(directory).sort(), [LOCK_FILE, guard]);
  for (const text of [DEAD.replace('4194305', '4194306'), own]) {
    writeFileSync(join(directory, LOCK_FILE), DEAD);
    writeFileSync(join(directory, guard), text);
    const lock = await DirectoryLock.acquire(directory);
    assert.deepEqual(readdirSync(directory).sort(), [LOCK_FILE, LOCK_SOCKET]);
    await lock.release();
  }
});
