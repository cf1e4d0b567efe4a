import * as zlib from 'node:zlib';

/** The CRC of each byte, by the reversed polynomial of IEEE 802.3, 0xEDB88320. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** CRC-32 in JavaScript, for a Node without `zlib.crc32` (before 20.15). */
export function portableCrc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ byte) & 0xff] ?? 0);
  return (remainder ^ 0xffffffff) >>> 0;
}

/** CRC-32 (IEEE 802.3) of some bytes, as an unsigned integer: any damage of up to 32 bits in a row changes it. */
export const crc32: (bytes: Uint8Array) => number =
  typeof zlib.crc32 === 'function' ? (bytes) => zlib.crc32(bytes) : portableCrc32;
