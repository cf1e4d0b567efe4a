import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, describeSettings, parseConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { CorsPolicy } from '../src/http/cors.ts';
import { isToken } from '../src/http/field-value.ts';
import { SETTING_CASES } from './helpers/setting-cases.ts';

const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 5000,
  socketPath: null,
  authType: 'session_db_auth',
  sessionName: '_my_session_id',
  sessionDurationSeconds: 0,
  dataDirectory: './data',
  databaseUrl: null,
  cookieSecure: 'auto',
  trustedProxies: 0,
  corsOrigins: '*',
  allowedHosts: 'auto',
  loginMaxFailures: 10,
  loginWindowSeconds: 900,
  passwordMinLength: 8,
  logFormat: 'common',
  defaultGroups: [],
  reauthWindowSeconds: 900,
  sessionIdleTimeoutSeconds: 0,
  sessionMaxPerUser: 100,
  publicUrl: null,
  cookieDomain: null,
  redirectOrigins: [],
  metricsPort: null,
  metricsHost: '127.0.0.1',
};

/** The problems of an environment; none where it is taken. */
function problemsOf(env: { readonly [name: string]: string }): readonly string[] {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.message, error.problems.join('\n'));
    return error.problems;
  }
}

test('parseConfig() gives the defaults when nothing is set, or everything is empty but CORS_ORIGINS', () => {
  assert.deepEqual(parseConfig({}), { config: DEFAULTS, warnings: [] });
  const empty = Object.fromEntries(describeSettings().map(({ name }) => [name, '']));
  // Whoever empties the list of those who may means nobody, and least of all everybody.
  const config = { ...DEFAULTS, corsOrigins: [] };
  assert.deepEqual(parseConfig(empty), { config, warnings: [] });
  assert.deepEqual(parseConfig({ ...empty, API_HOST: undefined }), { config, warnings: [] });
});

test('parseConfig() takes the names and origins that http/ takes: config.ts imports nothing, so each rule is there twice', () => {
  for (let code = 0; code < 256; code += 1) {
    const name = `a${String.fromCharCode(code)}`;
    assert.equal(problemsOf({ SESSION_NAME: name }).length === 0, isToken(name), JSON.stringify(name));
  }
  const { good = [] } = SETTING_CASES.find(({ name }) => name === 'CORS_ORIGINS') ?? {};
  const lists = good.filter(([, value]) => Array.isArray(value));
  assert.ok(lists.length > 3, String(lists.length));
  for (const [text] of lists) {
    const { corsOrigins } = parseConfig({ CORS_ORIGINS: text }).config;
    assert.doesNotThrow(() => new CorsPolicy(corsOrigins), text);
  }
});

test('parseConfig() looks at nothing else in the environment', () => {
  assert.deepEqual(parseConfig({ PORT: 'x', API_PORTS: 'x', api_port: 'x', NODE_ENV: 'test' }).config, DEFAULTS);
});

for (const { name, key, good, bad, says } of SETTING_CASES) {
  test(`${name} is taken when it can be used`, () => {
    for (const [text, value] of good) {
      const { config, warnings } = parseConfig({ [name]: text });
      assert.deepEqual(config, { ...DEFAULTS, [key]: value }, text);
      assert.deepEqual(warnings, [], text);
    }
  });

  test(`${name} is named, with its value and what would do, when it cannot be used`, () => {
    for (const text of bad) {
      const problems = problemsOf({ [name]: text });
      assert.equal(problems.length, 1, JSON.stringify(text));
      const [problem = ''] = problems;
      assert.ok(problem.startsWith(`${name}=${JSON.stringify(text)}: must be `), problem);
      assert.match(problem, says);
      assert.ok(!problem.includes('\n'), 'one line');
    }
  });
}

test('SESSION_DURATION is read as int() does, and is never a reason not to start', () => {
  const taken: readonly (readonly [text: string, seconds: number])[] = [
    ['0', 0],
    ['60', 60],
    ['+60', 60],
    [' 60 ', 60],
    ['\t60\n', 60],
    ['007', 7],
    ['-0', 0],
    ['-1', 0],
    ['-60', 0],
    ['31536000', 31_536_000],
  ];
  for (const [text, seconds] of taken) {
    assert.deepEqual(
      parseConfig({ SESSION_DURATION: text }),
      { config: { ...DEFAULTS, sessionDurationSeconds: seconds }, warnings: [] },
      JSON.stringify(text),
    );
  }
  const unusable = ['abc', '60s', '1.5', '60.0', '1e3', '0x10', '- 1', '--1', '1 0', ' ', 'None', 'Infinity', 'NaN'];
  for (const text of unusable) {
    const { config, warnings } = parseConfig({ SESSION_DURATION: text });
    assert.deepEqual(config, DEFAULTS, text);
    assert.equal(warnings.length, 1, text);
    const [warning = ''] = warnings;
    assert.ok(warning.startsWith(`SESSION_DURATION=${JSON.stringify(text)}: must be `), warning);
    assert.match(warning, /sessions never expire$/);
  }
  assert.ok(parseConfig({ SESSION_DURATION: '9'.repeat(400) }).config.sessionDurationSeconds > 1e9);
});

