import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import type { System } from '../../src/cli/command.ts';
import type { OutputStream } from '../../src/cli/output.ts';
import { storeSettings } from './test-database.ts';

/** How a command ended, and what it wrote. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: { readonly [name: string]: string };
  /** Its standard input, which then ends. */
  readonly input?: string | Buffer;
  /** Whether a person types its standard input, which does not end: see `TestSystem.type`. */
  readonly isTyped?: boolean;
  /** Whether standard output and standard error are a terminal. */
  readonly isTerminal?: boolean;
  /** What a write to standard output fails with. */
  readonly failure?: Error;
}

/** What `exit` throws, since it must not return. */
class ExitError extends Error {}

class TestStream implements OutputStream {
  readonly fd = -1;
  readonly isTTY: boolean;
  readonly #failure: Error | null;
  readonly #onText: (text: string) => void;
  text = '';

  constructor(isTTY: boolean, onText: (text: string) => void, failure: Error | null = null) {
    this.isTTY = isTTY;
    this.#onText = onText;
    this.#failure = failure;
  }

  write(text: string, callback: (error?: Error | null) => void): void {
    if (this.#failure === null) this.text += text;
    this.#onText(text);
    setImmediate(() => callback(this.#failure));
  }

  on(): void {}
}

class TestInput extends PassThrough {
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(): void {}
}

/** A command in a process of its own, as far as it can tell. */
export class TestSystem implements System {
  readonly pid = process.pid;
  readonly env: { readonly [name: string]: string };
  readonly stdin: TestInput;
  readonly stdout: TestStream;
  readonly stderr: TestStream;
  /** Is told of what the command writes. */
  onOutput: (text: string) => void = () => {};
  exitCode: number | string | null | undefined;
  readonly #listeners = new Map<string, (reason: unknown) => void>();

  constructor({ env = {}, input = '', isTyped = false, isTerminal = false, failure }: CliOptions) {
    this.env = env;
    this.stdin = new TestInput(isTyped);
    if (!isTyped) this.stdin.end(input);
    const onText = (text: string): void => this.onOutput(text);
    this.stdout = new TestStream(isTerminal, onText, failure);
    this.stderr = new TestStream(isTerminal, onText);
  }

  on(event: string, listener: (reason: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  /** As the kernel does it. */
  signal(name: string): void {
    this.#listeners.get(name)?.(name);
  }

  /** What the person types next. */
  type(text: string): void {
    this.stdin.write(text);
  }

  exit(): never {
    throw new ExitError();
  }

  async run(args: readonly string[]): Promise<Finished> {
    try {
      await main(this, args);
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
    }
    return { status: Number(this.exitCode), stdout: this.stdout.text, stderr: this.stderr.text };
  }
}

/** Runs a command on a data directory, within this process: it costs no start of Node. */
export async function runCli(directory: string, args: readonly string[], options: CliOptions = {}): Promise<Finished> {
  return new TestSystem({ ...options, env: { ...(await storeSettings(directory)), ...options.env } }).run(args);
}
