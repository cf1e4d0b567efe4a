import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUtf8, parseMediaType } from '../../src/http/media-type.ts';
import { LATIN1, property } from '../helpers/random.ts';

test('parseMediaType() reads type and parameters', () => {
  const cases: readonly (readonly [string, string, readonly (readonly [string, string])[]])[] = [
    ['application/json', 'application/json', []],
    [' Application/JSON\t', 'application/json', []],
    ['application/json;', 'application/json', []],
    ['application/json ; ; charset=utf-8;', 'application/json', [['charset', 'utf-8']]],
    ['application/json;charset="utf-8"', 'application/json', [['charset', 'utf-8']]],
    ['text/html; CHARSET=UTF-8', 'text/html', [['charset', 'UTF-8']]],
    ['a/b; x="a;b\\"c\\\\"; y=1', 'a/b', [['x', 'a;b"c\\'], ['y', '1']]],
    ['a/b; x=""', 'a/b', [['x', '']]],
    ['a/b; x=1; X=2', 'a/b', [['x', '1']]],
    ['a/b; __proto__=1', 'a/b', [['__proto__', '1']]],
    ['multipart/form-data; boundary=----=_Part/1?', 'multipart/form-data', [['boundary', '----=_Part/1?']]],
    ['application/problem+json', 'application/problem+json', []],
  ];
  for (const [header, type, parameters] of cases) {
    assert.deepEqual(parseMediaType(header), { type, parameters: new Map(parameters) }, header);
  }
});

test('parseMediaType() returns null where the field is absent or malformed', () => {
  const malformed = [
    undefined, '', ' ', 'json', '/', 'a/', '/b', 'a b/c', 'a/b c', 'a/b, c/d', 'a/b; x', 'a/b; x=', 'a/b; =1',
    'a/b; x = 1', 'a/b; x="', 'a/b; x="a', 'a/b; x="a\\"', 'a/b; x="a"b', 'a/b; x=a b', 'a/b x=1', 'a/b; x=a"b"',
    'é/b',
  ];
  for (const header of malformed) assert.equal(parseMediaType(header), null, String(header));
});

test('parseMediaType() reads a hostile field in a moment', () => {
  for (const piece of [';', ' ', '; ', ';a=b', ';a="', '\\"', 'a']) {
    const started = process.cpuUsage().user;
    parseMediaType(`a/b;x="${piece.repeat(100_000)}`);
    parseMediaType(`a/b${piece.repeat(100_000)}`);
    assert.ok(process.cpuUsage().user - started < 2_000_000, `${piece}: a cost of its length squared`);
  }
});

property('parseMediaType() gives back the quoted value of a parameter', 2_000, (random) => {
  const value = random.text(LATIN1.filter((character) => /[\t\x20-\x7e\x80-\xff]/.test(character)), 20);
  const quoted = value.replace(/["\\]/g, '\\$&');
  assert.equal(parseMediaType(`a/b; c=d; x="${quoted}"; e=f`)?.parameters.get('x'), value);
});

property('parseMediaType() never throws', 5_000, (random) => {
  const type = parseMediaType(random.text(['a/b', ';', '=', '"', '\\', ' ', 'x', ...LATIN1], 16))?.type;
  assert.ok(type === undefined || /^[^/\s]+\/[^/\s]+$/.test(type));
});

test('isUtf8() takes UTF-8, its subset, and none given', () => {
  for (const good of [undefined, 'utf-8', 'UTF-8', 'utf8', 'Utf8', 'us-ascii', 'US-ASCII']) {
    assert.equal(isUtf8(good), true, good);
  }
  for (const bad of ['', 'utf-16', 'utf-7', 'latin1', 'iso-8859-1', 'utf-8 ', 'xutf-8', 'utf-88', 'utf\u20118']) {
    assert.equal(isUtf8(bad), false, bad);
  }
});
