import { isIPv4, isIPv6 } from 'node:net';

/**
 * Whom an address stands for, as far as limits go: an IPv4 address itself; of an IPv6 address the first 64
 * bits, since whoever has one network of that size chooses the other 64 at will.
 *
 * @param address as a socket or a proxy writes it: IPv4, IPv6, IPv4 mapped into IPv6, with a zone or without
 * @returns one text for each network, such as `192.0.2.1` or `2001:db8:0:0::/64`; `unknown` for what is no address
 * Source: RFC 4291, sections 2.5.4 and 2.5.5.2.
 */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address;
  const [withoutZone = ''] = address.split('%');
  if (!isIPv6(withoutZone)) return 'unknown';
  // The URL parser writes it in one way (RFC 5952): lower case, `::` for the longest run of zeros, all in hex.
  const canonical = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  // "::ffff:" and the two halves of an IPv4 address: RFC 4291, section 2.5.5.2.
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical) ?? [];
  if (high !== undefined && low !== undefined) return [high, low].map(dottedHalf).join('.');
  const [head = [], tail = []] = canonical.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}

function dottedHalf(hex: string): string {
  const half = Number.parseInt(hex, 16);
  return `${half >> 8}.${half & 0xff}`;
}
