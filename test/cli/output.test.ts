import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Output } from '../../src/cli/output.ts';
import type { OutputStream } from '../../src/cli/output.ts';
import { Progress } from '../../src/cli/progress.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { runCli } from '../helpers/in-process-cli.ts';
import { numberedUser, withModels } from '../helpers/stored-models.ts';
import { IS_ON_DATABASE, storeSettings } from '../helpers/test-database.ts';

/** A stream that keeps what is written, or fails. */
class TestStream implements OutputStream {
  readonly isTTY: boolean;
  readonly #code: string | null;
  text = '';

  constructor({ isTTY = false, code = null }: { isTTY?: boolean; code?: string | null } = {}) {
    this.isTTY = isTTY;
    this.#code = code;
  }

  write(text: string, callback: (error?: Error | null) => void): void {
    this.text += text;
    callback(this.#code === null ? null : Object.assign(new Error(this.#code), { code: this.#code }));
  }

  on(): void {}
}

test('rows() aligns a table under its heading on a terminal, by what is seen of each cell', async () => {
  const stream = new TestStream({ isTTY: true });
  await new Output(stream).rows(['ID', 'NAME', 'GROUPS'], [['1', 'Zoe\u0301', 'ops'], ['22', 'a\u0007', ''], ['3', 'Jo', 'a']]);
  assert.equal(stream.text, 'ID  NAME     GROUPS\n1   Zoe\u0301      ops\n22  a\\u0007\n3   Jo       a\n');
});

test('rows() sets columns two spaces apart where there is no terminal', async () => {
  const stream = new TestStream();
  await new Output(stream).rows(['ID', 'NAME'], [['1', 'Zoe'], ['22', '']]);
  assert.equal(stream.text, '1  Zoe\n22\n');
});

for (const [code, problem] of [
  ['EPIPE', null],
  ['EIO', null],
  ['ENOSPC', 'the output could not be written: ENOSPC'],
] as const) {
  test(`Output writes nothing more after ${code}, and ${problem === null ? 'calls it no problem' : 'says why'}`, async () => {
    const stream = new TestStream({ code });
    const output = new Output(stream);
    await output.line('one');
    await output.line('two');
    assert.equal(stream.text, 'one\n');
    assert.equal(output.problem, problem);
  });
}

test('Progress tells an estimate after the first step, then how far it is, on a terminal only', async () => {
  let now = 0;
  const stream = new TestStream({ isTTY: true });
  const progress = new Progress(new Output(stream), 1_000, 'hashes', () => now);
  now += 10_000;
  await progress.advance(10);
  now += 5_000;
  await progress.advance(490);
  await progress.end();
  assert.equal(
    stream.text,
    '1000 hashes: this takes about 17 min\n' +
      '\r10 of 1000 (1 %), 17 min left\x1b[K' +
      '\r500 of 1000 (50 %), 15 s left\x1b[K' +
      '\r\x1b[K',
  );
  const piped = new TestStream();
  const quiet = new Progress(new Output(piped), 2, 'hashes', () => now);
  await quiet.advance(1);
  await quiet.end();
  assert.equal(piped.text, '');
});

/** Runs a command in a shell, as a person would type it. */
async function shell(
  t: TestContext,
  command: string,
  directory: string,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const cli = `'${process.execPath}' dist/cli.js`;
  const child = spawn('bash', ['-c', `set -o pipefail; ${command.replaceAll('CLI', cli)}`], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...(await storeSettings(directory)) },
  });
  t.after(() => child.kill());
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (seen.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (seen.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, ...seen }));
  });
}

test('a reader that goes away, and a disk that is full, end a command without a stack trace or a lock', async (t) => {
  const directory = temporaryDirectory(t);
  // More than a pipe holds.
  await withModels(directory, ({ users }) => Promise.all(Array.from({ length: 3_000 }, (_, index) => users.save(numberedUser(index)))));
  const expected = (await runCli(directory, ['user', 'list'])).stdout.split('\n', 1)[0];
  const head = await shell(t, 'CLI user list | head -1', directory);
  assert.deepEqual(head, { status: 0, stdout: `${expected}\n`, stderr: '' });
  if (existsSync('/dev/full')) {
    const full = await shell(t, 'CLI user list > /dev/full', directory);
    assert.deepEqual([full.status, full.stdout], [1, '']);
    assert.match(full.stderr, /^the output could not be written: [^\n]*ENOSPC[^\n]*\n$/);
  }
  const closed = await shell(t, 'CLI user groups nobody@example.com 2>&-', directory);
  assert.deepEqual([closed.status, closed.stdout], [1, '']);
  assert.deepEqual(readdirSync(directory), IS_ON_DATABASE ? [] : ['journal.jsonl']);
});
