import { CommandError } from './operation.ts';
import type { Invocation } from './command.ts';
import { readNewPassword } from './password-prompt.ts';

/**
 * Reads a new password from standard input. Where a person types it, what would fail is looked at before, and the
 * store is not held meanwhile.
 *
 * @param examine throws where the password would be asked for in vain
 * @throws {CommandError} there is none, or the two differ
 */
export async function askNewPassword(invocation: Invocation, examine: () => Promise<unknown>): Promise<string> {
  const { system, errors, runner } = invocation;
  if (system.stdin.isTTY === true) {
    await examine();
    await runner.release();
  }
  const password = await readNewPassword({ input: system.stdin, output: errors });
  if (password === null) throw new CommandError('the two passwords differ: nothing was changed');
  if (password === '' && system.stdin.isTTY !== true) {
    throw new CommandError('no password came on standard input: run this on a terminal, which asks for it, or pipe one line into it');
  }
  return password;
}
