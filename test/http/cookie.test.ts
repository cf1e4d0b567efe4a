import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CookieAttributes } from '../../src/http/cookie.ts';
import { cookieValue, cookieValues, isCookieName, serializeCookie } from '../../src/http/cookie.ts';
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

test('cookieValues() finds all of one name, in order and each once, and no more than it may', () => {
  const cases: readonly (readonly [header: string | undefined, max: number, values: readonly string[]])[] = [
    [undefined, 4, []],
    ['', 4, []],
    [`${NAME}=a`, 4, ['a']],
    [`${NAME}=stale; other=b; ${NAME}=live`, 4, ['stale', 'live']],
    [`${NAME}=; ${NAME}=live`, 4, ['', 'live']],
    [`${NAME}="a"; ${NAME}=a; ${NAME} = b`, 4, ['a', 'b']],
    [`${NAME}=a;${NAME}=a;${NAME}=b;${NAME}=c;${NAME}=d`, 3, ['a', 'b', 'c']],
    [`${NAME}=a; ${NAME}=b`, 1, ['a']],
    [`${NAME}=a`, 0, []],
    [`${NAME}; ${NAME}x=a; x${NAME}=b`, 4, []],
  ];
  for (const [header, max, values] of cases) assert.deepEqual(cookieValues(header, NAME, max), values, header);
});

test('cookieValue() reads a header of a million semicolons or pairs in a moment', () => {
  const hostile = [';', '; ', 'a=;', '=', '=;', ' ', '"', 'a;', '_my_session_id;', '_my_session_id ;'];
  for (const piece of hostile) {
    const started = process.cpuUsage().user;
    assert.equal(cookieValue(piece.repeat(1_000_000), NAME), null);
    assert.equal(cookieValue(`${piece.repeat(1_000_000)}; ${NAME}=a`, NAME), 'a', piece);
    assert.deepEqual(cookieValues(`${piece.repeat(1_000_000)}; ${`${NAME}=a; `.repeat(100_000)}`, NAME, 9), ['a'], piece);
    assert.ok(process.cpuUsage().user - started < 2_000_000, `${piece}: a cost of its length squared`);
  }
});

/**
 * What jshttp/cookie expects of a `Cookie` field, in cases of ours. We differ, on purpose: quotes round a value are
 * not part of it (RFC 6265 section 4.1.1), and a value is not percent-decoded: what we set needs no escapes.
 */
const JSHTTP_CASES: readonly (readonly [header: string, name: string, value: string | null])[] = [
  ['foo=bar', 'foo', 'bar'],
  ['FOO    = bar;   baz  =   raz', 'FOO', 'bar'],
  ['FOO    = bar;   baz  =   raz', 'baz', 'raz'],
  ['', 'foo', null],
  [' \t ', '', null],
  ['f=;b=', 'f', ''],
  ['f=;b=', 'b', ''],
  ['foo="bar=1&name=Magic+Mouse"', 'foo', 'bar=1&name=Magic+Mouse'],
  ['email=%20%22%2c%3b%2f', 'email', '%20%22%2c%3b%2f'],
  ['  foo  =  "bar"  ', 'foo', 'bar'],
  [' foo = " a b c " ', 'foo', ' a b c '],
  [' = bar ', '', 'bar'],
  ['   =   ', '', ''],
  ['\tfoo\t=\tbar\t', 'foo', 'bar'],
  ['foo=%1;bar=bar', 'foo', '%1'],
  ['foo=bar;fizz  ;  buzz', 'fizz', null],
  ['  fizz; foo=  bar', 'foo', 'bar'],
  ['foo=false;bar=bar;foo=true', 'foo', 'false'],
  ['foo=;bar=bar;foo=boo', 'foo', ''],
  ['toString=foo;valueOf=bar', 'valueOf', 'bar'],
  ['a=b', 'toString', null],
];

/**
 * The `Cookie` fields that the http-state suite (of RFC 6265) expects of a browser, in cases of ours, and the values
 * that we read from them. Its values keep their quotes; ours do not.
 */
