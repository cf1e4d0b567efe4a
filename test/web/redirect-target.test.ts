import assert from 'node:assert/strict';
import { test } from 'node:test';
import { basePathOf, checkedRedirect } from '../../src/web/redirect-target.ts';

const OPTIONS = {
  redirectOrigins: ['https://wiki.example.com', 'https://*.apps.example.com', 'http://intra.example.com:8080'],
  publicUrl: 'https://auth.example.com',
  requestHost: 'auth.example.com',
};

/** What is followed, and where it leads. */
const FOLLOWED: readonly (readonly [rd: string, location: string, origin: string | null])[] = [
  ['/', '/', null],
  ['/account', '/account', null],
  ['/users?after=a&limit=2#top', '/users?after=a&limit=2#top', null],
  ['/a/../users', '/users', null],
  ['/%2f%2fevil.example', '/%2f%2fevil.example', null],
  ['/@evil.example', '/@evil.example', null],
  ['https://auth.example.com/account', 'https://auth.example.com/account', null],
  ['HTTPS://AUTH.EXAMPLE.COM/account', 'https://auth.example.com/account', null],
  ['https://auth.example.com:443/', 'https://auth.example.com/', null],
  ['https://wiki.example.com', 'https://wiki.example.com/', 'https://wiki.example.com'],
  ['https://wiki.example.com/page?a=1&b=%20#c', 'https://wiki.example.com/page?a=1&b=%20#c', 'https://wiki.example.com'],
  ['https://WIKI.example.com:443/', 'https://wiki.example.com/', 'https://wiki.example.com'],
  ['https://wiki.example.com//evil.example/', 'https://wiki.example.com//evil.example/', 'https://wiki.example.com'],
  ['https://wiki.example.com/?https://evil.example', 'https://wiki.example.com/?https://evil.example', 'https://wiki.example.com'],
  ['https://one.apps.example.com/x', 'https://one.apps.example.com/x', 'https://one.apps.example.com'],
  ['http://intra.example.com:8080/', 'http://intra.example.com:8080/', 'http://intra.example.com:8080'],
];

/** Everything else: the account page takes its place. */
const REFUSED: readonly string[] = [
  '',
  'account',
  './account',
  '?a',
  '#a',
  // Another host, in all the ways in which browsers find one.
  '//evil.example',
  '///evil.example',
  '////evil.example',
  '/\\evil.example',
  '\\evil.example',
  '\\\\evil.example',
  '/\\/evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/%2e//evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  ' https://wiki.example.com',
  '/\u0000/evil.example',
  '/\u00a0',
  '/\u2028',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  'https:\\\\evil.example',
  'http://evil.example',
  'https://evil.example',
  'https://evil.example/https://wiki.example.com',
  'https://evil.example?https://wiki.example.com',
  'https://evil.example#wiki.example.com',
  'https://evil.example\\@wiki.example.com',
  // Who is before the "@" is nobody's host.
  'https://wiki.example.com@evil.example',
  'https://wiki.example.com:443@evil.example',
  'https://wiki.example.com%2f@evil.example',
  'https://user@wiki.example.com',
  'https://user:password@wiki.example.com/',
  'https://@wiki.example.com/',
  // Nearly a listed host.
  'https://wiki.example.com.evil.example',
  'https://wiki.example.com.',
  'https://wiki.example.com./',
  'https://xwiki.example.com',
  'https://wiki-example.com',
  'https://wikiXexample.com',
  'https://example.com',
  'https://wiki.example.co',
  'https://wıki.example.com',
  'https://wiki。example。com.evil.example',
  'https://wiki.example.com:8443',
  'https://wiki.example.com:80',
  'http://wiki.example.com',
  'http://intra.example.com',
  'http://intra.example.com:8081',
  'https://intra.example.com:8080',
  'http://auth.example.com/',
  'https://auth.example.com:444/',
  'https://apps.example.com',
  'https://.apps.example.com',
  'https://a.b.apps.example.com',
  'https://*.apps.example.com',
  'https://one.apps.example.com:8443',
  'http://one.apps.example.com',
  'https://evil.example/.apps.example.com',
  'https://[::1]/',
  'https://127.0.0.1/',
  'https://0x7f000001/',
  // Other schemes.
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'ftp://wiki.example.com/',
  'ws://wiki.example.com/',
  'blob:https://wiki.example.com/x',
  'view-source:https://wiki.example.com/',
  'about:blank',
  'https://',
  'https://%/',
  'https://wiki.example.com:99999/',
  '%2f%2fevil.example',
  'https%3a%2f%2fwiki.example.com',
];

test('checkedRedirect() follows what is ours or listed', () => {
  for (const [rd, location, origin] of FOLLOWED) assert.deepEqual(checkedRedirect(rd, OPTIONS), { location, origin }, rd);
});

test('checkedRedirect() refuses everything else', () => {
  assert.ok(REFUSED.length >= 60);
  assert.equal(checkedRedirect(null, OPTIONS), null);
  for (const rd of REFUSED) assert.equal(checkedRedirect(rd, OPTIONS), null, JSON.stringify(rd));
});

test('checkedRedirect() knows its own host by the request where PUBLIC_URL is not set', () => {
  const options = { redirectOrigins: [], publicUrl: null, requestHost: 'Localhost:5000' };
  assert.deepEqual(checkedRedirect('http://localhost:5000/a', options)?.origin, null);
  assert.equal(checkedRedirect('http://localhost:5001/a', options), null);
  assert.equal(checkedRedirect('http://localhost:5000/a', { ...options, requestHost: undefined }), null);
});

test('checkedRedirect() puts the path of PUBLIC_URL before a path of ours', () => {
  const options = { redirectOrigins: [], publicUrl: 'https://example.com/auth', requestHost: 'example.com' };
  assert.deepEqual(checkedRedirect('/account?a', options), { location: '/auth/account?a', origin: null });
  assert.deepEqual(checkedRedirect('https://example.com/wiki', options)?.location, 'https://example.com/wiki');
});

test('basePathOf() is what a proxy strips', () => {
  assert.equal(basePathOf(null), '');
  assert.equal(basePathOf('https://example.com'), '');
  assert.equal(basePathOf('https://example.com/auth'), '/auth');
  assert.equal(basePathOf('https://example.com/a/b'), '/a/b');
});
