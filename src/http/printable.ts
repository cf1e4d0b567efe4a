import { inspect } from 'node:util';

/** Everything but printable ASCII. */
const UNPRINTABLE = /[^\x20-\x7e]/g;

/**
 * A text in printable ASCII, the rest as `\uXXXX`: no newline forges a second line of a log, no escape sequence
 * or change of writing direction reaches the terminal of who reads it, and a lone surrogate stays one.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// Control and format characters, private and unassigned ones, lone surrogates, separators of lines, and what has
// no width. The letters and signs of any language are none of these.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;

/**
 * A text for people to read, in any language: what a terminal would obey or not show is `\uXXXX`.
 * For logs and programs, `printable` is stricter.
 */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => printable(character));
}

/** An error whole, its causes too, on lines of its own: for the log only. */
export function describeError(error: unknown): string {
  const text = typeof error === 'string' ? error : inspect(error, { depth: 4, breakLength: 120 });
  return text.split('\n').map(printable).join('\n');
}
