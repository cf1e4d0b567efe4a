import { UsageError } from './arguments.ts';
import { check } from './check.ts';
import type { Command } from './command.ts';
import { exportAll } from './export.ts';
import { importUsers } from './import.ts';
import { likelyCommand, likelyGroup } from './likely-command.ts';
import type { Typed } from './likely-command.ts';
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
 * @throws {UsageError} there is none; says which one was most likely meant, or which ones the group has
 */
export function findCommand(args: readonly string[]): Command {
  const command = COMMANDS.find(({ words }) => words.every((word, index) => args[index] === word));
  if (command !== undefined) return command;
  const [first, next = ''] = args;
  if (first === undefined || first.startsWith('-')) throw new UsageError('a command is missing');
  const typed: Typed = [first, next.startsWith('-') ? '' : next];
  const group = likelyGroup(typed, COMMANDS);
  // What follows a command of one word is an operand, which is nobody's business: it is not repeated.
  const problem = `there is no command ${JSON.stringify(group === null ? first : typed.join(' ').trimEnd())}`;
  const meant = likelyCommand(typed, COMMANDS);
  if (meant !== null) throw new UsageError(`${problem}; did you mean ${JSON.stringify(nameOf(meant))}?`, meant.words);
  if (group === null) throw new UsageError(problem);
  const hint = `${group} needs one of: ${commandsOf(group).map(({ words }) => words[1]).join(', ')}`;
  throw new UsageError(first === group && typed[1] === '' ? hint : `${problem}; ${hint}`, [group]);
}
