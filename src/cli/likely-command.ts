import type { Command } from './command.ts';
import { nearest } from './nearest.ts';

/** The first two words that were typed; the second one may be empty. */
export type Typed = readonly [first: string, second: string];

/**
 * The group of commands that somebody most likely meant: `usr lst` and `list users` are about `user`.
 *
 * @returns null where neither word is near the name of one
 */
export function likelyGroup([first, second]: Typed, commands: readonly Command[]): string | null {
  const groups = commands.filter(({ words }) => words.length > 1).map(({ words }) => words[0] ?? '');
  return nearest(first, groups) ?? nearest(second, groups);
}

/**
 * The command that somebody most likely meant: `user del` is `user remove`, `list sessions` is `session list`, and
 * `chek bob` is `check`.
 *
 * @returns null where none is near
 */
export function likelyCommand([first, second]: Typed, commands: readonly Command[]): Command | null {
  const group = likelyGroup([first, second], commands);
  if (group === null) return likelyOf(first, commands);
  const members = commands.filter(({ words }) => words[0] === group);
  return likelyOf(likelyGroup([first, ''], commands) === null ? first : second, members);
}

function likelyOf(word: string, commands: readonly Command[]): Command | null {
  const spellings = commands.map(({ words, otherWords = [] }) => [...words.slice(-1), ...otherWords]);
  const meant = nearest(word, spellings.flat());
  return commands.find((_, index) => meant !== null && spellings[index]?.includes(meant)) ?? null;
}
