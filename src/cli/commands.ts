import { UsageError } from './arguments.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { exportAll } from './export.ts';
import { importUsers } from './import.ts';
import { nearest } from './nearest.ts';
import { serve } from './serve.ts';
import { endSessions } from './session-end.ts';
import { listSessions } from './session-list.ts';
import { addUser } from './user-add.ts';
import { changeGroups } from './user-groups.ts';
import { inviteUser, resetUser } from './user-link.ts';
import { listUsers } from './user-list.ts';
import { setPassword } from './user-password.ts';
import { removeUser } from './user-remove.ts';
import { unlockUser } from './user-unlock.ts';

/** Every command, in the order of the help. The one place to add another. */
export const COMMANDS: readonly Command[] = [
  serve,
  addUser,
  listUsers,
  removeUser,
  setPassword,
  inviteUser,
  resetUser,
  changeGroups,
  unlockUser,
  listSessions,
  endSessions,
  exportAll,
  importUsers,
  check,
];

export function nameOf({ words }: Command): string {
  return words.join(' ');
}

/** The commands whose name begins with a word: `user`. */
export function commandsOf(word: string): readonly Command[] {
  return COMMANDS.filter(({ words }) => words[0] === word);
}

/**
 * The command that some arguments begin with.
 *
 * @param args what was typed
 * @throws {UsageError} there is none; says which one was most likely meant
 */
export function findCommand(args: readonly string[]): Command {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => args[index] === word));
  if (command !== undefined) return command;
  const [first, second] = args;
  if (first === undefined || first.startsWith('-')) throw new UsageError('a command is missing');
  const siblings = commandsOf(first);
  if (siblings.length > 0 && (second === undefined || second.startsWith('-'))) {
    throw new UsageError(`${first} needs one of: ${siblings.map(({ words }) => words[1]).join(', ')}`, [first]);
  }
  const typed = [first, second].filter((word) => word !== undefined).join(' ');
  const guess = nearestCommand(first, typed);
  const hint = guess === null ? '' : `; did you mean ${JSON.stringify(guess)}?`;
  throw new UsageError(`there is no command ${JSON.stringify(guess?.includes(' ') === true ? typed : first)}${hint}`);
}

/** Of one word: `chek bob` is meant as `check`; else of two: `usr lst`. */
function nearestCommand(first: string, typed: string): string | null {
  const names = COMMANDS.map(nameOf);
  const ofTwo = nearest(typed, names.filter((name) => name.includes(' ')));
  return ofTwo ?? nearest(first, names.filter((name) => !name.includes(' ')));
}
