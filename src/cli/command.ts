import type { Config } from '../config.ts';
import type { ArgumentRules, Arguments, Option } from './arguments.ts';
import type { Runner } from './operation.ts';
import type { Output, OutputStream } from './output.ts';
import type { PromptInput } from './password-prompt.ts';

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** As a shell counts a process that SIGINT ended: 128 and the signal. */
export const EXIT_INTERRUPTED = 130;
export const EXIT_USAGE = 2;

export type StoreAccess = 'read' | 'change' | 'write';

/** What a command line asks for. */
export interface Command extends ArgumentRules {
  /** What people type in place of the last word of its name. It does not run the command; an error names the command. */
  readonly otherWords?: readonly string[];
  readonly summary: string;
  /** Whole lines for the command's own help. */
  readonly details?: string;
  /**
   * What it does to the store: `read`, `change` what must be there already, or `write`, which may make the data
   * directory. The others would hide a mistyped DATA_DIR. Default: `change`.
   */
  readonly access?: StoreAccess;
  /** Whether it ends by itself, and in order, once its signal is aborted. */
  readonly endsInOrder?: boolean;
  /** @returns the exit status */
  run(invocation: Invocation): Promise<number>;
}

/** A command that was called. */
export interface Invocation {
  readonly args: Arguments;
  /** @throws {ConfigError} */
  config(): Config;
  /** Runs operations. The first one opens the store, or connects to the server that has it. */
  readonly runner: Runner;
  readonly output: Output;
  readonly errors: Output;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
  /** The process, for a command that goes on until it is stopped. */
  readonly system: System;
}

/** What the command line needs of its process. */
export interface System {
  readonly env: { readonly [name: string]: string | undefined };
  readonly pid: number;
  readonly stdin: PromptInput;
  readonly stdout: OutputStream & { readonly fd: number };
  readonly stderr: OutputStream & { readonly fd: number };
  exitCode?: number | string | null | undefined;
  /** Signals, and errors that nobody caught. */
  on(event: string, listener: (reason: unknown) => void): unknown;
  exit(status: number): never;
}

export const JSON_OPTION: Option = { name: 'json', value: null, meaning: 'print JSON, for scripts' };

export function isJson({ args }: Invocation): boolean {
  return args.has('json');
}

/** Gives the store up and says what was done: as JSON where that was asked for, else in a sentence. @returns EXIT_OK */
export async function conclude(invocation: Invocation, value: unknown, sentence: string): Promise<number> {
  const { runner, output } = invocation;
  await runner.release();
  await (isJson(invocation) ? output.json(value) : output.line(sentence));
  return EXIT_OK;
}
