import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. */
export interface RunningServer {
  /** `http://127.0.0.1:…`, without a path. */
  readonly base: string;
  readonly pid: number;
  /** What it wrote to standard error so far. */
  errors(): string;
  /** Ends it as a crash does: it has no time for anything. Resolves once it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a server on a free port.
 *
 * @param command arguments of node, such as `dist/server.js`
 * @param settings environment variables
 * @throws where it ends before it listens
 */
export async function startServer(
  command: readonly string[],
  settings: { readonly [name: string]: string },
): Promise<RunningServer> {
  const { PATH = '', TMPDIR = '/tmp' } = process.env;
  const env = { PATH, TMPDIR, API_PORT: '0', LOG_FORMAT: 'off', LOGIN_MAX_FAILURES: '0', ...settings };
  const child = spawn(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'exit');
  const base = await bannerOf(child, () => errors);
  return {
    base,
    pid: child.pid ?? 0,
    errors: () => errors,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function bannerOf(child: ChildProcess, errors: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const base = /Running on (http:\/\/\S+)\/ \(Press CTRL\+C to quit\)/.exec(output)?.[1];
      if (base !== undefined) resolve(base);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the server ended (${String(code)}): ${output}${errors()}`)));
  });
}
