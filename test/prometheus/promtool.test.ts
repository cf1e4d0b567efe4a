import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { askMetrics } from '../helpers/metrics.ts';
import { startTestService } from '../helpers/service.ts';

const FOLDER = 'scripts/deploy/prometheus';
const EMAIL = 'bob@example.com';
const PASSWORD = 'correct horse battery';

function promtool(args: readonly string[], input = ''): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, input, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

test('promtool check metrics has nothing to say, whatever was counted', async (t) => {
  const { service, api, addUser } = await startTestService(t, { metricsPort: 0 });
  const fresh = await askMetrics(service);
  assert.deepEqual(promtool(['check', 'metrics'], fresh.text), { status: 0, output: '' });
  await addUser(EMAIL, PASSWORD);
  await api('POST', '/auth_session/login', { form: { email: EMAIL, password: PASSWORD } });
  await api('GET', '/users/me');
  await api('GET', '/nowhere');
  await api('GET', '/status', { headers: { 'x-long': 'a'.repeat(20_000) } });
  const used = await askMetrics(service);
  for (const name of ['session_auth_http_requests_total', 'session_auth_http_refused_total', 'session_auth_http_request_duration_seconds']) {
    assert.match(used.text, new RegExp(`^# TYPE ${name} `, 'm'));
  }
  assert.deepEqual(promtool(['check', 'metrics'], used.text), { status: 0, output: '' });
});

test('promtool check metrics would say something about a name that breaks the conventions', () => {
  const { status, output } = promtool(['check', 'metrics'], '# HELP a_total A\n# TYPE a_total gauge\na_total 1\n');
  assert.notEqual(status, 0);
  assert.match(output, /a_total/);
});

for (const args of [['check', 'config', 'prometheus.yml'], ['check', 'rules', 'alerts.yml'], ['test', 'rules', 'alerts.test.yml']]) {
  test(`promtool ${args.join(' ')} succeeds`, () => {
    const { status, output } = promtool(args);
    assert.equal(status, 0, output);
    assert.match(output, /SUCCESS/);
  });
}
