import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, portableCrc32 } from '../../../src/storage/journal/crc32.ts';
import { property } from '../../helpers/random.ts';

// The check value of CRC-32/ISO-HDLC, and others by the same polynomial.
const KNOWN: readonly (readonly [text: string, checksum: number])[] = [
  ['', 0x00000000],
  ['123456789', 0xcbf43926],
  ['a', 0xe8b7be43],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
];

for (const [text, checksum] of KNOWN) {
  test(`crc32() gives ${checksum.toString(16)} for ${JSON.stringify(text)}, portably too`, () => {
    assert.equal(crc32(Buffer.from(text)), checksum);
    assert.equal(portableCrc32(Buffer.from(text)), checksum);
  });
}

property('crc32() gives what portableCrc32() does for random bytes', 500, (random) => {
  const bytes = Uint8Array.from({ length: random.below(300) }, () => random.below(256));
  assert.equal(crc32(bytes), portableCrc32(bytes), Buffer.from(bytes).toString('hex'));
});
