import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessLog, LogFormat } from '../../src/http/access-log.ts';
import { createAccessLog } from '../../src/http/access-log.ts';
import { LATIN1, property } from '../helpers/random.ts';

const MAY_20 = Date.UTC(2024, 4, 20, 21, 50, 42);

function logTo(format: LogFormat, clock = (): number => MAY_20): { log: AccessLog; lines: string[] } {
  const lines: string[] = [];
  const log = createAccessLog(format, (line) => lines.push(line), clock);
  assert.ok(log !== null);
  return { log, lines };
}

function commonTarget(target: string): string {
  const { log, lines } = logTo('common');
  log.log('127.0.0.1', 'GET', log.shown(target), '1.1', 200);
  return /"GET (.*) HTTP\/1\.1" 200 -\n$/.exec(lines[0] ?? '')?.[1] ?? `no target in ${lines[0]}`;
}

test('createAccessLog() is null when the log is off', () => {
  assert.equal(createAccessLog('off', () => assert.fail('nothing to write')), null);
});

test('log() writes the line of the tutorial', () => {
  const { log, lines } = logTo('common');
  log.log('127.0.0.1', 'GET', '/api/v1/status', '1.1', 200);
  log.log('::1', 'DELETE', '/api/v1/users/1?a=b', '1.0', 404);
  assert.deepEqual(lines, [
    '127.0.0.1 - - [20/May/2024 21:50:42] "GET /api/v1/status HTTP/1.1" 200 -\n',
    '::1 - - [20/May/2024 21:50:42] "DELETE /api/v1/users/1?a=b HTTP/1.0" 404 -\n',
  ]);
});

test('log() writes a JSON object a line', () => {
  const { log, lines } = logTo('json');
  log.log('127.0.0.1', 'GET', '/', '1.1', 200);
  log.log('::1', 'PUT', '/', '1.1', 500);
  assert.equal(
    lines[0],
    '{"time":"2024-05-20T21:50:42Z","address":"127.0.0.1","method":"GET","target":"/","http":"1.1","status":200}\n',
  );
  const { address, method, status } = JSON.parse(lines[1] ?? '');
  assert.deepEqual({ address, method, status }, { address: '::1', method: 'PUT', status: 500 });
});

test('log() writes the id of the request in JSON, and asks for it nowhere else', () => {
  const json = logTo('json');
  json.log.log('::1', 'GET', '/', '1.1', 200, { requestId: 'a"b' });
  assert.equal(JSON.parse(json.lines[0] ?? '').request_id, 'a"b');
  const common = logTo('common');
  common.log.log('::1', 'GET', '/', '1.1', 200, { get requestId() { return assert.fail('not asked for'); } });
  assert.match(common.lines[0] ?? '', /"GET \/ HTTP\/1\.1" 200 -\n$/);
});

test('log() writes UTC, wherever the server stands', (t) => {
  const { TZ } = process.env;
  t.after(() => (TZ === undefined ? delete process.env['TZ'] : (process.env['TZ'] = TZ)));
  process.env['TZ'] = 'Pacific/Kiritimati';
  const { log, lines } = logTo('common', () => Date.UTC(2024, 11, 31, 23, 59, 59));
  log.log('a', 'GET', '/', '1.1', 200);
  assert.ok(lines[0]?.includes('[31/Dec/2024 23:59:59]'), lines[0]);
});

test('log() tells each second apart, whichever way the clock goes', () => {
  let now = MAY_20;
  for (const [format, pattern] of [['common', /:(\d\d)\]/], ['json', /:(\d\d)Z/]] as const) {
    const { log, lines } = logTo(format, () => now);
    for (const time of [MAY_20, MAY_20 + 999, MAY_20 + 1_000, MAY_20 + 61_000, MAY_20 - 1]) {
      now = time;
      log.log('a', 'GET', '/', '1.1', 200);
    }
    assert.deepEqual(lines.map((line) => pattern.exec(line)?.[1]), ['42', '42', '43', '43', '41']);
  }
});

