import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToken, quotedString, skipOws, trimOws } from '../../src/http/field-value.ts';
import { LATIN1, property } from '../helpers/random.ts';

test('isToken() takes exactly the characters of RFC 9110', () => {
  const tchar = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  for (const character of [...LATIN1, '\u0100', '\u{1f36a}']) {
    assert.equal(isToken(character), tchar.includes(character), JSON.stringify(character));
  }
  assert.equal(isToken(''), false);
  assert.equal(isToken('a\n'), false);
});

test('quotedString() escapes quotes and backslashes', () => {
  assert.equal(quotedString('realm', 'a "b" \\c'), '"a \\"b\\" \\\\c"');
  assert.equal(quotedString('realm', ''), '""');
});

test('quotedString() throws on what no quoted-string carries, naming the field and not the value', () => {
  for (const bad of ['a\r\nb', '\0', '\x7f', '\u0100']) {
    assert.throws(() => quotedString('realm', bad), (error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /^realm /);
      assert.ok(!error.message.includes(bad));
      return true;
    });
  }
});

test('trimOws() takes spaces and tabs only', () => {
  assert.equal(trimOws(' \t a b\t '), 'a b');
  assert.equal(trimOws('\u00a0a\u00a0'), '\u00a0a\u00a0');
  assert.equal(trimOws('   '), '');
  assert.equal(trimOws('x= y ;', 2, 5), 'y');
});

test('skipOws() never goes past its end', () => {
  assert.equal(skipOws('   ', 0, 2), 2);
  assert.equal(skipOws(' a', 0, 2), 1);
  assert.equal(skipOws('abc', 5, 3), 5);
});

property('trimOws() leaves no space or tab at either end, and loses nothing else', 2_000, (random) => {
  const text = random.text(LATIN1, 8);
  const before = random.text([' ', '\t'], 3);
  const trimmed = trimOws(before + text + random.text([' ', '\t'], 3));
  assert.doesNotMatch(trimmed, /^[ \t]|[ \t]$/);
  assert.equal(trimmed, text.replace(/^[ \t]+|[ \t]+$/g, ''));
});
