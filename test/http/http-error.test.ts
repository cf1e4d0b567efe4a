import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from '../../src/http/http-error.ts';

test('HttpError() words a status as the contract does', () => {
  const messages: readonly (readonly [number, string])[] = [
    [400, 'Bad request'],
    [401, 'Unauthorized'],
    [403, 'Forbidden'],
    [404, 'Not found'],
    [405, 'Method not allowed'],
    [408, 'Request timeout'],
    [409, 'Conflict'],
    [413, 'Payload too large'],
    [414, 'URI too long'],
    [415, 'Unsupported media type'],
    [417, 'Expectation failed'],
    [429, 'Too many requests'],
    [431, 'Request header fields too large'],
    [500, 'Internal server error'],
    [503, 'Service unavailable'],
  ];
  for (const [status, message] of messages) {
    const error = new HttpError(status);
    assert.deepEqual([error.status, error.message, error.headers], [status, message, []]);
  }
});

test('HttpError() keeps a message and header fields of its own', () => {
  const error = new HttpError(404, 'no user found for this email', [['Retry-After', '1']]);
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'HttpError');
  assert.equal(error.message, 'no user found for this email');
  assert.deepEqual(error.headers, [['Retry-After', '1']]);
});

test('HttpError() throws on what is no error status, or has no words', () => {
  for (const status of [0, 200, 399, 600, 404.5, NaN]) {
    assert.throws(() => new HttpError(status, 'words'), { name: 'TypeError', message: /^status/ });
  }
  assert.throws(() => new HttpError(418), { name: 'TypeError', message: /^message/ });
  assert.equal(new HttpError(418, 'a teapot').message, 'a teapot');
});
