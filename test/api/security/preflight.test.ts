import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestService } from '../../helpers/service.ts';
import type { TestServiceOptions } from '../../helpers/service.ts';

const LISTED = 'https://app.example.org';
const OTHER = 'https://evil.example';

/** The fields of CORS that an answer has: absent ones are undefined, two of a kind would show as `a, a`. */
const FIELDS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'access-control-expose-headers',
  'vary',
] as const;

const EXPOSED = 'Location, Retry-After, X-Request-Id';
const MAY_SEND = ['Authorization, Content-Type', '600'];

interface Row {
  readonly settings: TestServiceOptions;
  readonly origin?: string;
  /** The values of FIELDS where any method is allowed: of the preflight, and of the request after it. */
  readonly preflight: (methods: string) => readonly (string | undefined)[];
  readonly actual: readonly (string | undefined)[];
}

const NOBODY = [undefined, undefined, undefined, undefined, undefined, undefined, 'Origin'];
const ANYBODY = ['*', undefined, undefined, undefined, undefined, EXPOSED, undefined];

const ROWS: readonly Row[] = [
  ...[OTHER, LISTED, 'null', undefined].map((origin) => ({
    settings: { corsOrigins: '*' as const },
    ...(origin !== undefined && { origin }),
    preflight: (methods: string) => ['*', undefined, methods, ...MAY_SEND, EXPOSED, undefined],
    actual: ANYBODY,
  })),
  {
    settings: { corsOrigins: ['https://other.example.org', LISTED] },
    origin: LISTED,
    preflight: (methods) => [LISTED, 'true', methods, ...MAY_SEND, EXPOSED, 'Origin'],
    actual: [LISTED, 'true', undefined, undefined, undefined, EXPOSED, 'Origin'],
  },
  ...[OTHER, 'null', `${LISTED}:443`, `${LISTED}.evil.example`, undefined].map((origin) => ({
    settings: { corsOrigins: [LISTED] },
    ...(origin !== undefined && { origin }),
    preflight: () => NOBODY,
    actual: NOBODY,
  })),
];

const PATHS = [
  ['/users', 'GET, HEAD, OPTIONS, POST'],
  ['/users/me', 'DELETE, GET, HEAD, OPTIONS, PUT'],
  ['/auth_session/login', 'OPTIONS, POST'],
  ['/auth_session/logout', 'DELETE, OPTIONS'],
] as const;

for (const { settings, origin, preflight, actual } of ROWS) {
  test(`OPTIONS answers a preflight from ${origin} when CORS_ORIGINS is ${String(settings.corsOrigins)}`, async (t) => {
    const server = await startTestService(t, settings);
    const headers = { ...(origin !== undefined && { origin }), 'sec-fetch-site': 'cross-site' };
    for (const [path, methods] of PATHS) {
      const asked = { ...headers, 'access-control-request-method': 'POST' };
      const reply = await server.api('OPTIONS', path, { headers: asked });
      assert.equal(reply.status, 204);
      assert.equal(reply.text, '');
      assert.equal(sorted(reply.headers.allow), methods);
      const values = FIELDS.map((field) => reply.headers[field]?.toString());
      assert.equal(sorted(values[2]), sorted(preflight(methods)[2]));
      assert.deepEqual(values.with(2, undefined), preflight(methods).with(2, undefined));
    }
    for (const path of ['/status', '/users', '/nothing']) {
      const reply = await server.api('GET', path, { headers });
      assert.deepEqual(FIELDS.map((field) => reply.headers[field]?.toString()), actual, path);
    }
  });
}

test('OPTIONS lets a page of a listed origin send what it asks for', async (t) => {
  const server = await startTestService(t, { corsOrigins: [LISTED] });
  const headers = { origin: LISTED, 'access-control-request-headers': 'traceparent,x-requested-with' };
  const reply = await server.api('OPTIONS', '/users', { headers });
  assert.equal(reply.headers['access-control-allow-headers'], 'traceparent, x-requested-with');
});

test('OPTIONS answers 404 to an unknown path, with the CORS fields of any answer', async (t) => {
  const server = await startTestService(t);
  const reply = await server.api('OPTIONS', '/nothing', { headers: { origin: OTHER } });
  assert.equal(reply.status, 404);
  assert.deepEqual(FIELDS.map((field) => reply.headers[field]?.toString()), ANYBODY);
});

function sorted(list: string | undefined): string | undefined {
  return list?.split(', ').sort().join(', ');
}
