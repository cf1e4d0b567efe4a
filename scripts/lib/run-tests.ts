import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** No test hangs the run. */
const MAX_TEST_MS = 300_000;

/** Says what is missing, and ends the script. */
export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/**
 * Lists test files, since `node --test` on Node 20 finds no TypeScript by itself, and is content with finding nothing.
 *
 * @param wanted parts of paths; where there are any, a file's path must hold one
 */
export function testFilesIn(folder: string, wanted: readonly string[] = []): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
    .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
    .sort();
}

/** Runs Node; a run that fails makes the script fail. @returns whether it succeeded */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exitCode = status ?? 1;
  return status === 0;
}

export interface TestRunOptions {
  /** How many files at a time; node:test's own choice is one less than there are processors. */
  readonly concurrency: number;
  /** Modules to load in each test process, besides tsx. */
  readonly imports?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs test files, and prints node:test's summary. A run that fails makes the script fail. */
export function runTests(files: readonly string[], { concurrency, imports = [], env }: TestRunOptions): boolean {
  if (files.length === 0) fail('no test file found');
  const loaded = ['tsx', ...imports].map((name) => `--import=${name}`);
  const options = ['--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, `--test-timeout=${MAX_TEST_MS}`];
  return runNode([...loaded, ...options, ...files], env);
}

/** Checks the types of a folder that has a compiler's configuration of its own. */
export function checkTypes(folder: string): void {
  runNode([join('node_modules', 'typescript', 'bin', 'tsc'), '-p', folder]);
}