test('log() tells addresses, methods, versions and statuses apart, however many come in one second', () => {
  for (const format of ['common', 'json'] as const) {
    const { log, lines } = logTo(format);
    const expected: string[] = [];
    for (let number = 0; number < 2_500; number += 1) {
      const [address, status] = [`10.0.${number >> 8}.${number & 255}`, 200 + (number % 3)];
      for (const [method, version] of [['GET', '1.1'], ['PUT', '1.0'], ['NONE', '1.1']] as const) {
        log.log(address, method, '/', version, status);
        expected.push(
          format === 'common'
            ? `${address} - - [20/May/2024 21:50:42] "${method} / HTTP/${version}" ${status} -\n`
            : `{"time":"2024-05-20T21:50:42Z","address":"${address}","method":"${method}","target":"/"` +
                `,"http":"${version}","status":${status}}\n`,
        );
      }
    }
    assert.deepEqual(lines, expected);
  }
});

test('log() escapes what could end a line or a field, and cuts what is too long', () => {
  assert.equal(commonTarget('/a"b\\c'), '/a\\"b\\\\c');
  assert.equal(commonTarget('/a\r\nb\x1b[31m\x7f\x9b'), '/a\\x0d\\x0ab\\x1b[31m\\x7f\\x9b');
  assert.equal(commonTarget('/é\u2028'), '/\\xe9\\u2028');
  assert.equal(commonTarget(`/${'a'.repeat(2_047)}`), `/${'a'.repeat(2_047)}`);
  assert.equal(commonTarget(`/${'a'.repeat(2_048)}`), `/${'a'.repeat(2_047)}...`);
  assert.equal(commonTarget(`/"${'a'.repeat(2_047)}`), `/\\"${'a'.repeat(2_046)}...`);
  const { log, lines } = logTo('json');
  log.log('a', 'GET', log.shown(`/"${'a'.repeat(2_047)}`), '1.1', 200);
  assert.equal(JSON.parse(lines[0] ?? '').target, `/"${'a'.repeat(2_046)}...`);
});

test('log() leaves a target out that holds the token of a link in another spelling', () => {
  for (const target of [
    '/password%2Dreset/abc',
    '/login?rd=%2Fpassword-reset%2Fabc',
    '/login?rd=%252Fpassword-reset%252Fabc',
    // With what is not UTF-8, or no encoding at all, beside it.
    '/login?rd=%2Fpassword-reset%2Fabc&q=%E4',
    '/password%2Dreset/abc?x=%25',
    '/password%2Dreset/abc%',
    '/login?rd=https%3A%2F%2Fa%2Fpassword-reset%2Fabc%3Fq%3D100%2525',
  ]) {
    assert.equal(commonTarget(target), '/***');
  }
  assert.equal(commonTarget('/login?rd=%2Faccount'), '/login?rd=%2Faccount');
  assert.equal(commonTarget('/%zz?password-reset'), '/%zz?password-reset');
});

test('log() masks a password in the query and credentials in an absolute-form target, nothing else', () => {
  assert.equal(commonTarget('/login?email=a%40b&password=p%20q&x=1'), '/login?email=a%40b&password=***&x=1');
  assert.equal(commonTarget('/login?PASSWORD=p'), '/login?PASSWORD=***');
  assert.equal(commonTarget('/login?password=p&password=q'), '/login?password=***&password=***');
  assert.equal(commonTarget('/p?new_password=a&current_password=b&token=c'), '/p?new_password=***&current_password=***&token=***');
  assert.equal(commonTarget('/password-reset/abc?x=1'), '/password-reset/***?x=1');
  assert.equal(commonTarget('http://bob:secret@host/p?password=q'), 'http://***@host/p?password=***');
  assert.equal(commonTarget(`http://bob:${'secret'.repeat(500)}@host/p`), 'http://***@host/p', 'before it is cut');
  for (const target of ['/a?passwords=1', '/password=1', '/?q=1&r=@', '*', 'http://host/a@b', '/http://a:b@c']) {
    assert.equal(commonTarget(target), target);
  }
});

const ANY: readonly string[] = [...LATIN1, '\u2028', '\ud800', '\uffff', '😀', '?password=', '://', '@'];

property('log() writes one printable ASCII line for random input, and JSON that reads back', 2_000, (random) => {
  const [address, method, target] = [random.text(ANY, 30), random.text(ANY, 30), `/${random.text(ANY, 30)}`];
  for (const format of ['common', 'json'] as const) {
    const { log, lines } = logTo(format);
    log.log(address, method, log.shown(target), '1.1', 200);
    assert.match(lines[0] ?? '', /^[\x20-\x7e]+\n$/);
    if (format === 'common') continue;
    const entry = JSON.parse(lines[0] ?? '');
    assert.deepEqual([entry.address, entry.method], [address, method]);
    if (!target.includes('password=')) assert.equal(entry.target, target);
  }
});
