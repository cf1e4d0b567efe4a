import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './directory.ts';
import { runProcess } from './process.ts';
import type { Ended } from './process.ts';

/** The command line on a data directory of the test. */
export function commandLine(t: TestContext): {
  directory: string;
  run(args: readonly string[], input?: string | Buffer, env?: { readonly [name: string]: string }): Promise<Ended>;
} {
  const directory = temporaryDirectory(t);
  return {
    directory,
    run: (args, input = '', env = {}) =>
      runProcess(t, 'src/cli.ts', args, { input, env: { DATA_DIR: directory, ...env } }),
  };
}

/** One line on standard error, no stack, and nothing on standard output. */
export function assertFailed(ended: Ended, code: number, says: RegExp): void {
  assert.deepEqual([ended.code, ended.stdout], [code, ''], ended.stderr);
  assert.match(ended.stderr, /^[^\n]+\n$/);
  assert.match(ended.stderr, says);
}