const HTTP_STATE_CASES: readonly (readonly [header: string, name: string, value: string | null])[] = [
  ['z=y, a=b', 'z', 'y, a=b'],
  ['z=y, a=b', 'a', null],
  ['a=b; x=; c=d', 'x', ''],
  ['a=b; x=; c=d', 'c', 'd'],
  ['foo=春节回家路·春运', 'foo', '春节回家路·春运'],
  ['春节回=家路·春运', '春节回', '家路·春运'],
  ['aBc="zzz "', 'aBc', 'zzz '],
  ['aBc="zz', 'aBc', '"zz'],
  ['aBc="zzz "   "ppp"', 'aBc', 'zzz "   "ppp'],
  ['aBc=A"B', 'aBc', 'A"B'],
  ['A=== BC', 'A', '== BC'],
  [`a=${'a'.repeat(4_000)}`, 'a', 'a'.repeat(4_000)],
  ['foo=bar, baz=qux', 'baz', null],
  ['test="fubar! = foo', 'test', '"fubar! = foo'],
  ...['1', '$', '!a', '@a', '#a', '$a', '%a', '^a', '&a', '*a', '(a', ')a', '-a', '_a', '+', '"a', 'foo bar'].map(
    (name) => [`${name}=bar`, name, 'bar'] as const,
  ),
  ['"a=b"=bar', '"a', 'b"=bar'],
  ['$Version=1', '$Version', '1'],
  ['key=val5; key=val1; key=val2; key=val4', 'key', 'val5'],
  ['foo="bar', 'foo', '"bar'],
  ['foo="bar=baz"', 'foo', 'bar=baz'],
  ['foo="  bar "', 'foo', '  bar '],
];

for (const [suite, cases] of [['jshttp/cookie', JSHTTP_CASES], ['http-state', HTTP_STATE_CASES]] as const) {
  test(`cookieValue() reads what ${suite} expects`, () => {
    for (const [header, name, value] of cases) assert.equal(cookieValue(header, name), value, `${header} → ${name}`);
  });
}

/**
 * What jshttp/cookie takes in a `Set-Cookie` and we do not: names and values that are no token and no cookie-octets
 * (RFC 6265bis section 4.1.1), which it hands on for the sake of old applications, and values that it would escape.
 */
test('serializeCookie() is stricter than jshttp/cookie, and takes what both take', () => {
  for (const name of ['foo', 'foo!', 'foo#', 'foo$', "foo'", 'foo*', 'foo+', 'foo-', 'foo.', 'foo^', 'foo_', 'foo`', 'foo|', 'foo~', 'foo7']) {
    assert.equal(serializeCookie(name, 'baz', {}), `${name}=baz`);
  }
  for (const name of ['a,b', 'a/b', 'a@b', 'a[b', 'a]b', 'a:b', 'a{b', 'a}b', 'a"b', 'a<b', 'a>b', 'a?b', 'a\\b', 'a\n', 'a\u280a', 'a\tb']) {
    assert.throws(() => serializeCookie(name, 'baz', {}), TypeError, name);
  }
  const octets = "!#$&'()*+-./0123456789:<=>?@ABCXYZ[]^_`abcxyz{|}~%";
  assert.equal(serializeCookie('a', octets, {}), `a=${octets}`);
  for (const value of ['bar baz', 'a"b', 'a,b', 'a\\b', '+\n', 'a\tb', 'a;b', 'a\u280a']) {
    assert.throws(() => serializeCookie('a', value, {}), TypeError, value);
  }
  for (const path of ['/', '/login', '/foo.bar/baz', '/foo=bar?baz', '/foo"bar"', '/../foo/bar']) {
    assert.equal(serializeCookie('a', 'b', { path }), `a=b; Path=${path}`);
  }
  for (const path of ['/\n', '/\0', '/a\rb', '/; Path=/b', '../foo/', './']) {
    assert.throws(() => serializeCookie('a', 'b', { path }), TypeError, path);
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
