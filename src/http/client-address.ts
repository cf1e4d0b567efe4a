import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import { trimOws } from './field-value.ts';
import { proxiesOf } from './proxied-request.ts';

// The node forms of X-Forwarded-For: IPv4 [ ":" port ] / IPv6 / "[" IPv6 "]" [ ":" port ].
// Brackets and port as in RFC 7239 section 6; which of the rest is an address, `isIP` says.
const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const IPV4_WITH_PORT = /^([\d.]+):\d{1,5}$/;

/** IPv4 on a socket that listens for both: `::ffff:` before the address. RFC 4291 section 2.5.5.2 */
const IPV4_MAPPED = '::ffff:';

/**
 * The client's address, as far as the headers that name it can be trusted.
 *
 * Each proxy appends the address it was called from, so only the last `trustedProxies` entries of
 * `X-Forwarded-For` were written by proxies of ours. The entries to their left may be
 * made up by the client, and are never read.
 *
 * @param trustedProxies how many proxies in front of us are ours; 0: the header is not looked at, but for a request that
 * came over a Unix socket
 * @returns an IP address, IPv4 unmapped from IPv6; `-` where the socket is already gone
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const socketAddress = request.socket.remoteAddress;
  const nearest = socketAddress === undefined ? '-' : unmapped(socketAddress);
  const proxies = proxiesOf(request, trustedProxies);
  if (proxies === 0) return nearest;
  return furthestTrusted(request.headers['x-forwarded-for'], proxies, addressOf) ?? nearest;
}

/**
 * Whether the client's own connection was TLS, as far as that can be trusted.
 *
 * @param trustedProxies as for `clientAddress`; `X-Forwarded-Proto` is read the same way
 */
export function isSecure(request: IncomingMessage, trustedProxies: number): boolean {
  const socket = request.socket;
  const nearest = 'encrypted' in socket && socket.encrypted === true;
  const proxies = proxiesOf(request, trustedProxies);
  if (proxies === 0) return nearest;
  const scheme = furthestTrusted(request.headers['x-forwarded-proto'], proxies, schemeOf);
  return scheme === null ? nearest : scheme === 'https';
}

/**
 * Walks a comma list from the right, at most `count` entries and no further than the first bad one.
 *
 * @returns the last good entry; null where there is none
 */
function furthestTrusted(
  header: string | string[] | undefined,
  count: number,
  parse: (entry: string) => string | null,
): string | null {
  const list = Array.isArray(header) ? header.join(',') : header;
  if (list === undefined) return null;
  let furthest: string | null = null;
  let end = list.length;
  for (let seen = 0; seen < count && end >= 0; seen += 1) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    const entry = parse(trimOws(list, comma + 1, end));
    if (entry === null) return furthest;
    furthest = entry;
    end = comma;
  }
  return furthest;
}

function addressOf(entry: string): string | null {
  const bare = BRACKETED.exec(entry)?.[1] ?? IPV4_WITH_PORT.exec(entry)?.[1] ?? entry;
  // A zone ("fe80::1%eth0") means something on the proxy only, and may be of any length. RFC 4007 section 6
  return isIP(bare) === 0 || bare.includes('%') ? null : unmapped(bare);
}

function schemeOf(entry: string): string | null {
  const scheme = entry.toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : null;
}

function unmapped(address: string): string {
  if (!address.startsWith(':')) return address;
  if (address.slice(0, IPV4_MAPPED.length).toLowerCase() !== IPV4_MAPPED) return address;
  const rest = address.slice(IPV4_MAPPED.length);
  return isIPv4(rest) ? rest : address;
}

/**
 * Whether an IP address is this machine's own, which nobody else can reach.
 *
 * Source: RFC 1122 section 3.2.1.3; RFC 4291 section 2.5.3.
 */
export function isLoopback(address: string): boolean {
  return address === '::1' || unmapped(address).startsWith('127.');
}
