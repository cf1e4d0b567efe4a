import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { clientAddress, isSecure } from '../../src/http/client-address.ts';
import { LATIN1, property } from '../helpers/random.ts';

interface Given {
  readonly address?: string | undefined;
  readonly encrypted?: boolean;
  readonly for?: string;
  readonly proto?: string;
}

function requestOf(given: Given): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: 'address' in given ? given.address : '10.0.0.1' });
  if (given.encrypted !== undefined) Object.defineProperty(socket, 'encrypted', { value: given.encrypted });
  const request = new IncomingMessage(socket);
  if (given.for !== undefined) request.headers['x-forwarded-for'] = given.for;
  if (given.proto !== undefined) request.headers['x-forwarded-proto'] = given.proto;
  return request;
}

test('clientAddress() is the socket address where no proxy is trusted', () => {
  assert.equal(clientAddress(requestOf({ for: '192.0.2.1' }), 0), '10.0.0.1');
  assert.equal(clientAddress(requestOf({ address: '::ffff:192.0.2.7' }), 0), '192.0.2.7');
  assert.equal(clientAddress(requestOf({ address: '::FFFF:192.0.2.7' }), 0), '192.0.2.7');
  assert.equal(clientAddress(requestOf({ address: '2001:db8::1' }), 0), '2001:db8::1');
  assert.equal(clientAddress(requestOf({ address: undefined }), 0), '-');
});

test('clientAddress() counts trusted proxies from the right', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['192.0.2.1', 1, '192.0.2.1'],
    ['192.0.2.1', 3, '192.0.2.1'],
    ['192.0.2.2, 192.0.2.1', 1, '192.0.2.1'],
    ['192.0.2.2,192.0.2.1', 2, '192.0.2.2'],
    ['192.0.2.3, 192.0.2.2, 192.0.2.1', 2, '192.0.2.2'],
    ['192.0.2.2 ,\t192.0.2.1 ', 2, '192.0.2.2'],
    ['spoofed, 192.0.2.1', 1, '192.0.2.1'],
    ['spoofed, 192.0.2.1', 2, '192.0.2.1'],
    ['192.0.2.3, , 192.0.2.1', 3, '192.0.2.1'],
    ['192.0.2.3, unknown', 2, '10.0.0.1'],
    [',192.0.2.1', 2, '192.0.2.1'],
    ['192.0.2.1,', 1, '10.0.0.1'],
    ['', 1, '10.0.0.1'],
    [',', 2, '10.0.0.1'],
    ['192.0.2.1:5678', 1, '192.0.2.1'],
    ['192.0.2.1:', 1, '10.0.0.1'],
    ['192.0.2.1:123456', 1, '10.0.0.1'],
    ['2001:db8::1', 1, '2001:db8::1'],
    ['[2001:db8::1]', 1, '2001:db8::1'],
    ['[2001:db8::1]:80', 1, '2001:db8::1'],
    ['[192.0.2.1]', 1, '192.0.2.1'],
    ['[2001:db8::1', 1, '10.0.0.1'],
    ['[]', 1, '10.0.0.1'],
    ['::ffff:192.0.2.1', 1, '192.0.2.1'],
    ['[::ffff:192.0.2.1]:1', 1, '192.0.2.1'],
    ['fe80::1%eth0', 1, '10.0.0.1'],
    ['256.0.0.1', 1, '10.0.0.1'],
    ['0x7f.1', 1, '10.0.0.1'],
    ['127.1', 1, '10.0.0.1'],
    ['"192.0.2.1"', 1, '10.0.0.1'],
    ['localhost', 1, '10.0.0.1'],
  ];
  for (const [header, proxies, address] of cases) {
    assert.equal(clientAddress(requestOf({ for: header }), proxies), address, `${header} behind ${proxies}`);
  }
  assert.equal(clientAddress(requestOf({}), 2), '10.0.0.1');
  assert.equal(clientAddress(requestOf({ address: undefined, for: 'x' }), 1), '-');
});

test('isSecure() believes the socket, and proxies of ours', () => {
  const cases: readonly (readonly [Given, number, boolean])[] = [
    [{}, 0, false],
    [{ proto: 'https' }, 0, false],
    [{ encrypted: true }, 0, true],
    [{ encrypted: true, proto: 'http' }, 0, true],
    [{ encrypted: false }, 0, false],
    [{}, 1, false],
    [{ encrypted: true }, 1, true],
    [{ proto: 'https' }, 1, true],
    [{ proto: 'HTTPS' }, 1, true],
    [{ proto: 'http' }, 1, false],
    [{ encrypted: true, proto: 'http' }, 1, false],
    [{ proto: 'https' }, 2, true],
    [{ proto: 'https, http' }, 1, false],
    [{ proto: 'https, http' }, 2, true],
    [{ proto: 'https, wss' }, 2, false],
    [{ proto: 'spoofed, https' }, 2, true],
    [{ proto: '' }, 1, false],
    [{ proto: 'httpsx' }, 1, false],
  ];
  for (const [given, proxies, secure] of cases) {
    assert.equal(isSecure(requestOf(given), proxies), secure, `${JSON.stringify(given)} behind ${proxies}`);
  }
});

property('clientAddress() never throws, and reads nothing left of what our proxies wrote', 3_000, (random) => {
  const invented = random.text(['192.0.2.9', ',', '[', ']', ':', '::1', '%', ' ', ...LATIN1], 10);
  const ours = Array.from({ length: random.below(3) + 1 }, () => `192.0.2.${random.below(256)}`);
  assert.equal(clientAddress(requestOf({ for: [invented, ...ours].join(', ') }), ours.length), ours[0]);
  clientAddress(requestOf({ for: invented }), random.below(4));
  isSecure(requestOf({ proto: invented }), random.below(4));
});
