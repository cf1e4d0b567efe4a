import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { LogFormat } from '../../src/config.ts';
import { send } from '../helpers/client.ts';
import { temporaryDirectory } from '../helpers/directory.ts';
import { SERVER } from '../helpers/process.ts';
import { request, STATUS } from '../helpers/requests.ts';
import { Wire } from '../helpers/wire.ts';

const HOLDS_UP = { timeout: 60_000 };
/** A request whose line in the log is 2 KB long. */
const LONG_LINE = request(`GET /api/v1/status?${'x'.repeat(2_000)}`);

interface Logged {
  readonly child: ChildProcess;
  readonly port: number;
  /** The reading end of its standard output, a real pipe; what was read so far is in `text()`. */
  readonly reader: Socket;
  readonly text: () => string;
  /** Ends its other log, standard error, as well. */
  readonly closeStderr: () => void;
}

/** `node dist/server.js | reader`, with the reader in our hands. */
async function startLogged(t: TestContext, logFormat: LogFormat = 'common'): Promise<Logged> {
  const directory = temporaryDirectory(t);
  const pipe = join(directory, 'stdout');
  execFileSync('mkfifo', [pipe]);
  const reader = new Socket({ fd: openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
  const stdout = openSync(pipe, constants.O_WRONLY);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH, HOME, API_PORT: '0', DATA_DIR: join(directory, 'data'), LOG_FORMAT: logFormat, ALLOWED_HOSTS: '*' },
    stdio: ['ignore', stdout, 'pipe'],
  });
  closeSync(stdout);
  t.after(async () => {
    reader.destroy();
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  });
  let text = '';
  reader.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  for (;;) {
    const port = /Running on http:\/\/127\.0\.0\.1:(\d+)\//.exec(text)?.[1];
    if (port !== undefined && text.endsWith('\n')) {
      return { child, port: Number(port), reader, text: () => text, closeStderr: () => child.stderr?.destroy() };
    }
    await once(reader, 'data');
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return child.exitCode;
}

test('the server goes on when nobody reads its logs any more', HOLDS_UP, async (t) => {
  const { child, port, reader, closeStderr } = await startLogged(t);
  reader.destroy();
  closeStderr();
  const wire = await Wire.open(port);
  // Far more than is gathered before a write, so that writes fail (EPIPE) while we look.
  for (let i = 0; i < 1_000; i += 1) {
    wire.send(LONG_LINE);
    assert.equal((await wire.answer())?.status, 200, `request ${i}`);
  }
  wire.socket.destroy();
  const form = { email: 'nobody@x.y', password: 'x' };
  const login = await send(`http://127.0.0.1:${port}`, 'POST', '/api/v1/auth_session/login', { form });
  assert.equal(login.status, 404, 'what is logged on standard error is lost, not the answer');
  assert.equal(child.exitCode, null);
  assert.equal(await stop(child), 0);
});

/** How each form of the log tells of a request of ours, and of lines that were dropped. */
const FORMS = [
  [
    'common',
    /^127\.0\.0\.1 .*"GET \/api\/v1\/status(?:\?x{2000})? HTTP\/1\.1" 200 -$/,
    /^(\d+) log lines were dropped: they could not be written fast enough$/,
  ],
  [
    'json',
    /^\{"time":"[^"]+","address":"127\.0\.0\.1","method":"GET","target":"\/api\/v1\/status(?:\?x{2000})?".*\}$/,
    /^\{"event":"log_lines_dropped","count":(\d+)\}$/,
  ],
] as const;

for (const [logFormat, whole, notice] of FORMS) {
  test(`a reader of a ${logFormat} log that stands still holds nobody up, and learns how much it missed`, HOLDS_UP, async (t) => {
    const { child, port, reader, text } = await startLogged(t, logFormat);
    reader.pause();
    const wire = await Wire.open(port);
    const total = 8_000; // 16 MB of lines: twice what may wait in memory
    const batch = 100;
    for (let sent = 0; sent < total; sent += batch) {
      wire.send(LONG_LINE.repeat(batch));
      for (let i = 0; i < batch; i += 1) assert.equal((await wire.answer())?.status, 200);
    }
    const started = performance.now();
    wire.send(STATUS);
    assert.equal((await wire.answer())?.status, 200);
    assert.ok(performance.now() - started < 1_000, 'answered at once with the log full');
    wire.socket.destroy();

    const ended = once(reader, 'end');
    reader.resume();
    assert.equal(await stop(child), 0);
    await ended;
    const lines = text().split('\n');
    assert.equal(lines.pop(), '', 'ends with a whole line');
    const requests = lines.filter((line) => whole.test(line));
    const dropped = lines.map((line) => Number(notice.exec(line)?.[1] ?? 0));
    const missed = dropped.reduce((sum, count) => sum + count, 0);
    t.diagnostic(`${requests.length} lines read, ${missed} dropped`);
    assert.ok(missed > 0, 'more was logged than may wait');
    assert.equal(requests.length + missed, total + 1, 'every line was read or counted');
  });
}
