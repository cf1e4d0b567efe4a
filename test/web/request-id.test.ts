import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PASSWORD } from '../helpers/accounts.ts';
import type { TestService } from '../helpers/service.ts';
import { startTestService } from '../helpers/service.ts';

const EMAIL = 'bob@example.com';
const X_REQUEST_ID = { 'x-request-id': 'from-the-proxy' };

/** The id in the last line of each log. */
function lastIds({ logs }: TestService): readonly unknown[] {
  return [logs.access, logs.security].map((lines) => {
    const line: { readonly request_id?: unknown } = JSON.parse(lines.at(-1) ?? '');
    return line.request_id;
  });
}

for (const trustedProxies of [0, 1]) {
  test(`one request has one id in the access log and the security log with TRUST_PROXY=${trustedProxies}`, async (t) => {
    const started = await startTestService(t, { trustedProxies, logFormat: 'json' });
    await started.addUser(EMAIL, PASSWORD);
    const requests: readonly (readonly [password: string, event: string])[] = [['wrong', 'sign_in_failed'], [PASSWORD, 'sign_in_succeeded']];
    const seen = new Set<unknown>();
    for (const [password, event] of requests) {
      await started.api('POST', '/auth_session/login', { form: { email: EMAIL, password }, headers: X_REQUEST_ID });
      assert.equal(JSON.parse(started.logs.security.at(-1) ?? '').event, event);
      const [id, inSecurityLog] = lastIds(started);
      assert.equal(typeof id, 'string');
      assert.equal(inSecurityLog, id);
      assert.equal(id === 'from-the-proxy', trustedProxies > 0);
      seen.add(id);
    }
    assert.equal(seen.size, trustedProxies > 0 ? 1 : 2);
  });
}

test('a Basic request, and one from another site, have their id in both logs', async (t) => {
  const started = await startTestService(t, { authType: 'basic_auth', trustedProxies: 1, logFormat: 'json' });
  await started.addUser(EMAIL, PASSWORD);
  for (const password of ['wrong', PASSWORD]) {
    await started.api('GET', '/users/me', { basic: [EMAIL, password], headers: X_REQUEST_ID });
    assert.deepEqual(lastIds(started), ['from-the-proxy', 'from-the-proxy'], password);
  }
  await started.api('DELETE', '/users/me', { headers: { ...X_REQUEST_ID, 'sec-fetch-site': 'cross-site' } });
  assert.equal(JSON.parse(started.logs.security.at(-1) ?? '').event, 'cross_site_refused');
  assert.deepEqual(lastIds(started), ['from-the-proxy', 'from-the-proxy']);
});
