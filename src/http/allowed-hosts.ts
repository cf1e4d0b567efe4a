import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { HttpError } from './http-error.ts';
import { RecentValues } from './recent-values.ts';
import { requestAuthority } from './request-target.ts';

/** Which names are answered: any, those of the list, or by where the server listens. */
export type AllowedHosts = '*' | 'auto' | readonly string[];

export interface AllowedHostsOptions {
  readonly allowedHosts: AllowedHosts;
  /** The address to listen on. */
  readonly host: string;
  /** How many proxies in front of us are ours. */
  readonly trustedProxies: number;
  /** Names that count with those of `auto`. */
  readonly ownHosts?: readonly string[];
}

/** What of a request names a host; `isProxied`: it came over a Unix socket, which no browser can reach. */
type NamedRequest = Pick<IncomingMessage, 'url' | 'headers'> & { readonly isProxied?: boolean };

const REFUSAL =
  'Misdirected request: this server does not answer to that name; whoever runs it can add the name to ALLOWED_HOSTS';

// uri-host [ ":" port ]: RFC 9110 section 7.2; nothing that would end the host of a URL, or begin it later.
const AUTHORITY = /^[^\s/?#@\\]+$/;

// 127.0.0.0/8 and ::ffff:127.0.0.0/104, as the URL parser writes them.
const LOOPBACK_ADDRESS = /^127(?:\.\d+){3}$|^\[::1\]$|^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\]$/;

/**
 * The names under which a server answers.
 *
 * A web page can have its own name resolve to our address (DNS rebinding): to the browser the two are one origin, and
 * the page reads and writes what it likes. Its requests still name the page's host.
 *
 * Source: RFC 9110 section 7.4 (421, Misdirected Request).
 */
export class HostPolicy {
  readonly #isAny: boolean;
  readonly #isAuto: boolean;
  readonly #names: ReadonlySet<string>;
  readonly #areLoopbackNamesOurs: boolean;
  readonly #isAllowed = new RecentValues((authority) => this.#allowsName(canonicalName(authority)));

  /** @throws {TypeError} a name that is none */
  constructor({ allowedHosts, host, trustedProxies, ownHosts = [] }: AllowedHostsOptions) {
    // On the loopback, only programs of this machine get in, browsers among them. Elsewhere nobody knows our names.
    const isLocal = trustedProxies === 0 && isLoopback(canonicalName(isIPv6(host) ? `[${host}]` : host));
    this.#areLoopbackNamesOurs = allowedHosts === 'auto' && isLocal;
    this.#isAny = allowedHosts === '*' || (allowedHosts === 'auto' && !isLocal);
    this.#isAuto = allowedHosts === 'auto';
    this.#names = new Set((typeof allowedHosts === 'string' ? ['0.0.0.0', ...ownHosts] : allowedHosts).map(nameOf));
  }

  /**
   * Refuses a request for another's name. One that has no name passes: whoever sends none is no browser.
   *
   * @param request.isProxied whether it came over a Unix socket, which no browser can reach: then `auto` is any name
   * @throws {HttpError} 421
   */
  check(request: NamedRequest): void {
    if (!this.allows(request)) throw new HttpError(421, REFUSAL);
  }

  /** Whether a request is for a name of ours, or has none. */
  allows(request: NamedRequest): boolean {
    if (this.#isAny) return true;
    const { url = '', headers } = request;
    const authority = url.startsWith('/') ? headers.host : (requestAuthority(url) ?? headers.host);
    if (authority === undefined || authority === '' || this.#isAllowed.of(authority)) return true;
    return this.#isAuto && request.isProxied === true;
  }

  #allowsName(name: string | null): boolean {
    return name !== null && (this.#names.has(name) || (this.#areLoopbackNamesOurs && isLoopback(name)));
  }
}

function nameOf(text: string): string {
  const name = canonicalName(text);
  if (name === null) throw new TypeError('allowedHosts: not a host name');
  return name;
}

/** Without port and a dot at the end, in lower case, addresses in one spelling; null where it is no host. */
function canonicalName(authority: string): string | null {
  if (!AUTHORITY.test(authority)) return null;
  try {
    return new URL(`http://${authority}`).hostname.replace(/\.$/, '');
  } catch {
    return null;
  }
}

/** RFC 6761 section 6.3: `localhost` and every name below it. */
function isLoopback(name: string | null): boolean {
  return name !== null && (name === 'localhost' || name.endsWith('.localhost') || LOOPBACK_ADDRESS.test(name));
}
