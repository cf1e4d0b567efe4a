import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidValueError } from '../../src/errors.ts';
import { checkedEmail, checkedName, typedEmail } from '../../src/models/user-input.ts';

/** Each range by its ends: what RFC 8264 section 9.13 lists, and what is as invisible. */
const INVISIBLE: readonly (readonly [first: number, last: number])[] = [
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5],
  [0x180b, 0x180e],
  [0x200b, 0x200f], // zero widths, joiners, marks of direction
  [0x2028, 0x202e], // separators, embeddings and overrides of direction
  [0x2060, 0x206f], // word joiner, invisible operators, isolates
  [0x2800, 0x2800], // Braille blank
  [0x3164, 0x3164],
  [0xfdd0, 0xfdef], // noncharacters
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfff8],
  [0xfff9, 0xffff], // annotations, U+FFFD, noncharacters
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0x1fffe, 0x1ffff],
  [0xe0000, 0xe0fff], // tags, variation selectors
  [0x10fffe, 0x10ffff],
];

test('checkedEmail() and checkedName() refuse every character that nobody sees', () => {
  for (const [first, last] of INVISIBLE) {
    for (let point = first; point <= last; point += 1) {
      const character = String.fromCodePoint(point);
      const what = `U+${point.toString(16)}`;
      assert.throws(() => checkedEmail(`b${character}b@example.com`), InvalidValueError, what);
      assert.throws(() => checkedEmail(`bob@example${character}`), InvalidValueError, what);
      assert.throws(() => checkedName('last_name', `B${character}b`), InvalidValueError, what);
      assert.throws(() => checkedName('last_name', character), InvalidValueError, what);
    }
  }
});

test('checkedEmail() and checkedName() take the letters of any language', () => {
  for (const word of ['Jürgen', 'Ανδρέας', 'Андрей', 'אבג', 'علي', '李小龍', 'ひらがな', '한국어', 'हिन्दी', 'ไทย', '😀', 'e\u0301']) {
    assert.equal(checkedEmail(`${word}@${word}.example`), `${word}@${word}.example`);
    assert.equal(checkedName('first_name', word), word);
  }
});

test('checkedName() takes a joiner where it is spelling, and nowhere else', () => {
  for (const name of ['علی\u200cرضا', 'क्\u200dष', 'ශ්\u200dරී', 'நா\u200cக']) {
    assert.equal(checkedName('first_name', name), name);
    assert.throws(() => checkedEmail(`${name}@example.com`), InvalidValueError, 'an email has no use for it');
  }
  for (const name of ['a\u200cb', 'a\u200db', '\u200cعلی', 'علی\u200c', 'علی\u200c\u200cرضا', 'a\u200cع', '👩\u200d👩']) {
    assert.throws(() => checkedName('first_name', name), InvalidValueError, JSON.stringify(name));
  }
});

test('typedEmail() strips what a browser strips from an email field', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['bob@example.com', 'bob@example.com'],
    [' bob@example.com', 'bob@example.com'],
    ['bob@example.com ', 'bob@example.com'],
    [' \t\f\r\nbob@exam\r\nple.com\n\f\t ', 'bob@example.com'],
    ['b ob@example.com', 'b ob@example.com'],
    ['\u00a0bob@example.com\u3000', '\u00a0bob@example.com\u3000'],
    ['\v\0bob', '\v\0bob'],
    ['   ', ''],
    ['', ''],
  ];
  for (const [text, email] of cases) assert.equal(typedEmail(text), email, JSON.stringify(text));
  const started = process.cpuUsage().user;
  assert.equal(typedEmail(`a${' '.repeat(1_000_000)}b`).length, 1_000_002);
  assert.ok(process.cpuUsage().user - started < 2_000_000, 'a cost of its length squared');
});
