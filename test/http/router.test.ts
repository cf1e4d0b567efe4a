import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, Router } from '../../src/http/router.ts';
import { LATIN1, property } from '../helpers/random.ts';

const ROUTES: readonly Route<string>[] = [
  { method: 'GET', path: '/', handler: 'root' },
  { method: 'GET', path: '/users/:id', handler: 'show' },
  { method: 'PUT', path: '/users/:id', handler: 'change' },
  { method: 'GET', path: '/users', handler: 'list' },
  { method: 'POST', path: '/users', handler: 'create' },
  { method: 'GET', path: '/users/top', handler: 'top' },
  { method: 'DELETE', path: '/logout', handler: 'logout' },
  { method: 'GET', path: '/:kind/:id/log', handler: 'any-log' },
  { method: 'GET', path: '/users/:id/log', handler: 'user-log' },
  { method: 'GET', path: '/users/:id/:field', handler: 'user-field' },
];
const router = new Router(ROUTES);

/** Handler and parameters. */
function match(method: string, path: string, among = router): readonly unknown[] | null {
  const resource = among.find(path);
  return resource === null ? null : [resource.handlers.get(method), resource.parameters];
}

test('find() finds the handlers and the parameters', () => {
  const cases: readonly (readonly [string, string, string, readonly (readonly [string, string])[]])[] = [
    ['GET', '/', 'root', []],
    ['GET', '/users', 'list', []],
    ['HEAD', '/users', 'list', []],
    ['POST', '/users', 'create', []],
    ['GET', '/users/7', 'show', [['id', '7']]],
    ['HEAD', '/users/7', 'show', [['id', '7']]],
    ['PUT', '/users/7', 'change', [['id', '7']]],
    ['GET', '/users/:id', 'show', [['id', ':id']]],
    ['GET', '/users/__proto__', 'show', [['id', '__proto__']]],
    ['GET', '/users/..', 'show', [['id', '..']]],
    ['GET', '/users/AbC', 'show', [['id', 'AbC']]],
    ['GET', '/users/a b\0é', 'show', [['id', 'a b\0é']]],
    ['GET', '/users/topx', 'show', [['id', 'topx']]],
    ['GET', '/users/top', 'top', []],
    ['GET', '/users/7/log', 'user-log', [['id', '7']]],
    ['GET', '/users/7/name', 'user-field', [['id', '7'], ['field', 'name']]],
    ['GET', '/jobs/7/log', 'any-log', [['kind', 'jobs'], ['id', '7']]],
  ];
  for (const [method, path, handler, parameters] of cases) {
    assert.deepEqual(match(method, path), [handler, new Map(parameters)], path);
  }
});

test('find() says which methods a path has', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['DELETE', '/users', 'GET, HEAD, OPTIONS, POST'],
    ['OPTIONS', '/users', 'GET, HEAD, OPTIONS, POST'],
    ['get', '/users', 'GET, HEAD, OPTIONS, POST'],
    ['', '/users', 'GET, HEAD, OPTIONS, POST'],
    ['__proto__', '/users', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/users/7', 'GET, HEAD, OPTIONS, PUT'],
    ['PUT', '/users/top', 'GET, HEAD, OPTIONS'],
    ['HEAD', '/logout', 'DELETE, OPTIONS'],
  ];
  for (const [method, path, allow] of cases) {
    assert.equal(router.find(path)?.handlers.has(method), false, `${method} ${path}`);
    assert.deepEqual(router.find(path)?.methods, allow.split(', '));
  }
});

test('find() finds nothing elsewhere, an empty segment included', () => {
  const paths = [
    '', '*', 'users', '/users/', '/Users', '/user', '/usersx', '/usersx7', '/users-7', '/users//', '/users//log', '//users', '//7/log',
    '/users/7/', '/users/7/log/', '/a/b/c/d', '/users/7/log/x', '/toString', '/__proto__',
  ];
  for (const path of paths) {
    assert.equal(router.find(path), null, path);
  }
});

test('allMethods has those of every route', () => {
  assert.deepEqual(router.allMethods, ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);
  assert.deepEqual(new Router([{ method: 'POST', path: '/', handler: '' }]).allMethods, ['OPTIONS', 'POST']);
});

test('find() prefers a route of its own for HEAD', () => {
  const own = new Router([
    { method: 'HEAD', path: '/', handler: 'head' },
    { method: 'GET', path: '/', handler: 'get' },
  ]);
  assert.deepEqual(match('HEAD', '/', own), ['head', new Map()]);
});

test('Router() throws on a route that is malformed or there twice', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['get', '/a'], ['', '/a'], ['GET ', '/a'], ['GET', ''], ['GET', 'a'], ['GET', '/a/'], ['GET', '//'],
    ['GET', '/a//b'], ['GET', '/:'], ['GET', '/:1'], ['GET', '/a:b'], ['GET', '/:a-b'], ['GET', '/a b'],
    ['GET', '/a?b'], ['GET', '/%61'],
    ['GET', '/:a/:a'], ['GET', '/users'], ['GET', '/users/:id'], ['POST', '/users/:name'], ['GET', '/*'],
    ['GET', '/é'],
  ];
  for (const [method, path] of cases) {
    const routes = [...ROUTES, { method, path, handler: 'x' }];
    assert.throws(() => new Router(routes), { name: 'TypeError', message: /^route / }, `${method} ${path}`);
  }
});

property('find() depends on the routes, not on their order', 300, (random) => {
  const shuffled = [...ROUTES];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const [moved] = shuffled.splice(random.below(last + 1), 1);
    if (moved !== undefined) shuffled.push(moved);
  }
  const other = new Router(shuffled);
  const pieces = ['/', 'users', 'top', 'log', '7', '/users', '/7', '/log', random.pick(LATIN1)];
  for (let run = 0; run < 20; run += 1) {
    const path = random.text(pieces, 6);
    assert.deepEqual(match('GET', path, other), match('GET', path), path);
  }
});
