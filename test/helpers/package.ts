import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { packageVersion } from '../../src/version.ts';
import { temporaryDirectory } from './directory.ts';

/** How a command ended, and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd: string;
  /** Over an environment that holds no setting of the caller. */
  readonly env?: { readonly [name: string]: string };
  readonly input?: string;
}

/** npm and npx never reach the network, and find nothing in a cache. */
function environment(cwd: string, env: CommandOptions['env']): { [name: string]: string } {
  const { PATH = '', TMPDIR = '/tmp' } = process.env;
  const npm = { npm_config_offline: 'true', npm_config_cache: join(cwd, '.npm'), npm_config_update_notifier: 'false' };
  return { PATH, HOME: cwd, TMPDIR, ...npm, ...env };
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], { cwd, env, input }: CommandOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { cwd, env: environment(cwd, env) }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

/** Runs a command that must succeed. @returns what it printed */
export async function succeed(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  assert.equal(code, 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** A copy of what a build reads, without what was built; nothing that a test does to it touches the project. */
export function checkout(t: Pick<TestContext, 'after'>, { hasCompiler }: { readonly hasCompiler: boolean }): string {
  const directory = temporaryDirectory(t);
  for (const path of ['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', '.npmrc', 'src', 'scripts/build.mjs']) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    cpSync(path, join(directory, path), { recursive: true });
  }
  if (hasCompiler) symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  return directory;
}

/** Packs the project. @returns the package's path, and the files that it holds */
export async function packed(t: Pick<TestContext, 'after'>): Promise<{ readonly path: string; readonly files: readonly string[] }> {
  const cwd = checkout(t, { hasCompiler: true });
  await succeed('npm', ['pack'], { cwd });
  const path = join(cwd, `session-auth-server-${packageVersion()}.tgz`);
  const listed = await succeed('tar', ['-tzf', path], { cwd });
  return { path, files: listed.trimEnd().split('\n').map((name) => name.replace(/^package\//, '')) };
}

/** An empty folder with nothing but the package in it. */
export async function installed(t: Pick<TestContext, 'after'>, path: string): Promise<string> {
  const cwd = temporaryDirectory(t);
  writeFileSync(join(cwd, 'package.json'), '{ "private": true, "type": "module" }\n');
  await succeed('npm', ['install', path], { cwd });
  return cwd;
}

/**
 * Starts a command that serves, with all that it starts; it does not outlive the test.
 *
 * @param announces what it prints once it serves; its first group is the port
 * @returns the port
 */
export function serving(
  t: Pick<TestContext, 'after'>,
  [command, ...args]: readonly [string, ...string[]],
  { cwd, env }: CommandOptions,
  announces: RegExp,
): Promise<number> {
  // A process group of its own: npx starts a shell, which starts node.
  const child = spawn(command, args, { cwd, env: environment(cwd, env), detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  t.after(async () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // Nobody of the group is left.
    }
    await closed;
  });
  return new Promise((resolve, reject) => {
    let seen = '';
    const look = (chunk: Buffer): void => {
      seen += chunk.toString();
      const port = announces.exec(seen)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', reject);
    void closed.then(() => reject(new Error(`${command} ended: ${seen}`)));
  });
}
