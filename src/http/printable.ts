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

/** An error whole, its causes too, on lines of its own: for the log only. */
export function describeError(error: unknown): string {
  const text = typeof error === 'string' ? error : inspect(error, { depth: 4, breakLength: 120 });
  return text.split('\n').map(printable).join('\n');
}
