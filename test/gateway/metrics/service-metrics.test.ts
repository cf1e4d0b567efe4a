import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../../src/config.ts';
import { StoreUnavailableError } from '../../../src/errors.ts';
import { ServiceMetrics } from '../../../src/gateway/metrics/service-metrics.ts';
import type { MeasuredParts } from '../../../src/gateway/metrics/service-metrics.ts';
import { cookieOf, fieldsOf } from '../../helpers/client.ts';
import { FaultyFileSystem } from '../../helpers/faulty-file-system.ts';
import { HeldHasher } from '../../helpers/hashers.ts';
import { askMetrics, metricsOf, samplesIn } from '../../helpers/metrics.ts';
import { CHEAP_COST, startTestService } from '../../helpers/service.ts';
import { journalOnly } from '../../helpers/test-database.ts';

const EMAIL = 'bob@example.com';
const PASSWORD = 'correct horse battery';

/** What of `samples` has a name that begins so, without labels that are 0. */
function counts(samples: ReadonlyMap<string, number>, name: string): { [labels: string]: number } {
  const found = [...samples].filter(([key, value]) => key.startsWith(`${name}{`) && value !== 0);
  return Object.fromEntries(found.map(([key, value]) => [key.slice(name.length), value]));
}

function listeningSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
}

test('the port of the metrics is off when METRICS_PORT is not set', async (t) => {
  assert.equal(parseConfig({}).config.metricsPort, null);
  const before = listeningSockets();
  const { service } = await startTestService(t);
  assert.equal(service.metricsAddress, null);
  assert.equal(listeningSockets(), before + 1);
  const measured = await startTestService(t, { metricsPort: 0 });
  assert.equal(measured.service.metricsAddress?.address, '127.0.0.1');
  assert.equal(listeningSockets(), before + 3);
});

test('the metrics count requests by the route that answered them, and no text of a client becomes a label', async (t) => {
  const { service, api, addUser } = await startTestService(t, { metricsPort: 0 });
  const { id } = await addUser(EMAIL, PASSWORD);
  const cookie = cookieOf(await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } }));
  await api('GET', `/users/${id}`, { cookie });
  await api('GET', '/users/me?secret=1', { cookie });
  await api('GET', '/users/nobody-of-that-id', { cookie });
  await api('PATCH', '/users/me', { cookie });
  await api('GET', '/hidden-path/secret', { cookie });
  await api('PROPFIND', '/status');
  await api('GET', '/%zz');
  await api('GET', '/auth_request', { cookie });
  const reply = await askMetrics(service);
  assert.deepEqual(counts(samplesIn(reply.text), 'session_auth_http_requests_total'), {
    '{route="/api/v1/auth_session/login",method="POST",status="200"}': 1,
    '{route="/api/v1/users/:id",method="GET",status="200"}': 2,
    '{route="/api/v1/users/:id",method="GET",status="404"}': 1,
    '{route="/api/v1/users/:id",method="PATCH",status="405"}': 1,
    '{route="unknown",method="GET",status="404"}': 1,
    '{route="/api/v1/status",method="other",status="405"}': 1,
    '{route="unknown",method="GET",status="400"}': 1,
    '{route="/api/v1/auth_request",method="GET",status="204"}': 1,
  });
  for (const text of [id, EMAIL, cookie.split('=')[1] ?? '', 'secret', 'nobody', 'hidden', 'PROPFIND', 'zz', '127.0.0.1']) {
    assert.ok(!reply.text.includes(text), text);
  }
});

test('the metrics count sign-ins by method and result, also those of which the log has no line', async (t) => {
  const { service, api, addUser, logs } = await startTestService(t, { metricsPort: 0, loginMaxFailures: 2 });
  await addUser(EMAIL, PASSWORD);
  const signIn = (email: string, password: string): Promise<unknown> =>
    api('POST', '/auth_session/login', { form: { email, password } });
  await signIn(EMAIL, PASSWORD);
  await signIn('eve@example.com', PASSWORD);
  for (let attempt = 0; attempt < 5; attempt += 1) await signIn(EMAIL, 'wrong');
  assert.deepEqual(counts(await metricsOf(service), 'session_auth_sign_ins_total'), {
    '{method="session",result="succeeded"}': 1,
    '{method="session",result="unknown_email"}': 1,
    '{method="session",result="wrong_password"}': 2,
    '{method="session",result="throttled"}': 3,
  });
  assert.equal(logs.security.filter((line) => line.includes('"throttled"')).length, 1);
});

