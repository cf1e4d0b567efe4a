/** Where a person may be sent after signing in. */
export interface RedirectTarget {
  /** For the `Location` of an answer. */
  readonly location: string;
  /** For the page that says where the person is going; null: this server itself. */
  readonly origin: string | null;
}

export interface RedirectOptions {
  /** Origins of the applications that this server stands in front of; `https://*.example.com`: one label. */
  readonly redirectOrigins: readonly string[];
  /** Where browsers reach this server; null: not known. */
  readonly publicUrl: string | null;
  /** The host that the request names, with its port. */
  readonly requestHost: string | undefined;
}

// Browsers drop or rewrite these inside an address, so that what they follow is not what was checked
// (URL standard, "basic URL parser": tab and newline are removed, "\" counts as "/").
const TREACHEROUS = /[\\\u0000-\u0020\u007f-\u00a0\u2028\u2029]/u;

// Two slashes and a host that begins at once: "https:host" and "https:///host" are hosts to a browser as well.
const ABSOLUTE = /^https?:\/\/[^/?#@\\]/i;

/**
 * Judges where a request wants the person to be sent (`rd`). What is not certain is refused: an open redirect lends
 * this server's name to whoever makes a link.
 *
 * @param rd a path of this server, or an address of an origin that is listed, or of our own
 * @returns null: send the person to the account instead
 * Source: OWASP Unvalidated Redirects and Forwards Cheat Sheet; ASVS 5.0, 3.7.2.
 */
export function checkedRedirect(rd: string | null, options: RedirectOptions): RedirectTarget | null {
  if (rd === null || TREACHEROUS.test(rd)) return null;
  if (rd.startsWith('/')) return ownPath(rd, options);
  if (!ABSOLUTE.test(rd) || !URL.canParse(rd)) return null;
  const url = new URL(rd);
  if (url.username !== '' || url.password !== '' || url.hostname.endsWith('.')) return null;
  if (isOwnOrigin(url, options)) return { location: url.href, origin: null };
  const isListed = options.redirectOrigins.some((pattern) => matches(url, pattern));
  return isListed ? { location: url.href, origin: url.origin } : null;
}

/** A path as this server sees it: behind a proxy that strips a prefix, the prefix is put before it. */
function ownPath(path: string, { publicUrl }: RedirectOptions): RedirectTarget | null {
  const resolved = new URL(path, 'http://own.invalid');
  // "//host", and "/.//host" once its dots are gone, name another host.
  if (path.startsWith('//') || resolved.host !== 'own.invalid' || resolved.pathname.startsWith('//')) return null;
  const location = `${basePathOf(publicUrl)}${resolved.pathname}${resolved.search}${resolved.hash}`;
  return { location, origin: null };
}

function isOwnOrigin(url: URL, { publicUrl, requestHost }: RedirectOptions): boolean {
  if (publicUrl !== null) return url.origin === new URL(publicUrl).origin;
  return requestHost !== undefined && url.host === requestHost.toLowerCase();
}

function matches(url: URL, pattern: string): boolean {
  if (!pattern.includes('*')) return url.origin === pattern;
  const label = /^(?<label>[a-z0-9_-]+)\./.exec(url.host)?.groups?.['label'];
  return label !== undefined && `${url.protocol}//${url.host}` === pattern.replace('*', label);
}

/**
 * The path under which browsers see this server: '' or, where a proxy strips a prefix, the prefix.
 *
 * @param publicUrl without a slash at its end
 */
export function basePathOf(publicUrl: string | null): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}
