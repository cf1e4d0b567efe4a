import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CROSS_SITE_MESSAGES, crossSiteReason } from '../../src/security/cross-site.ts';
import type { CrossSiteReason } from '../../src/security/cross-site.ts';

const HOST = 'api.example.com';
const OWN = 'https://api.example.com';
const FOREIGN = 'https://evil.example';
const LISTED = 'https://app.example.org';
const UNSAFE = ['POST', 'PUT', 'DELETE', 'PATCH', 'CONNECT', 'TRACE', 'get', 'Options', ''];
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

interface Row {
  readonly site?: string;
  readonly origin?: string;
  readonly host?: string | null;
  readonly refused: boolean;
}

function reasonFor(
  method: string,
  { site, origin, host = HOST }: Row,
  listed: readonly string[] = [LISTED],
): CrossSiteReason | null {
  const headers = {
    ...(site === undefined ? {} : { 'sec-fetch-site': site }),
    ...(origin === undefined ? {} : { origin }),
    // Which host the request names is for the caller to say.
    host: 'not.asked',
  };
  return crossSiteReason(method, headers, host ?? undefined, (value) => listed.includes(value));
}

function judge(method: string, row: Row, listed: readonly string[] = [LISTED]): boolean {
  return reasonFor(method, row, listed) !== null;
}

const ROWS: readonly Row[] = [
  // Fetch Metadata decides where it is there.
  { site: 'same-origin', refused: false },
  { site: 'same-origin', origin: OWN, refused: false },
  { site: 'same-origin', origin: 'null', refused: false },
  { site: 'same-origin', origin: 'https://behind.a.proxy', refused: false },
  { site: 'none', refused: false },
  { site: 'none', origin: FOREIGN, refused: false },
  { site: 'cross-site', refused: true },
  { site: 'cross-site', origin: FOREIGN, refused: true },
  { site: 'cross-site', origin: OWN, refused: true },
  { site: 'cross-site', origin: 'null', refused: true },
  { site: 'cross-site', origin: LISTED, refused: false },
  { site: 'same-site', refused: true },
  { site: 'same-site', origin: 'https://blog.example.com', refused: true },
  { site: 'same-site', origin: LISTED, refused: false },
  // A value that is not one counts as absent.
  ...['', 'Cross-Site', 'same-origin, cross-site', 'same-party', '?1'].flatMap((site) => [
    { site, refused: false },
    { site, origin: OWN, refused: false },
    { site, origin: FOREIGN, refused: true },
    { site, origin: LISTED, refused: false },
  ]),
  // Neither header: no browser's request.
  { refused: false },
  { host: null, refused: false },
  // Origin against Host.
  { origin: OWN, refused: false },
  { origin: 'HTTPS://API.Example.COM', refused: false },
  { origin: OWN, host: 'API.EXAMPLE.com', refused: false },
  { origin: OWN, host: 'api.example.com:443', refused: false },
  { origin: 'https://api.example.com:443', refused: false },
  { origin: 'http://api.example.com', refused: false },
  { origin: 'http://api.example.com', host: 'api.example.com:80', refused: false },
  { origin: 'http://api.example.com:80', refused: false },
  { origin: 'http://localhost:5000', host: 'localhost:5000', refused: false },
  { origin: 'http://127.0.0.1:5000', host: '127.0.0.1:5000', refused: false },
  { origin: 'http://[::1]:5000', host: '[::1]:5000', refused: false },
  { origin: LISTED, refused: false },
  { origin: LISTED, host: null, refused: false },
  { origin: FOREIGN, refused: true },
  { origin: 'null', refused: true },
  { origin: 'null', host: 'null', refused: true },
  { origin: '', refused: true },
  { origin: OWN, host: null, refused: true },
  { origin: OWN, host: '', refused: true },
  { origin: OWN, host: 'api.example.com:80', refused: true },
  { origin: 'http://api.example.com', host: 'api.example.com:443', refused: true },
  { origin: 'http://localhost:5000', host: 'localhost:5001', refused: true },
  { origin: 'http://localhost', host: 'localhost:5000', refused: true },
  { origin: 'http://localhost:5000', host: '127.0.0.1:5000', refused: true },
  { origin: 'https://api.example.com.evil.example', refused: true },
  { origin: 'https://evil-api.example.com', refused: true },
  { origin: 'https://blog.example.com', refused: true },
  { origin: 'https://example.com', refused: true },
  { origin: 'https://api.example.com@evil.example', refused: true },
  { origin: 'https://evil.example@api.example.com', refused: true },
  { origin: 'https://api.example.com/', refused: true },
  { origin: 'https://api.example.com/path', refused: true },
  { origin: 'https://api.example.com, https://evil.example', refused: true },
  { origin: `${LISTED}, ${OWN}`, refused: true },
  { origin: 'ftp://api.example.com', refused: true },
  { origin: 'chrome-extension://api.example.com', refused: true },
  { origin: 'api.example.com', refused: true },
  { origin: '//api.example.com', refused: true },
  { origin: 'https://', refused: true },
  { origin: 'https://api.example.com:99999', host: 'api.example.com:99999', refused: true },
  { origin: 'https://[::1', host: '[::1', refused: true },
  { origin: 'https://api.example.com\\', refused: true },
  { origin: FOREIGN, host: 'api.example.com@evil.example', refused: true },
  { origin: FOREIGN, host: 'evil.example/api.example.com', refused: true },
  { origin: FOREIGN, host: 'evil.example#', refused: true },
];

test('crossSiteReason() answers each row of the table as the rule says when the method is unsafe', () => {
  for (const row of ROWS) {
    for (const method of UNSAFE) assert.equal(judge(method, row), row.refused, `${method} ${JSON.stringify(row)}`);
  }
});

test('crossSiteReason() lets every row pass when the method is safe', () => {
  for (const row of ROWS) {
    for (const method of SAFE) assert.equal(judge(method, row), false, `${method} ${JSON.stringify(row)}`);
  }
});

test('crossSiteReason() lets no origin pass as listed when the list is empty', () => {
  for (const site of ['cross-site', 'same-site', undefined]) {
    const row = { ...(site === undefined ? {} : { site }), origin: LISTED, refused: true };
    assert.equal(judge('POST', row, []), true);
  }
});

test('crossSiteReason() never asks whether `null` is listed', () => {
  for (const site of ['cross-site', undefined]) {
    const row = { ...(site === undefined ? {} : { site }), origin: 'null', refused: true };
    assert.equal(judge('POST', row, ['null']), true);
  }
});

test('crossSiteReason() does not look at the headers of a safe request', () => {
  const unasked = (): boolean => assert.fail('asked');
  const headers = { origin: FOREIGN, 'sec-fetch-site': 'cross-site' };
  assert.equal(crossSiteReason('GET', headers, HOST, unasked), null);
});

test('crossSiteReason() says what spoke against the request, and the message which settings to look at', () => {
  for (const row of ROWS.filter(({ refused }) => refused)) {
    const isTold = row.site === 'cross-site' || row.site === 'same-site';
    assert.equal(reasonFor('POST', row), isTold ? 'fetch_site' : 'origin', JSON.stringify(row));
  }
  assert.match(CROSS_SITE_MESSAGES.fetch_site, /^Forbidden: .*CORS_ORIGINS/);
  assert.match(CROSS_SITE_MESSAGES.origin, /^Forbidden: .*Host.*PUBLIC_URL.*CORS_ORIGINS/);
});
