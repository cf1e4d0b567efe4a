import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { temporaryDirectory } from './directory.ts';
import { runCli } from './in-process-cli.ts';
import type { CliOptions, Finished } from './in-process-cli.ts';

/** The command line on a data directory of the test. */
export function commandLine(t: TestContext): {
  directory: string;
  run(args: readonly string[], options?: CliOptions): Promise<Finished>;
} {
  const directory = temporaryDirectory(t);
  return { directory, run: (args, options) => runCli(directory, args, options) };
}

/** One line on standard error, no stack, and nothing on standard output. */
export function assertFailed({ status, stdout, stderr }: Finished, expected: number, says: RegExp): void {
  assert.deepEqual([status, stdout], [expected, ''], stderr);
  assert.match(stderr, /^[^\n]+\n$/);
  assert.match(stderr, says);
}
