import type { IncomingHttpHeaders } from 'node:http';

// They change nothing (RFC 9110, section 9.2.1), and a preflight is a question, not yet a request.
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why a request counts as another site's: its browser says so, or its Origin is not the host that it names. */
export type CrossSiteReason = 'fetch_site' | 'origin';

/** What the client reads: which setting to look at. */
export const CROSS_SITE_MESSAGES: { readonly [reason in CrossSiteReason]: string } = {
  fetch_site: 'Forbidden: a page of another origin sent this; list its origin in CORS_ORIGINS if it may',
  origin:
    'Forbidden: the Origin is not the host that the request names. Behind a proxy: pass Host on, or set PUBLIC_URL. ' +
    'From a page of another origin: list it in CORS_ORIGINS if it may send this',
};

/**
 * Whether a request comes from a page of another site, and so must be refused: the browser would send our
 * cookie (or, for Basic, its remembered password) with a request that the user never asked for. Login is
 * no exception: signed in to the attacker's account, the victim writes into it.
 *
 * Sub-domains count as others (`same-site`): whoever holds one must not act for those who use this one.
 * Requests without either header are not a browser's (curl, a server): nothing there is sent unasked.
 *
 * @param method as sent; methods are case-sensitive
 * @param headers of the request, as node parses them
 * @param host that the request names: of an absolute-form target, else its `Host`
 * @param isListed whether an origin is one that the operator named; `CORS_ORIGINS=*` names none
 * @returns null: let it pass; else answer 403. Never throws
 * Source: W3C Fetch Metadata; OWASP CSRF Prevention Cheat Sheet, Fetch Metadata; ASVS 5.0, 3.5.1 and 3.5.3.
 */
export function crossSiteReason(
  method: string,
  headers: IncomingHttpHeaders,
  host: string | undefined,
  isListed: (origin: string) => boolean,
): CrossSiteReason | null {
  if (SAFE_METHODS.has(method)) return null;
  const { origin } = headers;
  // `null` stands for every sandboxed frame and every `data:` page: no list can mean one of them.
  if (origin !== undefined && origin !== 'null' && isListed(origin)) return null;
  switch (headers['sec-fetch-site']) {
    case 'same-origin':
    case 'none':
      return null;
    case 'cross-site':
    case 'same-site':
      return 'fetch_site';
    default:
      // Absent: an old browser, or one on plain HTTP. Any other value counts as absent, as Fetch Metadata asks
      // of servers, for values yet to come: a browser that sends one sends Origin with an unsafe method too.
      return origin !== undefined && !isOwnOrigin(origin, host) ? 'origin' : null;
  }
}

// scheme "://" host [ ":" port ]: RFC 6454, section 7.1; only what a web page's can be. `null` does not match.
const ORIGIN = /^(https?):\/\/([^\s/?#@\\]+)$/i;
// uri-host [ ":" port ]: RFC 9110, section 7.2; what would end the host, or begin it later, in a URL is out.
const HOST = /^[^\s/?#@\\]+$/;

/** The scheme is only good for the default port: behind a proxy, ours is not known here. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const [, scheme, originHost] = ORIGIN.exec(origin) ?? [];
  if (scheme === undefined || originHost === undefined || host === undefined || !HOST.test(host)) return false;
  const ours = canonicalHost(scheme, host);
  return ours !== null && ours === canonicalHost(scheme, originHost);
}

/** In lower case, without the scheme's default port; null where it is no host. */
function canonicalHost(scheme: string, host: string): string | null {
  try {
    return new URL(`${scheme}://${host}`).host;
  } catch {
    return null;
  }
}
