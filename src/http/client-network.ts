import { isIPv4, isIPv6 } from 'node:net';

/** What is no address shares one network: a socket that is already gone, or a proxy's invention. */
export const UNKNOWN_NETWORK = 'unknown';

/**
 * Whom an address stands for, as far as limits go, from the widest network to the narrowest.
 *
 * - IPv4: the address itself.
 * - IPv6: the first 48 bits, then the first 64. Whoever has one network of 64 bits chooses the other 64 at will, and
 *   providers give whole /48s away.
 * - IPv4 within IPv6 (mapped, 6to4, NAT64): the IPv4 address, or one host would have 65,536 networks.
 *
 * @param address as a socket or a proxy writes it, with a zone or without
 * @returns `['192.0.2.1']`, `['2001:db8:0::/48', '2001:db8:0:0::/64']`; `['unknown']` for what is no address
 * Source: RFC 4291 section 2.5.5.2 (mapped), RFC 3056 section 2 (6to4), RFC 6052 section 2.1 (NAT64); RFC 6177 (/48).
 */
export function networksOf(address: string): readonly string[] {
  if (isIPv4(address)) return [address];
  const groups = groupsOf(address);
  if (groups === null) return [UNKNOWN_NETWORK];
  const embedded = embeddedIPv4(groups);
  if (embedded !== null) return [embedded];
  const hex = groups.map((group) => group.toString(16));
  return [`${hex.slice(0, 3).join(':')}::/48`, `${hex.slice(0, 4).join(':')}::/64`];
}

/** @returns the narrowest of `networksOf`: one text for each network, such as `192.0.2.1` or `2001:db8:0:0::/64` */
export function networkOf(address: string): string {
  return networksOf(address).at(-1) ?? UNKNOWN_NETWORK;
}

/** The eight groups of an IPv6 address; null where it is none. */
function groupsOf(address: string): readonly number[] | null {
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return null;
  // The URL parser writes it in one way (RFC 5952): lower case, `::` for the longest run of zeros, all in hex.
  const canonical = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function embeddedIPv4([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0]: readonly number[]): string | null {
  if (a === 0x2002) return dotted(b, c); // 2002::/16
  const isMapped = a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0xffff; // ::ffff:0:0/96
  const isNat64 = a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0; // 64:ff9b::/96
  return isMapped || isNat64 ? dotted(g, h) : null;
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}
