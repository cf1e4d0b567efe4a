import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from '../../../src/storage/journal/crc32.ts';
import {
  decodeLine,
  encodeLine,
  headerVersion,
  isTornHeader,
  JOURNAL_HEADER,
} from '../../../src/storage/journal/journal-line.ts';
import type { Commit } from '../../../src/storage/journal/journal-line.ts';
import { property } from '../../helpers/random.ts';

const COMMIT: Commit = {
  put: { users: [{ id: 'a', email: 'bob@example.com', first_name: 'Bjørn "B" \\ \n', last_name: null }] },
  remove: { user_sessions: ['x', 'y'] },
};

/** A line with a checksum that fits, whatever it holds. */
function lineOf(members: string): Buffer {
  const checksum = crc32(Buffer.from(members)).toString(16).padStart(8, '0');
  return Buffer.from(`{"crc32":"${checksum}",${members}\n`);
}

test('encodeLine() gives one line of JSON that begins with its checksum', () => {
  const line = encodeLine(COMMIT);
  assert.equal(line.indexOf('\n'), line.length - 1);
  assert.match(line.toString(), /^\{"crc32":"[0-9a-f]{8}","put":/);
  const { crc32: checksum, ...rest } = JSON.parse(line.toString());
  assert.deepEqual(rest, COMMIT);
  assert.equal(checksum, crc32(line.subarray(20, -1)).toString(16).padStart(8, '0'));
});

test('decodeLine() gives what encodeLine() was given', () => {
  for (const content of [COMMIT, JOURNAL_HEADER, { remove: { users: [''] } }, { put: {} }]) {
    assert.deepEqual(decodeLine(encodeLine(content)), content);
  }
});

property('decodeLine() gives back random records', 200, (random) => {
  const pieces = ['a', '"', '\\', '\n', '\r', '\0', '\u2028', 'é', '😀', '\ud800', '__proto__', '}', '{"crc32":"'];
  const other = random.below(2) === 0 ? null : 1.5;
  const record = { id: random.text(pieces, 20), name: random.text(pieces, 60), other };
  assert.deepEqual(decodeLine(encodeLine({ put: { things: [record] } })), { put: { things: [record] } });
});

test('decodeLine() refuses a line with any one byte changed', () => {
  const line = encodeLine(COMMIT);
  for (let index = 0; index < line.length; index += 1) {
    const original = line[index] ?? 0;
    for (const mask of [1, 2, 4, 8, 16, 32, 64, 128, 0xff, original ^ 0x0a, original ^ 0x20]) {
      if (mask === 0) continue;
      const damaged = Buffer.from(line);
      damaged[index] = original ^ mask;
      assert.equal(decodeLine(damaged), null, `byte ${index} ^ ${mask}`);
    }
  }
});

test('decodeLine() refuses a line that is cut anywhere, or longer', () => {
  const line = encodeLine(COMMIT);
  for (let length = 0; length < line.length; length += 1) {
    assert.equal(decodeLine(line.subarray(0, length)), null, `${length} bytes`);
    assert.equal(decodeLine(line.subarray(length + 1)), null, `without the first ${length + 1} bytes`);
  }
  assert.equal(decodeLine(Buffer.concat([line, Buffer.from('\n')])), null);
});

const upperCase = (hex: string): string => hex.toUpperCase();
for (const [title, line] of [
  ['an upper-case checksum', Buffer.from(encodeLine(COMMIT).toString().replace(/[0-9a-f]{8}/, upperCase))],
  ['no checksum', Buffer.from(`${JSON.stringify(COMMIT)}\n`)],
  ['spaces in the prefix', Buffer.from('{ "crc32":"00000000","put":{}}\n')],
  ['nothing but zeros', Buffer.alloc(4_096)],
  ['zeros and a newline', Buffer.concat([Buffer.alloc(4_096), Buffer.from('\n')])],
  ['a fitting checksum over no JSON', lineOf('"put":}')],
] as const) {
  test(`decodeLine() refuses a line with ${title}`, () => assert.equal(decodeLine(line), null));
}

test('headerVersion() gives the version of a header, and null for what is none', () => {
  assert.equal(headerVersion(JOURNAL_HEADER), 2);
  assert.equal(headerVersion({ ...JOURNAL_HEADER, version: 17 }), 17);
  const { format } = JOURNAL_HEADER;
  const versions = ['2', 1.5, 0, -1, null, Number.MAX_VALUE].map((version) => ({ format, version }));
  for (const value of [{}, COMMIT, { format: 'other', version: 1 }, { format }, ...versions]) {
    assert.equal(headerVersion(value), null, JSON.stringify(value));
  }
});

test('isTornHeader() takes what a crash can leave of a header, and nothing else', () => {
  for (const version of [1, 2]) {
    const header = encodeLine({ ...JOURNAL_HEADER, version });
    for (let length = 0; length <= header.length; length += 1) {
      assert.ok(isTornHeader(header.subarray(0, length)));
      assert.ok(isTornHeader(Buffer.alloc(length)), `${length} zeros`);
      assert.ok(isTornHeader(Buffer.concat([Buffer.alloc(length), header.subarray(length)])));
      const changed = Buffer.from(header.subarray(0, length));
      if (length > 0) changed[length - 1] = 0x7e;
      assert.equal(isTornHeader(changed), length === 0);
    }
    assert.ok(!isTornHeader(Buffer.concat([header, Buffer.alloc(1)])));
    assert.ok(!isTornHeader(Buffer.alloc(header.length + 1)));
  }
});
