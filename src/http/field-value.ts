/** What HTTP field values are made of: tokens, quoted strings and optional whitespace (RFC 9110 section 5.6). */

/** Header fields, in order. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/**
 * token = 1*tchar; tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
 * / DIGIT / ALPHA, as a piece of a regular expression. RFC 9110 section 5.6.2
 */
export const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

const WHOLE_TOKEN = new RegExp(`^${TOKEN}$`);

// quoted-string can carry: HTAB / SP / VCHAR / obs-text                               RFC 9110 section 5.6.4
const QUOTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Whether the text is a token.
 *
 * @returns false for the empty string
 * Source: RFC 9110 section 5.6.2.
 */
export function isToken(text: string): boolean {
  return WHOLE_TOKEN.test(text);
}

/**
 * The text as a quoted-string, with `"` and `\` escaped.
 *
 * @param field what the text is, for the error
 * @throws {TypeError} where it holds a control character or one above U+00FF: no escape exists for them
 * Source: RFC 9110 section 5.6.4.
 */
export function quotedString(field: string, text: string): string {
  if (!QUOTABLE.test(text)) throw new TypeError(`${field} holds a character that a quoted-string cannot`);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * The first position from `from` up to `to` that is not a space or a tab.
 *
 * @returns `to` where there is none; `from` where it is not before `to`
 * Source: OWS, RFC 9110 section 5.6.3.
 */
export function skipOws(text: string, from: number, to: number): number {
  let position = from;
  while (position < to && isOws(text.charCodeAt(position))) position += 1;
  return position;
}

/**
 * The part of the text between two positions without the spaces and tabs around it.
 * Not `String.trim`, which also takes U+00A0: in a field value that is a byte of somebody's UTF-8.
 *
 * Source: OWS, RFC 9110 section 5.6.3.
 */
export function trimOws(text: string, from = 0, to = text.length): string {
  const start = skipOws(text, from, to);
  let end = to;
  while (end > start && isOws(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
