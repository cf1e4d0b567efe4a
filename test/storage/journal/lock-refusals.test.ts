import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreLockedError } from '../../../src/storage/store-errors.ts';
import { connectTo, LOCK_SOCKET, LockSocket } from '../../../src/storage/journal/lock-socket.ts';
import { DirectoryLock, LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import { systemError } from '../../helpers/faulty-file-system.ts';
import { machineWithoutProc } from '../../helpers/machine.ts';
import { startProcess } from '../../helpers/process.ts';
import { openModels } from '../../helpers/stored-models.ts';

const refuse = (code: string) => (): Promise<never> => Promise.reject(systemError(code));

function isLocked(error: unknown): boolean {
  return error instanceof StoreLockedError && error.pid === process.pid;
}

test('DirectoryLock holds by the pid, and says what is lost, where no sockets can be made', async (t) => {
  for (const machine of [machineWithoutProc(), undefined]) {
    const directory = temporaryDirectory(t);
    const notices: string[] = [];
    const system = { listen: async () => null, ...(machine !== undefined && { machine }) };
    const lock = await DirectoryLock.acquire(directory, { system, onNotice: (notice) => notices.push(notice) });
    assert.deepEqual(readdirSync(directory), [LOCK_FILE]);
    assert.equal(notices.length, 1);
    assert.match(notices.join(), /no sockets can be made here, so the lock does not hold between containers/);
    await assert.rejects(DirectoryLock.acquire(directory, { system }), isLocked);
    await assert.rejects(DirectoryLock.acquire(directory), isLocked);
    await lock.release();
    assert.deepEqual(readdirSync(directory), []);
    writeFileSync(join(directory, LOCK_FILE), '{"pid":4194305,"startedAt":null,"id":"1"}\n');
    await (await DirectoryLock.acquire(directory, { system })).release();
    assert.deepEqual(readdirSync(directory), []);
  }
});

for (const code of ['EPERM', 'EOPNOTSUPP', 'EINVAL', 'EAFNOSUPPORT']) {
  test(`LockSocket.listen() gives null where the system says ${code}`, async (t) => {
    const directory = temporaryDirectory(t);
    const { Server } = await import('node:net');
    t.mock.method(Server.prototype, 'listen', function listen(this: InstanceType<typeof Server>) {
      process.nextTick(() => this.emit('error', systemError(code)));
      return this;
    });
    assert.equal(await LockSocket.listen(directory, 'a.sock', null, () => {}), null);
  });
}

test('DirectoryLock holds where the file system has no links', async (t) => {
  const directory = temporaryDirectory(t);
  const system = { link: refuse('EPERM') };
  const lock = await DirectoryLock.acquire(directory, { system });
  assert.deepEqual(readdirSync(directory).sort(), [LOCK_FILE, LOCK_SOCKET]);
  await assert.rejects(DirectoryLock.acquire(directory, { system }), isLocked);
  await lock.release();
  assert.deepEqual(readdirSync(directory), []);
});

test('DirectoryLock.acquire() waits for a text that is being written, and not for ever', async (t) => {
  const directory = temporaryDirectory(t);
  const holder = await DirectoryLock.acquire(directory);
  const text = readFileSync(join(directory, LOCK_FILE), 'utf8');
  for (const length of [0, 10]) {
    writeFileSync(join(directory, LOCK_FILE), text.slice(0, length));
    const wait = async (): Promise<void> => writeFileSync(join(directory, LOCK_FILE), text);
    await assert.rejects(DirectoryLock.acquire(directory, { system: { wait, link: refuse('EPERM') } }), isLocked);
  }
  await holder.release();
  writeFileSync(join(directory, LOCK_FILE), '');
  let waits = 0;
  const system = {
    link: refuse('EPERM'),
    wait: async () => {
      waits += 1;
    },
  };
  await (await DirectoryLock.acquire(directory, { system })).release();
  assert.equal(waits, 50);
  assert.deepEqual(readdirSync(directory), []);
});

for (const [title, system] of [
  ['link with ENOSPC', { link: refuse('ENOSPC') }],
  ['link with EIO', { link: refuse('EIO') }],
  ['the socket with ENOSPC', { listen: refuse('ENOSPC') }],
] as const) {
  test(`DirectoryLock.acquire() leaves nothing behind in five tries where the disk refuses ${title}`, async (t) => {
    const directory = temporaryDirectory(t);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await assert.rejects(DirectoryLock.acquire(directory, { system }), { code: /ENOSPC|EIO/ });
      assert.deepEqual(readdirSync(directory), []);
    }
  });
}

test('a start that can write no byte says so and leaves nothing behind, five times', async (t) => {
  const directory = temporaryDirectory(t);
  for (let attempt = 0; attempt < 5; attempt += 1) {
    // No file may have a byte (setrlimit(2), RLIMIT_FSIZE): what a full disk does, without one.
    const script = 'ulimit -f 0; exec "$0" dist/cli.js user list';
    const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: directory, TSX_DISABLE_CACHE: '1' };
    const child = spawn('/bin/sh', ['-c', script, process.execPath], { env });
    let problem = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      problem += text;
    });
    const [code]: unknown[] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(problem, /^cannot use DATA_DIR \S+ .*EFBIG.*\n$/);
    assert.deepEqual(readdirSync(directory), []);
  }
});

test('DirectoryLock listens, and is found, in a directory whose path is too long for a socket', async (t) => {
  const directory = join(temporaryDirectory(t), 'é'.repeat(60), 'x'.repeat(200));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const holder = startProcess(t, 'test/helpers/store-holder.ts', [directory]);
  await holder.output(/open/);
  assert.ok(lstatSync(join(directory, LOCK_SOCKET)).isSocket());
  await assert.rejects(openModels(directory), (error) => error instanceof StoreLockedError && error.pid === holder.pid);
  holder.kill('SIGKILL');
  await holder.ended;
  const { store } = await openModels(directory);
  await assert.rejects(openModels(directory), isLocked);
  await store.close();
  assert.deepEqual(readdirSync(directory), ['journal.jsonl']);
});

test('DirectoryLock gives its connections to the caller, and ends them when it is released', async (t) => {
  const directory = temporaryDirectory(t);
  assert.equal(await connectTo(directory), null);
  const lock = await DirectoryLock.acquire(directory, { onConnection: (socket) => socket.pipe(socket) });
  assert.equal(lstatSync(join(directory, LOCK_SOCKET)).mode & 0o777, 0o600);
  const client = await connectTo(directory);
  assert.ok(client !== null);
  const closed = once(client, 'close');
  client.write('hello');
  const [answer]: unknown[] = await once(client, 'data');
  assert.equal(String(answer), 'hello');
  await lock.release();
  await closed;
  assert.equal(await connectTo(directory), null);
});

test('DirectoryLock.acquire() follows no link that has the name of the lock', async (t) => {
  const directory = temporaryDirectory(t);
  const target = join(temporaryDirectory(t), 'target');
  writeFileSync(target, '{"pid":4194305,"startedAt":null}\n');
  symlinkSync(target, join(directory, LOCK_FILE));
  await assert.rejects(DirectoryLock.acquire(directory), { code: 'ELOOP' });
  assert.deepEqual(readdirSync(directory), [LOCK_FILE]);
});
