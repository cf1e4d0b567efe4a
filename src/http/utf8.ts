import { isUtf8 } from 'node:buffer';

/**
 * Bytes as text, strictly. A lenient decoder puts U+FFFD for whatever it cannot read: any wrong bytes would then
 * be the same text, and one wrong password as good as another.
 *
 * @returns the text, a byte order mark included; null where the bytes are not UTF-8
 * Source: RFC 3629 section 3.
 */
export function decodeUtf8(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}
