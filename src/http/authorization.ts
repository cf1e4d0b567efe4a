import { quotedString, trimOws } from './field-value.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * What follows the scheme in an `Authorization` field.
 *
 * @param header the field; anything but a string has no credentials
 * @param scheme the scheme wanted; its case does not matter
 * @returns the credentials, trimmed; null where the scheme is another or nothing follows it
 * Source: credentials = auth-scheme [ 1*SP ( token68 / #auth-param ) ], RFC 9110 sections 11.4 and 11.6.2.
 */
export function authorizationCredentials(header: unknown, scheme: string): string | null {
  if (typeof header !== 'string' || header.charAt(scheme.length) !== ' ') return null;
  const isScheme = header.startsWith(scheme) || header.slice(0, scheme.length).toLowerCase() === scheme.toLowerCase();
  if (!isScheme) return null;
  const credentials = trimOws(header, scheme.length);
  return credentials === '' ? null : credentials;
}

/**
 * Base64 to text, strictly: standard alphabet, right padding, no spare bits set, and UTF-8 inside.
 * Strict, because two spellings of one credential would be two keys of every cache and log behind it.
 *
 * @returns the text; null where it is anything else
 * Source: RFC 4648 sections 3.2, 3.3, 3.5 and 4; RFC 3629 section 3.
 */
export function decodeBase64(text: string): string | null {
  const bytes = Buffer.from(text, 'base64');
  // Node skips what it cannot read: only the canonical spelling comes back as it was.
  return bytes.toString('base64') === text ? decodeUtf8(bytes) : null;
}

/**
 * The challenge of a 401 under Basic.
 *
 * @param realm shown by browsers
 * @throws {TypeError} where the realm holds a control character
 * Source: RFC 7617 sections 2 and 2.1.
 */
export function basicChallenge(realm: string): string {
  return `Basic realm=${quotedString('realm', realm)}, charset="UTF-8"`;
}
