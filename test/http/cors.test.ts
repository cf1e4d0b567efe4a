import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CorsPolicy } from '../../src/http/cors.ts';

const EXPOSED = ['Access-Control-Expose-Headers', 'Location, Retry-After, X-Request-Id'];
const APP = 'https://app.example';

test('CorsPolicy * lets everybody read, without credentials', () => {
  const policy = new CorsPolicy('*');
  for (const origin of [undefined, APP, 'null', '*', '__proto__']) {
    assert.deepEqual(policy.responseHeaders(origin), [['Access-Control-Allow-Origin', '*'], EXPOSED]);
  }
  assert.equal(policy.responseHeaders(APP), policy.responseHeaders(undefined), 'made once');
});

test('CorsPolicy * allows no origin to act as the user', () => {
  for (const origin of [APP, '*', 'null', '']) assert.equal(new CorsPolicy('*').allows(origin), false);
});

test('CorsPolicy list echoes a listed origin, with credentials', () => {
  const policy = new CorsPolicy([APP, 'http://localhost:3000']);
  for (const origin of [APP, 'http://localhost:3000']) {
    assert.equal(policy.allows(origin), true);
    assert.deepEqual(policy.responseHeaders(origin), [
      ['Access-Control-Allow-Origin', origin],
      ['Access-Control-Allow-Credentials', 'true'],
      EXPOSED,
      ['Vary', 'Origin'],
    ]);
  }
});

test('CorsPolicy list says only Vary to any other origin', () => {
  const policy = new CorsPolicy([APP]);
  const others = [
    undefined, '', '*', 'null', 'https://APP.example', 'http://app.example', 'https://app.example:443',
    'https://app.example/', 'https://app.example.evil', 'https://evil-app.example', 'https://x.app.example',
    `${APP},${APP}`, '__proto__', 'constructor',
  ];
  for (const origin of others) {
    if (origin !== undefined) assert.equal(policy.allows(origin), false, origin);
    assert.deepEqual(policy.responseHeaders(origin), [['Vary', 'Origin']], origin);
    assert.deepEqual(policy.preflightHeaders(origin, ['GET']), [['Vary', 'Origin']], origin);
  }
  assert.deepEqual(new CorsPolicy([]).responseHeaders(APP), [['Vary', 'Origin']]);
});

test('preflightHeaders() adds what the page may send', () => {
  const added = [
    ['Access-Control-Allow-Methods', 'GET, HEAD, OPTIONS'],
    ['Access-Control-Allow-Headers', 'Authorization, Content-Type'],
    ['Access-Control-Max-Age', '600'],
  ];
  for (const policy of [new CorsPolicy('*'), new CorsPolicy([APP])]) {
    assert.deepEqual(
      policy.preflightHeaders(APP, ['GET', 'HEAD', 'OPTIONS']),
      [...policy.responseHeaders(APP), ...added],
    );
  }
});

test('preflightHeaders() lets a listed origin send the fields that it asks for, and no other origin', () => {
  const plain = 'Authorization, Content-Type';
  const cases: readonly (readonly [requested: string | undefined, allowed: string])[] = [
    [undefined, plain],
    ['', plain],
    ['x-requested-with', 'x-requested-with'],
    ['content-type,traceparent , \tTraceState', 'content-type, traceparent, TraceState'],
    ['a,', plain],
    ['a b', plain],
    ['a;b', plain],
    ['a\r\nb', plain],
    ['é', plain],
    ['a'.repeat(1_024), 'a'.repeat(1_024)],
    ['a'.repeat(1_025), plain],
  ];
  const allowed = (policy: CorsPolicy, requested: string | undefined): string | undefined =>
    new Map(policy.preflightHeaders(APP, ['GET'], requested)).get('Access-Control-Allow-Headers');
  for (const [requested, wanted] of cases) {
    assert.equal(allowed(new CorsPolicy([APP]), requested), wanted, requested);
    assert.equal(allowed(new CorsPolicy('*'), requested), plain);
    assert.equal(allowed(new CorsPolicy(['https://other.example']), requested), undefined);
  }
});

test('CorsPolicy() throws on what is no origin', () => {
  const bad = [
    '', '*', 'null', 'app.example', 'https://', 'https://a/', 'https://a/b', 'https://a?b', 'https://a#b',
    'https://u@a', 'https://a b', 'https://A', 'HTTPS://a', 'https://a,https://b', 'https://a\n', 'https://*.a',
    'Tauri://a', 'tauri://', 'tauri://a/', 'file://a', 'file:///a', 'chrome-extension://*', 'javascript:a',
  ];
  for (const origin of bad) {
    assert.throws(() => new CorsPolicy([APP, origin]), { name: 'TypeError', message: /^origins/ }, origin);
  }
  for (const good of ['http://[::1]:80', 'capacitor://localhost', 'tauri://localhost', 'safari-web-extension://A1-B2']) {
    assert.equal(new CorsPolicy([good]).allows(good), true);
  }
});
