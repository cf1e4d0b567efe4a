import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { WriteFunction } from '../../src/http/log-writer.ts';
import { LogWriter } from '../../src/http/log-writer.ts';

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i}\n`).join('');

function openFile(t: TestContext): { fd: number; read: () => string } {
  const directory = mkdtempSync(join(tmpdir(), 'log-writer-'));
  const path = join(directory, 'log');
  const fd = openSync(path, 'a');
  t.after(() => {
    closeSync(fd);
    rmSync(directory, { recursive: true });
  });
  return { fd, read: () => readFileSync(path, 'utf8') };
}

type Done = Parameters<WriteFunction>[5];

/** A descriptor that answers each write only when told to. */
function heldWrites(): { write: WriteFunction; held: { text: string; done: Done }[]; text: () => string } {
  const held: { text: string; done: Done }[] = [];
  let text = '';
  const write: WriteFunction = (_fd, bytes, offset, length, _position, callback) => {
    const chunk = bytes.toString('utf8', offset, offset + length);
    const done: Done = (error, written) => {
      if (error === null) text += chunk.slice(0, written);
      callback(error, written);
    };
    held.push({ text: chunk, done });
  };
  return { write, held, text: () => text };
}

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code });

test('constructor() refuses what is no descriptor', () => {
  for (const fd of [-1, 1.5, Number.NaN]) assert.throws(() => new LogWriter(fd), TypeError);
});

test('close() loses no line, and keeps their order', async (t) => {
  const { fd, read } = openFile(t);
  const writer = new LogWriter(fd);
  for (let i = 0; i < 50_000; i += 1) {
    writer.write(`line ${i}\n`);
    if (i % 10_000 === 0) await writer.flush();
  }
  await writer.close();
  assert.equal(read(), lines(0, 50_000));
});

test('flush() resolves once the lines before it are written, and at once where there are none', async (t) => {
  const { fd, read } = openFile(t);
  const writer = new LogWriter(fd, { flushIntervalMs: 1_000_000 });
  await writer.flush();
  writer.write('é 1\n');
  const first = writer.flush();
  writer.write('2\n');
  await Promise.all([first, writer.flush()]);
  assert.equal(read(), 'é 1\n2\n');
});

test('write() gathers lines, and starts the next write only after the one before it', async () => {
  const { write, held, text } = heldWrites();
  const writer = new LogWriter(1, { write, flushIntervalMs: 1_000_000 });
  writer.write('a\n');
  assert.equal(held.length, 0, 'waits for more');
  writer.write(`${'b'.repeat(65_536)}\n`);
  assert.equal(held.length, 1, 'enough has come');
  writer.write(`${'c'.repeat(65_536)}\n`);
  writer.write('d\n');
  assert.equal(held.length, 1, 'one write in flight');
  held[0]?.done(null, 65_539);
  assert.equal(held.length, 2);
  held[1]?.done(null, 65_539);
  await writer.flush();
  assert.equal(text(), `a\n${'b'.repeat(65_536)}\n${'c'.repeat(65_536)}\nd\n`);
});

test('write() is followed by the timer where little is written', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { write, held } = heldWrites();
  const writer = new LogWriter(1, { write, flushIntervalMs: 100 });
  writer.write('a\n');
  t.mock.timers.tick(99);
  assert.equal(held.length, 0);
  t.mock.timers.tick(1);
  assert.equal(held[0]?.text, 'a\n');
});

test('write() goes on where a write was partial, or has to be tried again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { write, held, text } = heldWrites();
  const writer = new LogWriter(1, { write, retryDelayMs: 20 });
  writer.write('abcdef\n');
  const flushed = writer.flush();
  held[0]?.done(null, 2);
  assert.equal(held[1]?.text, 'cdef\n');
  held[1]?.done(failure('EAGAIN'), 0);
  assert.equal(held.length, 2);
  t.mock.timers.tick(20);
  held[2]?.done(null, 5);
  await flushed;
  assert.equal(text(), 'abcdef\n');
});

test('write() drops lines past its bound, and one line says how many', async () => {
  const { write, held, text } = heldWrites();
  const writer = new LogWriter(1, { write, maxBufferedBytes: 20 });
  writer.droppedLine = (count) => `dropped ${count}\n`;
  writer.write('first\n');
  const first = writer.flush();
  for (let i = 0; i < 1_000; i += 1) writer.write('0123456789\n');
  held[0]?.done(null, 6);
  await first;
  const second = writer.flush();
  assert.equal(held.length, 2);
  held[1]?.done(null, held[1].text.length);
  await second;
  assert.equal(text(), 'first\n0123456789\ndropped 999\n');
});

test('write() while another write is under way is followed by the timer, and what was said once is not said again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { write, held, text } = heldWrites();
  const writer = new LogWriter(1, { write, maxBufferedBytes: 3 });
  writer.droppedLine = (count) => `dropped ${count}\n`;
  writer.write('a\n');
  t.mock.timers.tick(100);
  writer.write('b\n');
  writer.write('c\n');
  held[0]?.done(null, 2);
  assert.equal(held.length, 1);
  t.mock.timers.tick(100);
  assert.equal(held[1]?.text, 'b\ndropped 1\n');
  held[1]?.done(null, held[1].text.length);
  writer.write('d\n');
  t.mock.timers.tick(100);
  held[2]?.done(null, 2);
  assert.equal(text(), 'a\nb\ndropped 1\nd\n');
});

test('flush() tells of lines that were lost though none came after, and counts them anew where that is lost', async () => {
  const { write, held, text } = heldWrites();
  const writer = new LogWriter(1, { write });
  writer.droppedLine = (count) => `dropped ${count}\n`;
  writer.write('a\n');
  writer.write('b\n');
  for (const lost of [0, 1]) {
    const flushed = writer.flush();
    held[lost]?.done(failure('ENOSPC'), 0);
    await flushed;
  }
  const flushed = writer.flush();
  held[2]?.done(null, held[2].text.length);
  await flushed;
  await writer.flush();
  assert.deepEqual([text(), held.length], ['dropped 2\n', 3]);
});

test('write() goes on after an error, and tells of the lines that were lost', async () => {
  for (const code of ['EPIPE', 'EIO', 'ENOSPC', 'EBADF']) {
    const { write, held, text } = heldWrites();
    const writer = new LogWriter(1, { write });
    writer.droppedLine = (count) => `dropped ${count}\n`;
    writer.write('a\n');
    writer.write('b\n');
    const first = writer.flush();
    held[0]?.done(failure(code), 0);
    await first;
    writer.write('c\n');
    const second = writer.flush();
    held[1]?.done(null, held[1].text.length);
    await second;
    assert.equal(text(), 'c\ndropped 2\n', code);
  }
});

test('close() gives up on a reader that stands still', async () => {
  const { write, held } = heldWrites();
  const writer = new LogWriter(1, { write });
  writer.write('a\n');
  await writer.close(10);
  assert.equal(held.length, 1);
});

test('flushSync() writes all that is not confirmed', (t) => {
  const { fd, read } = openFile(t);
  const writer = new LogWriter(fd, { write: () => {}, flushIntervalMs: 1_000_000 });
  writer.write('in flight\n');
  void writer.flush();
  writer.write('pending\n');
  writer.flushSync();
  writer.flushSync();
  assert.ok(read().startsWith('in flight\npending\n'));
  new LogWriter(999_999).flushSync();
  const broken = new LogWriter(999_999);
  broken.write('nowhere\n');
  assert.doesNotThrow(() => broken.flushSync());
});

test('flushSync() writes all to a pipe that takes a part at a time, and nothing for a while', async (t) => {
  const { fd, read } = openFile(t);
  const directory = mkdtempSync(join(tmpdir(), 'log-writer-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const reader = spawn('sh', ['-c', 'echo ready >&2; sleep 0.05; cat'], { stdio: [reading, fd, 'pipe'] });
  closeSync(reading);
  const ended = once(reader, 'close');
  await once(reader.stderr ?? reader, 'data');
  const writer = new LogWriter(writing, { write: () => {} });
  writer.write(lines(0, 30_000)); // five times what a pipe holds
  writer.flushSync();
  closeSync(writing);
  await ended;
  assert.equal(read(), lines(0, 30_000));
});

const PRODUCER = `
  import { LogWriter } from ${JSON.stringify(new URL('../../src/http/log-writer.ts', import.meta.url).href)};
  process.stdout; // makes a pipe non-blocking, as the server does
  const writer = new LogWriter(1, { maxBufferedBytes: 1e6 });
  for (let i = 0; i < 100_000; i += 1) {
    writer.write('line ' + i + '\\n');
    if (i % 1_000 === 0) await new Promise(setImmediate);
  }
  const started = performance.now();
  await new Promise(setImmediate);
  const lagMs = performance.now() - started;
  await writer.close(5_000);
  console.error(lagMs < 1_000 ? 'done' : 'the event loop stood still');
`;

/** Runs the producer with its standard output a pipe. */
function produce(): { child: ReturnType<typeof spawn>; finished: Promise<{ code: number | null; stderr: string }> } {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PRODUCER]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const finished = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stderr })),
  );
  return { child, finished };
}

test('LogWriter goes on when the reader of its pipe is gone', async () => {
  const { child, finished } = produce();
  child.stdout?.destroy();
  assert.deepEqual(await finished, { code: 0, stderr: 'done\n' });
});

test('LogWriter accounts for every line on a pipe whose reader is slow', async () => {
  const { child, finished } = produce();
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    child.stdout?.pause();
    setTimeout(() => child.stdout?.resume(), 2);
  });
  assert.deepEqual(await finished, { code: 0, stderr: 'done\n' });
  let dropped = 0;
  let last = -1;
  let count = 0;
  for (const line of text.trimEnd().split('\n')) {
    const notice = /^(\d+) log lines were dropped/.exec(line);
    if (notice !== null) {
      dropped += Number(notice[1]);
      continue;
    }
    const number = Number(/^line (\d+)$/.exec(line)?.[1]);
    assert.ok(number > last, `${line} after ${last}`);
    last = number;
    count += 1;
  }
  assert.equal(count + dropped, 100_000);
});