test('parseConfig() lists every problem at once, in the order of the settings', () => {
  const env = Object.fromEntries(SETTING_CASES.map(({ name, bad }) => [name, bad[0] ?? '']));
  const problems = problemsOf({ ...env, SESSION_DURATION: 'abc' });
  const names = problems.map((problem) => problem.split('=', 1)[0]);
  assert.deepEqual(names, SETTING_CASES.map(({ name }) => name));
  assert.equal(problemsOf({ API_PORT: 'abc', AUTH_TYPE: 'basic', SESSION_NAME: 'sid' }).length, 2);
});

test('describeSettings() names every setting of the contract with its default', () => {
  assert.deepEqual(
    describeSettings().map(({ name, fallback }) => [name, fallback]),
    [
      ['API_HOST', '127.0.0.1'],
      ['API_PORT', '5000'],
      ['API_SOCKET', ''],
      ['AUTH_TYPE', 'session_db_auth'],
      ['SESSION_NAME', '_my_session_id'],
      ['SESSION_DURATION', '0'],
      ['DATA_DIR', './data'],
      ['DATABASE_URL', ''],
      ['COOKIE_SECURE', 'auto'],
      ['TRUST_PROXY', '0'],
      ['CORS_ORIGINS', '*'],
      ['ALLOWED_HOSTS', 'auto'],
      ['LOGIN_MAX_FAILURES', '10'],
      ['LOGIN_WINDOW', '900'],
      ['PASSWORD_MIN_LENGTH', '8'],
      ['LOG_FORMAT', 'common'],
      ['DEFAULT_GROUPS', ''],
      ['REAUTH_WINDOW', '900'],
      ['SESSION_IDLE_TIMEOUT', '0'],
      ['SESSION_MAX_PER_USER', '100'],
      ['PUBLIC_URL', ''],
      ['COOKIE_DOMAIN', ''],
      ['REDIRECT_ORIGINS', ''],
      ['METRICS_PORT', ''],
      ['METRICS_HOST', '127.0.0.1'],
    ],
  );
  for (const { name, fallback, meaning } of describeSettings()) {
    assert.ok(meaning !== '', name);
    assert.deepEqual(parseConfig({ [name]: fallback }).config, DEFAULTS, `${name}'s default can be set`);
  }
});

test('COOKIE_DOMAIN is a parent of the host of PUBLIC_URL, of two labels, and not for a cookie named __Host-…', () => {
  const PUBLIC_URL = 'https://auth.example.com';
  for (const domain of ['example.com', 'auth.example.com', '.example.com', 'EXAMPLE.com']) {
    assert.deepEqual(problemsOf({ PUBLIC_URL, COOKIE_DOMAIN: domain }), [], domain);
  }
  const { config, warnings } = parseConfig({ PUBLIC_URL, COOKIE_DOMAIN: '.example.com' });
  assert.equal(config.cookieDomain, 'example.com');
  assert.match(warnings.join(), /COOKIE_DOMAIN=example\.com: every host below it is sent the session cookie/);
  for (const domain of ['com', 'localhost', 'example.org', 'ample.com', 'x.auth.example.com', 'exa mple.com', 'a..b', '1.2.3.4']) {
    assert.equal(problemsOf({ PUBLIC_URL, COOKIE_DOMAIN: domain }).length, 1, domain);
  }
  assert.match(problemsOf({ COOKIE_DOMAIN: 'example.com' }).join(), /set PUBLIC_URL too/);
  const hostOnly = { PUBLIC_URL, COOKIE_DOMAIN: 'example.com', SESSION_NAME: '__Host-sid' };
  assert.match(problemsOf(hostOnly).join(), /belongs to one host/);
});

test('COOKIE_SECURE=false is refused for a name that browsers take from a Secure cookie only', () => {
  for (const name of ['__Host-sid', '__Secure-sid', '__host-sid']) {
    assert.match(problemsOf({ COOKIE_SECURE: 'false', SESSION_NAME: name }).join(), /browsers drop a cookie named/);
  }
  assert.deepEqual(problemsOf({ COOKIE_SECURE: 'false', SESSION_NAME: 'sid' }), []);
});

test('DATABASE_URL is taken when its parts are where they seem to be', () => {
  const good = [
    'postgres://app:word@db.example.com:5432/auth',
    'postgresql://app@localhost/auth?host=/run/postgresql&sslmode=verify-full',
    'postgres://app:p%40%2F%3F%23s@[::1]/auth',
    'postgres:///auth?host=/run/postgresql',
  ];
  for (const url of good) assert.equal(parseConfig({ DATABASE_URL: url }).config.databaseUrl, url);
});

test('DATABASE_URL is never shown, whatever is wrong with it', () => {
  for (const password of ['se/cret', 'se?cret', 'se#cret', 'se@cret', '12/cret', '12?cret', '12#cret']) {
    for (const scheme of ['postgres', 'mysql']) {
      const problems = problemsOf({ DATABASE_URL: `${scheme}://app:${password}@localhost/auth` });
      // An "@" within a password is read as one, and the last "@" ends it.
      if (scheme === 'postgres' && password === 'se@cret') assert.deepEqual(problems, []);
      else assert.match(problems.join(), /^DATABASE_URL=…: must be postgres:/);
      assert.doesNotMatch(problems.join(), /cret/);
    }
  }
});
