import { TOKEN, trimOws } from './field-value.ts';

export interface MediaType {
  /** `type/subtype`, in lower case. */
  readonly type: string;
  /** Names in lower case; of two equal names, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

// media-type = type "/" subtype parameters; both are tokens              RFC 9110 section 8.3.1
const TYPE = new RegExp(`^${TOKEN}/${TOKEN}`);

// parameters = *( OWS ";" OWS [ parameter ] ); parameter = token "=" ( token / quoted-string )
//                                                                         RFC 9110 section 5.6.6
// Unquoted, any run without space, quote or semicolon passes for a token: multipart boundaries in the wild
// hold "=" and "/" without quotes.
const PARAMETER = new RegExp(`^[ \\t]*;[ \\t]*(?:(${TOKEN})=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s";]+)))?`);

// quoted-pair = "\" ( HTAB / SP / VCHAR / obs-text )                      RFC 9110 section 5.6.4
const QUOTED_PAIR = /\\(.)/g;

const TEXT_HTML = /\btext\/html\b/i;

/**
 * Reads a `Content-Type` field.
 *
 * @returns null where it is absent or malformed
 * Source: RFC 9110 section 8.3.1.
 */
export function parseMediaType(header: string | undefined): MediaType | null {
  if (header === undefined) return null;
  const text = trimOws(header);
  const type = TYPE.exec(text)?.[0];
  if (type === undefined) return null;
  const parameters = parseParameters(text.slice(type.length));
  return parameters === null ? null : { type: type.toLowerCase(), parameters };
}

/**
 * Reads what follows the first word of a field such as `Content-Type` or `Content-Disposition`.
 *
 * @param text from the first semicolon on; empty where there are no parameters
 * @param quotedPair what a backslash escapes inside quotes, with the character as its first group
 * @returns names in lower case, of two equal names the first; null where they are malformed
 * Source: RFC 9110 section 5.6.6.
 */
export function parseParameters(text: string, quotedPair = QUOTED_PAIR): ReadonlyMap<string, string> | null {
  const parameters = new Map<string, string>();
  let rest = text;
  while (rest !== '') {
    const match = PARAMETER.exec(rest);
    if (match === null) return null;
    const [whole, name, quoted, plain] = match;
    const key = name?.toLowerCase();
    const value = quoted?.replace(quotedPair, '$1') ?? plain;
    if (key !== undefined && value !== undefined && !parameters.has(key)) parameters.set(key, value);
    rest = rest.slice(whole.length);
  }
  return parameters;
}

/**
 * Whether text of this charset can be read as UTF-8.
 *
 * @param charset the parameter's value; absent counts as UTF-8
 */
export function isUtf8(charset: string | undefined): boolean {
  return charset === undefined || /^(?:utf-?8|us-ascii)$/i.test(charset);
}

/** Whether an `Accept` names HTML, as that of a browser does where a person asked for a page. */
export function takesHtml(accept: string | undefined): boolean {
  return accept !== undefined && TEXT_HTML.test(accept);
}
