// absolute-form up to its path: scheme "://" host [ ":" port ]           RFC 9112 section 3.2.2
// Userinfo ("user@host") is refused, as RFC 9110 section 4.2.4 asks.
const ABSOLUTE_PREFIX = /^https?:\/\/([^/?#@]+)(?![^/?#])/i;

// A URI is written in visible ASCII; anything else must be percent-encoded.   RFC 3986 section 2
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * The path of a request target, as the gate judges it and the router looks it up: percent-decoded once,
 * without query and without one trailing slash. Dot segments and double slashes stay as they are: no route
 * has them, and a path that is rewritten after it was judged is how gates are walked around.
 *
 * @param target the second word of the request line
 * @returns the path (`*` for the target `*`); null where the target is malformed
 * Source: RFC 9112 section 3.2; RFC 3986 section 2.1.
 */
export function requestPath(target: string): string | null {
  if (!VISIBLE_ASCII.test(target)) return null;
  if (target === '*') return target;
  let start = 0;
  if (!target.startsWith('/')) {
    const prefix = ABSOLUTE_PREFIX.exec(target);
    if (prefix === null) return null;
    start = prefix[0].length;
  }
  const encoded = target.slice(start, endOfPath(target, start));
  const path = encoded.includes('%') ? decode(encoded) : encoded;
  if (path === null) return null;
  if (path === '') return '/';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/**
 * The host, and port where there is one, that a request target names. It counts in place of the `Host` field.
 *
 * @returns null where the target is not in absolute-form
 * Source: RFC 9112 section 3.2.2.
 */
export function requestAuthority(target: string): string | null {
  return ABSOLUTE_PREFIX.exec(target)?.[1] ?? null;
}

function endOfPath(target: string, start: number): number {
  const query = target.indexOf('?', start);
  const end = query === -1 ? target.length : query;
  const fragment = target.indexOf('#', start);
  return fragment === -1 ? end : Math.min(end, fragment);
}

function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null; // a bad escape, or bytes that are not UTF-8
  }
}
