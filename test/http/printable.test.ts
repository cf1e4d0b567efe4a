import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError, printable, visible } from '../../src/http/printable.ts';
import { LATIN1, property } from '../helpers/random.ts';

test('visible() leaves what people read, and escapes what a terminal obeys or does not show', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['bob@example.com', 'bob@example.com'],
    ['jürgen Ανδρέας 李 علي हिन्दी 😀 e\u0301', 'jürgen Ανδρέας 李 علي हिन्दी 😀 e\u0301'],
    ['a\nb\r\t\0', 'a\\u000ab\\u000d\\u0009\\u0000'],
    ['\x1b[31m\x7f\x9b', '\\u001b[31m\\u007f\\u009b'],
    ['\u202e\u2066\u200b\u200f\ufeff', '\\u202e\\u2066\\u200b\\u200f\\ufeff'],
    ['\u2028\u2029\u3164\ue000', '\\u2028\\u2029\\u3164\\ue000'],
    ['\ud800x\udfff', '\\ud800x\\udfff'],
    ['\u{e0041}', '\\udb40\\udc41'],
  ];
  for (const [text, shown] of cases) assert.equal(visible(text), shown, JSON.stringify(text));
});

property('printable() and visible() give one line without control characters', 2_000, (random) => {
  const text = random.text([...LATIN1, '\u2028', '\u202e', '\ud800', '😀'], 20);
  assert.match(printable(text), /^[\x20-\x7e]*$/);
  assert.doesNotMatch(visible(text), /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
});

test('describeError() shows an error whole, its lines apart and printable', () => {
  const text = describeError(new Error('a\u001bb\nc', { cause: new Error('why') }));
  assert.match(text, /a\\u001bb\nc\n.*at /s);
  assert.match(text, /cause.*why/s);
});