test('the metrics count Basic sign-ins, users, sessions and connections', async (t) => {
  const { service, api, addUser } = await startTestService(t, { metricsPort: 0 });
  const empty = await metricsOf(service);
  await addUser(EMAIL, PASSWORD);
  await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  const samples = await metricsOf(service);
  assert.deepEqual([empty.get('session_auth_users'), empty.get('session_auth_sessions')], [0, 0]);
  assert.deepEqual([samples.get('session_auth_users'), samples.get('session_auth_sessions')], [1, 1]);
  assert.equal(samples.get('session_auth_store_up'), 1);
  assert.ok(samples.has('session_auth_open_connections'));

  const basic = await startTestService(t, { metricsPort: 0, authType: 'basic_auth' });
  await basic.addUser(EMAIL, PASSWORD);
  await basic.api('GET', '/users/me', { basic: [EMAIL, PASSWORD] });
  assert.deepEqual(counts(await metricsOf(basic.service), 'session_auth_sign_ins_total'), {
    '{method="basic",result="succeeded"}': 1,
  });
});

test('the metrics measure the journal', journalOnly('its journal'), async (t) => {
  const { service, addUser } = await startTestService(t, { metricsPort: 0 });
  const empty = await metricsOf(service);
  await addUser(EMAIL, PASSWORD);
  await addUser('carol@example.com', PASSWORD);
  const samples = await metricsOf(service);
  assert.ok((samples.get('session_auth_journal_bytes') ?? 0) > (empty.get('session_auth_journal_bytes') ?? Number.NaN));
  const syncs = 'session_auth_journal_sync_duration_seconds_count';
  assert.ok((samples.get(syncs) ?? 0) >= (empty.get(syncs) ?? 0) + 2);
});

test('the metrics show the queue of hashes, and who found it full', async (t) => {
  const passwords = new HeldHasher({ cost: CHEAP_COST, maxConcurrent: 1, maxQueued: 1 });
  const { service, api, addUser } = await startTestService(t, { metricsPort: 0, passwords });
  await addUser(EMAIL, PASSWORD);
  const signIn = (): Promise<number> =>
    api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } }).then(({ status }) => status);
  const held = passwords.gate.hold();
  const first = signIn();
  await held;
  const others = [signIn(), signIn()];
  assert.equal(await Promise.race(others), 503);
  const samples = await metricsOf(service);
  passwords.gate.letGo();
  assert.equal(samples.get('session_auth_hash_queue_running'), 1);
  assert.equal(samples.get('session_auth_hash_queue_waiting'), 1);
  assert.equal(samples.get('session_auth_overloaded_total'), 1);
  assert.deepEqual([await first, ...(await Promise.all(others))].sort(), [200, 200, 503]);
  const later = await metricsOf(service);
  assert.deepEqual([later.get('session_auth_hash_queue_running'), later.get('session_auth_hash_queue_waiting')], [0, 0]);
});

test('a full disk shows as failed writes, and takes no server out', journalOnly('a full disk'), async (t) => {
  const fileSystem = new FaultyFileSystem();
  const { service, api, addUser } = await startTestService(t, { metricsPort: 0, fileSystem });
  await addUser(EMAIL, PASSWORD);
  const before = await metricsOf(service);
  fileSystem.failWith('ENOSPC', ({ operation }) => operation === 'write');
  const refused = await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  assert.equal(refused.status, 503);
  assert.equal((await api('GET', '/ready')).status, 200);
  const samples = await metricsOf(service);
  const writes = 'session_auth_store_errors_total{operation="write"}';
  assert.deepEqual([before.get(writes), samples.get(writes)], [0, 1]);
  assert.equal(samples.get('session_auth_store_up'), 1);
  const syncs = 'session_auth_journal_sync_duration_seconds_count';
  assert.equal(samples.get(syncs), before.get(syncs));
  fileSystem.heal();
});

