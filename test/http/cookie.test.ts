import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CookieAttributes, cookieValue, isCookieName, serializeCookie } from '../../src/http/cookie.ts';
import { LATIN1, property } from '../helpers/random.ts';

const NAME = '_my_session_id';

test('cookieValue() finds the one cookie', () => {
  const cases: readonly (readonly [string | undefined, string | null])[] = [
    [undefined, null],
    ['', null],
    ['=', null],
    [';', null],
    [';;;=;;;', null],
    ['_my_session_id', null],
    ['_my_session_id; a=b', null],
    ['a=b; _my_session_id', null],
    ['_my_session_id=', ''],
    ['_my_session_id=Hello', 'Hello'],
    ['_my_session_id=C is fun', 'C is fun'],
    ['_my_session_id=  C is fun\t', 'C is fun'],
    ['_my_session_id = Hello', 'Hello'],
    ['\t_my_session_id\t=\tHello\t;', 'Hello'],
    ['a=b;_my_session_id=Hello', 'Hello'],
    ['a=b; _my_session_id=Hello; c=d', 'Hello'],
    ['a; b; _my_session_id=Hello', 'Hello'],
    ['_my_session_id; _my_session_id=Hello', 'Hello'],
    ['_my_session_id=first; _my_session_id=second', 'first'],
    ['_my_session_id=; _my_session_id=second', ''],
    ['_my_session_id=a=b==', 'a=b=='],
    ['a=_my_session_id=b', null],
    ['a="; _my_session_id=Hello; "', 'Hello'],
    ['_my_session_id="Hello"', 'Hello'],
    ['_my_session_id=""', ''],
    ['_my_session_id="', '"'],
    ['_my_session_id="a', '"a'],
    ['_my_session_id="a""', 'a"'],
    ['_my_session_id= " a " ', ' a '],
    ['_my_session_id=%41', '%41'],
    ['_my_session_id=a,b', 'a,b'],
    ['_MY_SESSION_ID=Hello', null],
    ['_my_session_idx=Hello', null],
    ['x_my_session_id=Hello', null],
    ['_my_session _id=Hello', null],
    ['_my_session_id x=Hello', null],
    ['_my_session_id=\xc3\xa0', '\xc3\xa0'],
    ['__proto__=a', null],
  ];
  for (const [header, value] of cases) assert.equal(cookieValue(header, NAME), value, JSON.stringify(header));
  assert.equal(cookieValue('__proto__=a', '__proto__'), 'a');
});

test('cookieValue() reads a header of a million semicolons or pairs in a moment', () => {
  const hostile = [';', '; ', 'a=;', '=', '=;', ' ', '"', 'a;', '_my_session_id;', '_my_session_id ;'];
  for (const piece of hostile) {
    const started = process.cpuUsage().user;
    assert.equal(cookieValue(piece.repeat(1_000_000), NAME), null);
    assert.equal(cookieValue(`${piece.repeat(1_000_000)}; ${NAME}=a`, NAME), 'a', piece);
    assert.ok(process.cpuUsage().user - started < 2_000_000, `${piece}: a cost of its length squared`);
  }
});

property('cookieValue() finds what serializeCookie() made, whatever stands around it', 2_000, (random) => {
  const octets = LATIN1.filter((character) => /[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/.test(character));
  const value = random.text(octets, 40);
  const others = (): string[] => Array.from({ length: random.below(4) }, () => `x${random.text(octets, 8)}`);
  const header = [...others(), serializeCookie(NAME, value, {}), ...others()].join(random.pick(['; ', ';', ' ;\t']));
  assert.equal(cookieValue(header, NAME), value);
});

property('cookieValue() never throws and agrees with a table of all pairs', 5_000, (random) => {
  const header = random.text(['a', 'b', '=', ';', ' ', '\t', '"', 'a=', '; ', ...LATIN1], 16);
  const table = new Map<string, string>();
  for (const pair of header.split(';')) {
    const [name, ...rest] = pair.split('=');
    if (name === undefined || rest.length === 0) continue;
    const trim = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '');
    const value = trim(rest.join('=')).replace(/^"([^]*)"$/, '$1');
    if (!table.has(trim(name))) table.set(trim(name), value);
  }
  for (const name of ['a', 'b', 'aa']) {
    assert.equal(cookieValue(header, name), table.get(name) ?? null, JSON.stringify(header));
  }
});

test('isCookieName() takes tokens only', () => {
  for (const good of ['a', '_my_session_id', '__Host-id', "!#$%&'*+-.^_`|~"]) assert.equal(isCookieName(good), true);
  for (const bad of ['', ' ', 'a b', 'a=b', 'a;b', 'a,b', '"a"', 'é', 'a\n', 'a\0', 'a/b', '[a]', '{a}', '(a)']) {
    assert.equal(isCookieName(bad), false, JSON.stringify(bad));
  }
});

test('serializeCookie() writes the attributes that are given', () => {
  const cases: readonly (readonly [CookieAttributes, string])[] = [
    [{}, 'a=b'],
    [{ path: '/' }, 'a=b; Path=/'],
    [{ maxAgeSeconds: 0 }, 'a=b; Max-Age=0'],
    [{ maxAgeSeconds: 34_560_000 }, 'a=b; Max-Age=34560000'],
    [{ secure: true, httpOnly: true }, 'a=b; HttpOnly; Secure'],
    [{ secure: false, httpOnly: false }, 'a=b'],
    [{ sameSite: 'Strict' }, 'a=b; SameSite=Strict'],
    [
      { path: '/api', maxAgeSeconds: 60, secure: true, httpOnly: true, sameSite: 'Lax' },
      'a=b; Path=/api; Max-Age=60; HttpOnly; Secure; SameSite=Lax',
    ],
  ];
  for (const [attributes, cookie] of cases) assert.equal(serializeCookie('a', 'b', attributes), cookie);
  assert.equal(serializeCookie('a', '', {}), 'a=');
});

test('serializeCookie() throws on a bad argument, naming it and never showing the value', () => {
  const secret = 'secret-9d3f';
  const cases: readonly (readonly [string, string, CookieAttributes, RegExp])[] = [
    ['', secret, {}, /name/],
    [`${secret};`, '', {}, /name/],
    ['a b', secret, {}, /name/],
    ...[' ', '"', ',', ';', '\\', '\n', '\r', '\0', '\x7f', 'é', '\u{1f36a}'].map(
      (bad) => ['a', secret + bad, {}, /value/] as const,
    ),
    ['a', secret, { path: '' }, /path/],
    ['a', secret, { path: 'api' }, /path/],
    ['a', secret, { path: `/${secret}; Domain=evil` }, /path/],
    ['a', secret, { path: '/\r\n' }, /path/],
    ['a', secret, { maxAgeSeconds: -1 }, /maxAgeSeconds/],
    ['a', secret, { maxAgeSeconds: 0.5 }, /maxAgeSeconds/],
    ['a', secret, { maxAgeSeconds: NaN }, /maxAgeSeconds/],
    ['a', secret, { maxAgeSeconds: Infinity }, /maxAgeSeconds/],
    ['a', secret, { maxAgeSeconds: 2 ** 53 }, /maxAgeSeconds/],
  ];
  for (const [name, value, attributes, field] of cases) {
    assert.throws(() => serializeCookie(name, value, attributes), (error) => {
      assert.ok(error instanceof TypeError);
      assert.match(error.message, field);
      assert.ok(!error.message.includes(secret));
      return true;
    });
  }
});
