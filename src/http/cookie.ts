import { isToken, skipOws, trimOws } from './field-value.ts';

/** What a `Set-Cookie` says besides name and value. */
export interface CookieAttributes {
  readonly path?: string;
  /** Hosts below it share the cookie; absent: the host that sets it alone. */
  readonly domain?: string;
  readonly maxAgeSeconds?: number;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: 'Lax' | 'Strict' | 'None';
}

// cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E
//   (visible ASCII but DQUOTE, comma, semicolon and backslash)           RFC 6265bis section 4.1.1
const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

// domain-value = <subdomain>: letters, digits, hyphens and dots          RFC 6265bis section 4.1.1
const COOKIE_DOMAIN = /^[a-z0-9.-]+$/i;

// path-value = *av-octet; av-octet = %x20-3A / %x3C-7E. One that does not begin with "/" is ignored by
// browsers (section 5.6.4), so it is our mistake.                        RFC 6265bis section 4.1.1
const COOKIE_PATH = /^\/[\x20-\x3a\x3c-\x7e]*$/;

/**
 * The values of the cookies of one name. A browser sends several where they were set for several paths or domains,
 * the one of the longest path first, and the server is not told which is which. Only that name is looked for: no
 * table of the others is built.
 *
 * @param header the `Cookie` field
 * @param name the cookies' name, exactly
 * @param maxValues reading stops after so many
 * @returns the values in order, each once, without surrounding quotes
 * Source: RFC 6265bis section 5.7 (what browsers send), read as section 5.6 reads `Set-Cookie`.
 */
export function cookieValues(header: string | undefined, name: string, maxValues: number): readonly string[] {
  const values: string[] = [];
  let start = 0;
  while (header !== undefined && values.length < maxValues) {
    const equals = header.indexOf('=', start);
    if (equals === -1) break;
    // What stands before another ";" has no "=" and is no cookie. Going straight to the last one keeps
    // a header of nothing but semicolons from costing its length squared.
    const pairStart = Math.max(start, header.lastIndexOf(';', equals) + 1);
    const semicolon = header.indexOf(';', equals);
    const pairEnd = semicolon === -1 ? header.length : semicolon;
    const nameStart = skipOws(header, pairStart, equals);
    if (header.startsWith(name, nameStart) && skipOws(header, nameStart + name.length, equals) === equals) {
      const value = unquote(trimOws(header, equals + 1, pairEnd));
      if (!values.includes(value)) values.push(value);
    }
    if (semicolon === -1) break;
    start = semicolon + 1;
  }
  return values;
}

/** The first of the values that `cookieValues` finds; null where there is none. */
export function cookieValue(header: string | undefined, name: string): string | null {
  return cookieValues(header, name, 1)[0] ?? null;
}

function unquote(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

/**
 * Whether a cookie may have this name.
 *
 * Source: cookie-name = token, RFC 6265bis section 4.1.1.
 */
export function isCookieName(name: string): boolean {
  return isToken(name);
}

/**
 * The value of a `Set-Cookie` field.
 *
 * @param name a token
 * @param value cookie-octets: no space, quote, comma, semicolon or backslash
 * @param attributes `maxAgeSeconds`: a whole number of seconds from 0, which deletes the cookie
 * @throws {TypeError} where one of them will not do; the message names it and never holds the value
 * Source: RFC 6265bis section 4.1.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, maxAgeSeconds, secure, httpOnly, sameSite } = attributes;
  if (!isCookieName(name)) throw new TypeError('cookie name is not a token');
  if (!COOKIE_VALUE.test(value)) throw new TypeError('cookie value holds a character that a cookie cannot');
  let cookie = `${name}=${value}`;
  if (path !== undefined) {
    if (!COOKIE_PATH.test(path)) throw new TypeError('cookie path must begin with "/" and hold no ";"');
    cookie += `; Path=${path}`;
  }
  if (domain !== undefined) {
    if (!COOKIE_DOMAIN.test(domain)) throw new TypeError('cookie domain must be a host name');
    cookie += `; Domain=${domain}`;
  }
  if (maxAgeSeconds !== undefined) {
    if (!Number.isSafeInteger(maxAgeSeconds) || maxAgeSeconds < 0) {
      throw new TypeError('cookie maxAgeSeconds must be a whole number from 0');
    }
    cookie += `; Max-Age=${maxAgeSeconds}`;
  }
  if (httpOnly === true) cookie += '; HttpOnly';
  if (secure === true) cookie += '; Secure';
  if (sameSite !== undefined) cookie += `; SameSite=${sameSite}`;
  return cookie;
}