test('a refusal before there is a request is counted by its status', async (t) => {
  const { service, api } = await startTestService(t, { metricsPort: 0 });
  assert.equal((await api('GET', '/status', { headers: { 'x-long': 'a'.repeat(20_000) } })).status, 431);
  assert.deepEqual(counts(await metricsOf(service), 'session_auth_http_refused_total'), { '{status="431"}': 1 });
});

test('the metrics have what dashboards for Node and for any process look for, and no gauge that ends in _total', async (t) => {
  const { service, api } = await startTestService(t, { metricsPort: 0 });
  await api('GET', '/status');
  const { text } = await askMetrics(service);
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const wanted = [
    ...['process_cpu_user_seconds_total', 'process_cpu_system_seconds_total', 'process_cpu_seconds_total'],
    ...['process_start_time_seconds', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds'],
    ...['nodejs_active_resources', 'nodejs_heap_size_total_bytes', 'nodejs_heap_size_used_bytes'],
    ...['nodejs_external_memory_bytes', 'nodejs_heap_space_size_total_bytes', 'nodejs_heap_space_size_used_bytes'],
    ...['nodejs_heap_space_size_available_bytes', 'nodejs_version_info'],
  ];
  assert.deepEqual(wanted.filter((name) => !types.has(name)), []);
  for (const [name, type] of types) assert.equal(name.endsWith('_total'), type === 'counter', name);
  const samples = samplesIn(text);
  assert.equal(samples.get(`nodejs_version_info{version="${process.version}",${versionLabels()}}`), 1);
});

function versionLabels(): string {
  const [major, minor, patch] = process.versions.node.split('.');
  return `major="${major}",minor="${minor}",patch="${patch}"`;
}

test('the metrics leave out what a store that is away cannot tell, and say that it is away', async () => {
  const away = async (): Promise<never> => {
    throw new StoreUnavailableError(new Error('it is away'));
  };
  const repository = { count: away };
  const metrics = new ServiceMetrics({ host: '127.0.0.1', port: 0, onUnexpectedError: () => assert.fail() });
  const parts: MeasuredParts = {
    counted: { users: repository, sessions: repository },
    store: { state: { isUp: false, journalBytes: null } },
    passwords: { load: { waiting: 0, running: 0 } },
    openConnections: async () => 7,
  };
  metrics.store.failed('read');
  const samples = samplesIn(await metrics.text(parts));
  assert.equal(samples.get('session_auth_store_up'), 0);
  assert.equal(samples.get('session_auth_store_errors_total{operation="read"}'), 1);
  assert.equal(samples.get('session_auth_open_connections'), 7);
  assert.deepEqual([...samples.keys()].filter((name) => /users|sessions|journal/.test(name)), []);
});

test('GET /metrics is all that is answered, by a name of this machine, and its errors tell no more than they must', async (t) => {
  const { service } = await startTestService(t, { metricsPort: 0 });
  const { status, headers } = await askMetrics(service);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store');
  const head = await askMetrics(service, 'HEAD');
  assert.deepEqual([head.status, head.text], [200, '']);
  const cases: readonly (readonly [method: string, path: string, host: string, status: number])[] = [
    ['GET', '/metrics?a=b', 'localhost:9464', 200],
    ['GET', '/', 'localhost', 404],
    ['GET', '/login', 'localhost', 404],
    ['GET', '/%zz', 'localhost', 404],
    ['POST', '/metrics', 'localhost', 405],
    ['OPTIONS', '/metrics', '127.0.0.1', 405],
    ['GET', '/metrics', 'evil.example', 421],
  ];
  for (const [method, path, host, expected] of cases) {
    const reply = await askMetrics(service, method, path, host);
    assert.equal(reply.status, expected, `${method} ${path} ${host}`);
    if (expected === 405) assert.equal(reply.headers.allow, 'GET, HEAD');
    if (expected !== 200) assert.deepEqual(Object.keys(fieldsOf(reply)), ['error']);
  }
});

test('the metrics end with the service', async (t) => {
  const { service } = await startTestService(t, { metricsPort: 0 });
  await askMetrics(service);
  await service.close();
  await assert.rejects(askMetrics(service), /ECONNREFUSED/);
});
