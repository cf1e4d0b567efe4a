import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { StoreLockedError } from '../../../src/storage/store-errors.ts';
import { LOCK_SOCKET } from '../../../src/storage/journal/lock-socket.ts';
import { DirectoryLock, LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { anotherContainer, anotherMachine, machineWithoutProc } from '../../helpers/machine.ts';
import { CLI, startProcess } from '../../helpers/process.ts';
import type { TestProcess } from '../../helpers/process.ts';

const HOLDER = 'test/helpers/store-holder.ts';

async function startHolder(t: TestContext, directory: string): Promise<TestProcess> {
  const holder = startProcess(t, HOLDER, [directory]);
  await holder.output(/open/);
  return holder;
}

function isLocked(pid: number | null, says: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof StoreLockedError && error.pid === pid && says.test(error.message);
}

async function acquireAndRelease(directory: string, machine = anotherContainer()): Promise<void> {
  const lock = await DirectoryLock.acquire(directory, { system: { machine } });
  await lock.noteJournal();
  await lock.release();
  assert.deepEqual(readdirSync(directory).filter((name) => name.startsWith('lock')), []);
}

/** The lock of a process that is no more, changed in some members. */
async function leftLock(directory: string, change: object): Promise<void> {
  const lock = await DirectoryLock.acquire(directory);
  const text: unknown = JSON.parse(readFileSync(join(directory, LOCK_FILE), 'utf8'));
  await lock.release();
  writeFileSync(join(directory, LOCK_FILE), `${JSON.stringify({ ...Object(text), ...change })}\n`);
}

test('DirectoryLock.acquire() sees the holder from a container that sees none of its processes', async (t) => {
  const directory = temporaryDirectory(t);
  const holder = await startHolder(t, directory);
  const acquire = (): Promise<unknown> =>
    DirectoryLock.acquire(directory, { system: { machine: anotherContainer() } });
  const isHeld = isLocked(holder.pid, new RegExp(`is in use by process ${holder.pid} on \\S+: stop that process first`));
  await assert.rejects(acquire(), isHeld);
  // A process that is stopped answers nobody, and goes on one day.
  holder.kill('SIGSTOP');
  await assert.rejects(acquire(), isHeld);
  holder.kill('SIGKILL');
  await holder.ended;
  await acquireAndRelease(directory);
});

test('user list waits in a PID namespace of its own while a process outside has the directory', async (t) => {
  const directory = temporaryDirectory(t);
  const holder = await startHolder(t, directory);
  // Where the system lets this user make no namespace, the command is run in ours: it is refused just as well.
  const unshare = ['--pid', '--fork', '--mount-proc'];
  const isAllowed = spawnSync('unshare', [...unshare, 'true']).status === 0;
  t.diagnostic(`a PID namespace ${isAllowed ? 'was' : 'could not be'} made`);
  const command = [process.execPath, CLI, 'user', 'list'];
  const [program = '', ...args] = isAllowed ? ['unshare', ...unshare, ...command] : command;
  const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', DATA_DIR: directory } });
  let problem = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problem += text;
  });
  const ended = once(child, 'close');
  const hasToldNothing = ended.then(() => assert.fail(`it ended before it told that it waits: ${problem}`));
  while (!problem.includes(`waiting for another command that has ${directory}\n`)) {
    await Promise.race([once(child.stderr, 'data'), hasToldNothing]);
  }
  hasToldNothing.catch(() => {});
  assert.ok(!holder.isOver);
  holder.kill('SIGKILL');
  const [code]: unknown[] = await ended;
  assert.equal(code, 0, problem);
});

test('DirectoryLock.acquire() starts a restarted container that finds its own pid, with /proc or without', async (t) => {
  for (const change of [
    { startedAt: null, processStartMs: 1 },
    { startedAt: null, processStartMs: 1, hasSocket: false },
    { startedAt: null, processStartMs: null, hasSocket: false, id: 'of version 1' },
  ]) {
    const directory = temporaryDirectory(t);
    await leftLock(directory, change);
    await acquireAndRelease(directory, machineWithoutProc());
    await leftLock(directory, change);
    await (await DirectoryLock.acquire(directory)).release();
  }
});

test('DirectoryLock.acquire() refuses what another process without /proc has, until it is killed', async (t) => {
  const directory = temporaryDirectory(t);
  const holder = await startHolder(t, directory);
  const system = { machine: machineWithoutProc() };
  await assert.rejects(DirectoryLock.acquire(directory, { system }), isLocked(holder.pid, /in use/));
  holder.kill('SIGKILL');
  await holder.ended;
  await acquireAndRelease(directory, machineWithoutProc());
});

test('DirectoryLock.acquire() refuses what a machine had that shares the directory and cannot be asked', async (t) => {
  const directory = temporaryDirectory(t);
  await leftLock(directory, { pid: 4711, host: 'far' });
  const acquire = (machine = anotherMachine(true)): Promise<unknown> =>
    DirectoryLock.acquire(directory, { system: { machine } });
  await assert.rejects(acquire(), isLocked(4711, /was in use by process 4711 on far, and whether .* cannot be told/));
  await assert.rejects(acquire(), isLocked(4711, new RegExp(`once it is gone, remove ${directory}/lock and start again$`)));
  assert.deepEqual(readdirSync(directory), [LOCK_FILE]);
});

for (const [title, machine] of [
  ['that has booted anew', anotherMachine(true, 'far')],
  ['that has the directory on a disk of its own', anotherMachine(false)],
  ['that is the same, seen from another container', anotherContainer()],
] as const) {
  test(`DirectoryLock.acquire() takes over what a dead process had on a machine ${title}`, async (t) => {
    const directory = temporaryDirectory(t);
    await leftLock(directory, { pid: 4711, host: 'far' });
    await acquireAndRelease(directory, machine);
  });
}

test('DirectoryLock.acquire() refuses where somebody answers whose lock was removed', async (t) => {
  const directory = temporaryDirectory(t);
  const lock = await DirectoryLock.acquire(directory);
  const text = readFileSync(join(directory, LOCK_FILE), 'utf8');
  for (const left of ['nobody', null]) {
    writeFileSync(join(directory, LOCK_FILE), left ?? '{"pid":4194305,"startedAt":null,"id":"1"}\n');
    await assert.rejects(
      DirectoryLock.acquire(directory, { system: { wait: async () => {} } }),
      isLocked(null, /is in use by another process: stop that process first/),
    );
    assert.deepEqual(readdirSync(directory), [LOCK_SOCKET]);
  }
  writeFileSync(join(directory, LOCK_FILE), text);
  await lock.release();
  assert.deepEqual(readdirSync(directory), []);
});
