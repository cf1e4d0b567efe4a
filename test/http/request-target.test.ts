import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestAuthority, requestPath } from '../../src/http/request-target.ts';
import { LATIN1, property } from '../helpers/random.ts';

test('requestPath() reads each form of target', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['/', '/'],
    ['/?a=b', '/'],
    ['/#a', '/'],
    ['/api/v1/users', '/api/v1/users'],
    ['/api/v1/users/', '/api/v1/users'],
    ['/api/v1/users//', '/api/v1/users/'],
    ['/api/v1/users?a=/b/', '/api/v1/users'],
    ['/api/v1/users/?a=b', '/api/v1/users'],
    ['/a?b#c', '/a'],
    ['/a#b?c', '/a'],
    ['/a?b=%zz', '/a'],
    ['//', '/'],
    ['//host/a', '//host/a'],
    ['/a//b', '/a//b'],
    ['/a/../b', '/a/../b'],
    ['/./a', '/./a'],
    ['/a/%2e%2e/b', '/a/../b'],
    ['/a%2Fb', '/a/b'],
    ['/a%2f', '/a'],
    ['/%61%62', '/ab'],
    ['/%2561', '/%61'],
    ['/a+b', '/a+b'],
    ['/a%3Fb', '/a?b'],
    ['/a%23b', '/a#b'],
    ['/a%00b', '/a\0b'],
    ['/%C3%A9', '/é'],
    ['/%F0%9F%8D%AA', '/\u{1f36a}'],
    ['/a;b=c', '/a;b=c'],
    ['*', '*'],
    ['http://host', '/'],
    ['http://host/', '/'],
    ['http://host?a', '/'],
    ['http://host#a', '/'],
    ['http://host:5000/api/v1/status/', '/api/v1/status'],
    ['HTTPS://host/a', '/a'],
    ['http://[::1]:80/a', '/a'],
    ['http://host//a', '//a'],
  ];
  for (const [target, path] of cases) assert.equal(requestPath(target), path, target);
});

test('requestAuthority() is the host that an absolute-form target names, and null for any other', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['http://host/a', 'host'],
    ['HTTPS://Host:5000', 'Host:5000'],
    ['http://[::1]:80/a?b', '[::1]:80'],
    ['http://host?a', 'host'],
    ['/http://host/', null],
    ['*', null],
    ['', null],
    ['ftp://host/a', null],
    ['http://user@host/a', null],
    ['http:///a', null],
  ];
  for (const [target, authority] of cases) assert.equal(requestAuthority(target), authority, target);
});

test('requestPath() returns null where the target is malformed', () => {
  const malformed = [
    '', 'a', 'api/v1/status', '?a', '#', '**', '*/', '*?a', 'host:443', 'ftp://host/a', 'http:', 'http:/a', 'http://',
    'http:///a', 'http://?a', 'http://user@host/a', 'http://user:secret@host/a', 'javascript:alert(1)',
    '/%', '/%2', '/%zz', '/%u0061', '/% 20', '/a b', '/a\tb', '/a\0', '/a\r\nb', '/\x7f', '/é', '/\u{1f36a}', '/a\n',
    '/%80', '/%C3', '/%C3%28', '/%C0%AF', '/%E0%80%AF', '/%ED%A0%80', '/%F4%90%80%80', '/%FF',
  ];
  for (const target of malformed) assert.equal(requestPath(target), null, JSON.stringify(target));
});

property('requestPath() never throws, and returns null, "*" or a path that begins with "/"', 5_000, (random) => {
  const pieces = ['/', '%', '%2F', '%C3%A9', '?', '#', 'http://', 'h', '*', '@', ...LATIN1];
  const path = requestPath(random.text(['', '/', 'http://h'], 1) + random.text(pieces, 12));
  assert.ok(path === null || path === '*' || path.startsWith('/'));
});

property('requestPath() decodes what encodeURIComponent() encoded', 2_000, (random) => {
  const characters = [...LATIN1, '€', '\u{1f36a}'];
  const segments = Array.from({ length: random.below(4) + 1 }, () => `x${random.text(characters, 6)}x`);
  assert.equal(requestPath(`/${segments.map(encodeURIComponent).join('/')}`), `/${segments.join('/')}`);
});
