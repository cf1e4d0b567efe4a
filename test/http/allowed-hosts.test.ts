import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostPolicy } from '../../src/http/allowed-hosts.ts';
import type { AllowedHostsOptions } from '../../src/http/allowed-hosts.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { exchange, start } from '../helpers/raw-connection.ts';

/** What a server with this policy answers: 200 or 421. */
async function statusesOf(
  policy: HostPolicy,
  port: number,
  setPolicy: (policy: HostPolicy) => void,
  requests: readonly string[],
): Promise<string[]> {
  setPolicy(policy);
  const statuses: string[] = [];
  for (const request of requests) {
    const { text } = await exchange(port, request);
    statuses.push(text.slice('HTTP/1.1 '.length, 12));
  }
  return statuses;
}

const to = (host: string, target = '/'): string => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

const LOOPBACK: AllowedHostsOptions = { allowedHosts: 'auto', host: '127.0.0.1', trustedProxies: 0 };
const LISTED: AllowedHostsOptions = { ...LOOPBACK, allowedHosts: ['auth.example.com', '[2001:DB8::1]', 'münchen.de'] };

const CASES: readonly (readonly [
  what: string,
  options: AllowedHostsOptions,
  answered: readonly string[],
  refused: readonly string[],
])[] = [
  [
    'on the loopback',
    LOOPBACK,
    [
      ...['localhost', 'LocalHost', 'localhost:5000', 'localhost.', 'api.localhost', '127.0.0.1', '127.9.8.7:80'],
      ...['[::1]', '[::1]:5000', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '0.0.0.0', '0.0.0.0:5000', '2130706433'],
    ],
    [
      ...['evil.example', 'localhost.evil.example', 'evillocalhost', '127.0.0.1.evil.example', '10.0.0.1', '[::2]'],
      ...['[::ffff:10.0.0.1]', '[fe80::1]', '[', ':', '%zz', 'localhost..', '128.0.0.1', 'localhost:99999'],
    ],
  ],
  ['on the loopback, named', { ...LOOPBACK, host: 'localhost' }, ['localhost'], ['evil.example']],
  ['on the loopback, IPv6', { ...LOOPBACK, host: '::1' }, ['[::1]'], ['evil.example']],
  [
    'on the loopback, with names of its own',
    { ...LOOPBACK, ownHosts: ['Auth.example.com:8443'] },
    ['localhost', 'auth.example.com', 'auth.example.com:443'],
    ['example.com', 'evil.example'],
  ],
  ['on the loopback behind a proxy', { ...LOOPBACK, trustedProxies: 1 }, ['localhost', 'any.example'], []],
  ['on any address', { ...LOOPBACK, host: '0.0.0.0' }, ['localhost', 'any.example'], []],
  ['on an address of the network', { ...LOOPBACK, host: '192.0.2.1' }, ['any.example'], []],
  ['with any name allowed', { ...LOOPBACK, allowedHosts: '*' }, ['any.example', '['], []],
  [
    'with a list',
    LISTED,
    ['auth.example.com', 'AUTH.Example.com:443', 'auth.example.com.', '[2001:db8:0::1]:80', 'xn--mnchen-3ya.de'],
    ['localhost', '127.0.0.1', '0.0.0.0', 'example.com', 'a.auth.example.com', 'auth.example.com.evil.example'],
  ],
  ['with a list, behind a proxy', { ...LISTED, trustedProxies: 1, host: '::' }, ['auth.example.com'], ['localhost']],
];

test('check() refuses names that are not ours with 421, and says which setting decides', async (t) => {
  let policy = new HostPolicy(LOOPBACK);
  const server = new HttpServer((request, response) => {
    try {
      policy.check(request);
      response.end();
    } catch (error) {
      assert.ok(error instanceof Error && 'status' in error);
      assert.equal(error.status, 421);
      assert.match(error.message, /ALLOWED_HOSTS/);
      response.writeHead(421).end();
    }
  });
  const port = await start(t, server);
  const of = (options: AllowedHostsOptions, requests: readonly string[]): Promise<string[]> =>
    statusesOf(new HostPolicy(options), port, (next) => (policy = next), requests);

  for (const [what, options, answered, refused] of CASES) {
    const statuses = await of(options, [...answered, ...refused].map((host) => to(host)));
    const expected = [...answered.map((host) => `${host} 200`), ...refused.map((host) => `${host} 421`)];
    assert.deepEqual([...answered, ...refused].map((host, index) => `${host} ${statuses[index]}`), expected, what);
  }

  // RFC 9112 section 3.2.2: of a target in absolute form the host counts, whatever Host says.
  const forms: readonly (readonly [request: string, status: string])[] = [
    [to('evil.example', 'http://localhost:5000/x'), '200'],
    [to('localhost', 'http://evil.example/x'), '421'],
    [to('localhost', 'HTTPS://Evil.example?x'), '421'],
    [to('evil.example', 'http://[::1]'), '200'],
    [to('localhost', '*').replace('GET', 'OPTIONS'), '200'],
    [to('evil.example', '*').replace('GET', 'OPTIONS'), '421'],
    [to(''), '200'],
    ['GET / HTTP/1.0\r\n\r\n', '200'],
    ['GET http://evil.example/ HTTP/1.0\r\n\r\n', '421'],
  ];
  const statuses = await of(LOOPBACK, forms.map(([request]) => request));
  assert.deepEqual(statuses, forms.map(([, status]) => status));
});

test('HostPolicy() throws on a name that is none, rather than to refuse everybody', () => {
  for (const name of ['', 'a b', 'http://a', '[', 'a/b']) {
    assert.throws(() => new HostPolicy({ ...LOOPBACK, allowedHosts: [name] }), TypeError, name);
  }
});
