import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The packages of this folder, and not those of the root. */
export const PACKAGES = fileURLToPath(new URL('node_modules/', import.meta.url));

/** How a program ended, and what it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  /** Both outputs. */
  readonly output: string;
}

/** Runs a program of Node's to its end. A server of this process goes on meanwhile. */
export function runNode(args: readonly string[], cwd: string): Promise<Outcome> {
  // The linter would look for its newest version, and send how it is used.
  const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, output }));
  });
}
