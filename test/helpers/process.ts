import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** The whole environment, but for what a process cannot do without: no setting of the caller leaks in. */
  readonly env?: { readonly [name: string]: string };
  /** Written to its standard input, which then ends. */
  readonly input?: string | Buffer;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What ships, built by `npm test` before the tests run: it starts in a third of the time that its TypeScript takes. */
export const SERVER = 'dist/server.js';
export const CLI = 'dist/cli.js';

/** A program of ours, built or in TypeScript, as a process of its own. */
export class TestProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #seen = { stdout: '', stderr: '' };
  readonly #watchers = new Set<() => void>();

  constructor(script: string, args: readonly string[], options: ProcessOptions) {
    const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
    const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : [];
    this.#child = spawn(process.execPath, [...loader, script, ...args], {
      cwd: ROOT,
      env: { PATH, HOME, TMPDIR, ...options.env },
    });
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name].setEncoding('utf8').on('data', (text: string) => {
        this.#seen[name] += text;
        for (const watcher of this.#watchers) watcher();
      });
    }
    // A process that is gone before it has read its input breaks the pipe: how it ended tells more.
    this.#child.stdin.on('error', () => {});
    this.#child.stdin.end(options.input ?? '');
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        resolve({ code, signal, ...this.#seen });
        for (const watcher of this.#watchers) watcher();
      });
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process was not started');
    return this.#child.pid;
  }

  get stdout(): string {
    return this.#seen.stdout;
  }

  get stderr(): string {
    return this.#seen.stderr;
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until what it has written matches; fails where the process ends first. */
  output(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#seen[stream]);
        if (match === null && !this.isOver) return;
        this.#watchers.delete(look);
        if (match !== null) resolve(match);
        else reject(new Error(`ended without ${pattern}: ${this.#seen.stdout}${this.#seen.stderr}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** The address in the banner, once it listens: `http://127.0.0.1:…`, without a path. */
  async base(): Promise<string> {
    const [, base] = await this.output(/Running on (http:\/\/\S+)\/ \(Press CTRL\+C to quit\)(?:"\})?\n/);
    return base ?? '';
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Starts a process that does not outlive the test. */
export function startProcess(
  t: Pick<TestContext, 'after'>,
  script: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): TestProcess {
  const started = new TestProcess(script, args, options);
  t.after(async () => {
    if (!started.isOver) started.kill('SIGKILL');
    await started.ended;
  });
  return started;
}

/** Runs a process to its end. */
export function runProcess(
  t: Pick<TestContext, 'after'>,
  script: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<Ended> {
  return startProcess(t, script, args, options).ended;
}
