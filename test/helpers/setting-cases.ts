import { AUTH_TYPES } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';

/** What one setting takes, and what it does not. */
export interface SettingCases {
  readonly name: string;
  readonly key: keyof Config;
  readonly good: readonly (readonly [text: string, value: Config[keyof Config]])[];
  readonly bad: readonly string[];
  /** What the sentence about a bad value must tell. */
  readonly says: RegExp;
}

const NO_NUMBERS = [
  ...['abc', '-1', '1.5', '5.0', '1e3', '0x10', ' 1', '1 ', '+1', '1_0', '١', 'Infinity', 'NaN', 'null'],
  '9'.repeat(20),
];

/** Every setting but SESSION_DURATION, whose bad values stop no start; in the order in which they are read. */
export const SETTING_CASES: readonly SettingCases[] = [
  {
    name: 'API_HOST',
    key: 'host',
    good: [['0.0.0.0', '0.0.0.0'], ['::', '::'], ['localhost', 'localhost'], ['api.example.com', 'api.example.com'],
      ['[::1]', '::1'], ['[::]', '::'], ['fe80::1%lo', 'fe80::1%lo'], ['[fe80::1%lo]', 'fe80::1%lo']],
    bad: [' ', '127.0.0.1 ', 'a b', 'http://localhost', 'localhost/', '\n', '[::1', '::1]', '[127.0.0.1]', '[]', '[a]', '[::1]:80'],
    says: /host name or an IP address/,
  },
  {
    name: 'API_PORT',
    key: 'port',
    good: [['0', 0], ['1', 1], ['8080', 8080], ['65535', 65_535]],
    bad: [...NO_NUMBERS, '65536', '99999'],
    says: /0 to 65535/,
  },
  {
    name: 'API_SOCKET',
    key: 'socketPath',
    good: [['/run/session-auth/api.sock', '/run/session-auth/api.sock'], ['a b/é', 'a b/é'], ['x'.repeat(103), 'x'.repeat(103)]],
    bad: ['a\0b', 'x'.repeat(104), 'é'.repeat(52)],
    says: /path of 103 bytes/,
  },
  {
    name: 'AUTH_TYPE',
    key: 'authType',
    good: AUTH_TYPES.map((type) => [type, type] as const),
    bad: ['basic', 'Basic_auth', 'basic_auth ', 'session', 'null', '__proto__', 'toString', '0'],
    says: /none, auth, basic_auth, session_auth, session_exp_auth, session_db_auth/,
  },
  {
    name: 'SESSION_NAME',
    key: 'sessionName',
    good: [['sid', 'sid'], ['__Host-sid', '__Host-sid'], ["a!#$%&'*+-.^_`|~0", "a!#$%&'*+-.^_`|~0"]],
    bad: ['a;b', 'a b', 'a=b', 'a,b', 'é', '"a"', 'a\\b', 'a/b', 'a\tb', 'a\r\nb', ' sid'],
    says: /cookie name/,
  },
  {
    name: 'DATA_DIR',
    key: 'dataDirectory',
    good: [['/var/lib/session-auth', '/var/lib/session-auth'], ['a b/é', 'a b/é'], [' ', ' ']],
    bad: ['a\0b'],
    says: /path/,
  },
  {
    name: 'COOKIE_SECURE',
    key: 'cookieSecure',
    good: [['auto', 'auto'], ['true', 'true'], ['false', 'false']],
    bad: ['True', 'yes', '1', '0', 'on', 'auto '],
    says: /auto, true, false/,
  },
  {
    name: 'TRUST_PROXY',
    key: 'trustedProxies',
    good: [['0', 0], ['1', 1], ['100', 100]],
    bad: [...NO_NUMBERS, '101', 'true', 'loopback'],
    says: /0 to 100/,
  },
  {
    name: 'CORS_ORIGINS',
    key: 'corsOrigins',
    good: [
      ['*', '*'],
      ['https://app.example.com', ['https://app.example.com']],
      ['http://localhost:3000', ['http://localhost:3000']],
      [' https://a.example , https://b.example:8443 ', ['https://a.example', 'https://b.example:8443']],
      ['http://[::1]:3000', ['http://[::1]:3000']],
      ['', []],
      ['tauri://localhost,capacitor://localhost', ['tauri://localhost', 'capacitor://localhost']],
      ['chrome-extension://abcdefghijklmnop', ['chrome-extension://abcdefghijklmnop']],
      ['safari-web-extension://8FD0-AB', ['safari-web-extension://8FD0-AB']],
    ],
    bad: [
      ...['app.example.com', 'https://app.example.com/', 'https://app.example.com/path', 'https://APP.example.com'],
      ...['null', 'https://a.example,*', '*,*', ',', 'https://a.example,', 'https://a.example https://b.example'],
      ...['https://a.example?b', 'https://user@a.example', 'https://a.example:443', 'https://*.example.com'],
      ...['file:///etc', 'file://etc', 'data:text/plain,a', 'tauri://', 'tauri://localhost/', 'Tauri://localhost'],
      ...['tauri://a@b', 'chrome-extension://*', 'tauri:localhost', 'chrome-extension://a b'],
    ],
    says: /\*, or origins/,
  },
  {
    name: 'ALLOWED_HOSTS',
    key: 'allowedHosts',
    good: [
      ['*', '*'],
      ['auto', 'auto'],
      ['auth.example.com', ['auth.example.com']],
      ['a.example:5000, [::1]', ['a.example:5000', '[::1]']],
    ],
    bad: ['http://a', 'a/b', 'a b', 'a,', ',', '*.example.com', 'a@b', '::1', 'a:99999', '['],
    says: /\*, auto, or host names/,
  },
  {
    name: 'LOGIN_MAX_FAILURES',
    key: 'loginMaxFailures',
    good: [['0', 0], ['5', 5], ['1000000', 1_000_000]],
    bad: [...NO_NUMBERS, '1000001'],
    says: /0 to 1000000/,
  },
  {
    name: 'LOGIN_WINDOW',
    key: 'loginWindowSeconds',
    good: [['1', 1], ['60', 60], ['86400', 86_400]],
    bad: [...NO_NUMBERS, '0', '86401'],
    says: /1 to 86400/,
  },
  {
    name: 'PASSWORD_MIN_LENGTH',
    key: 'passwordMinLength',
    good: [['1', 1], ['15', 15], ['256', 256]],
    bad: [...NO_NUMBERS, '0', '257'],
    says: /1 to 256/,
  },
  {
    name: 'LOG_FORMAT',
    key: 'logFormat',
    good: [['common', 'common'], ['json', 'json'], ['off', 'off']],
    bad: ['JSON', 'none', 'combined', 'false'],
    says: /common, json, off/,
  },
  {
    name: 'DEFAULT_GROUPS',
    key: 'defaultGroups',
    good: [['admins', ['admins']], ['staff, ops,ops', ['ops', 'staff']], ['a.b-c_9', ['a.b-c_9']]],
    bad: ['Admins', 'a b', ',', 'a,,b', '-a', 'x'.repeat(65), 'é'],
    says: /names of groups/,
  },
  {
    name: 'REAUTH_WINDOW',
    key: 'reauthWindowSeconds',
    good: [['0', 0], ['60', 60]],
    bad: NO_NUMBERS,
    says: /whole number/,
  },
  {
    name: 'SESSION_IDLE_TIMEOUT',
    key: 'sessionIdleTimeoutSeconds',
    good: [['0', 0], ['1800', 1_800]],
    bad: NO_NUMBERS,
    says: /whole number/,
  },
  {
    name: 'SESSION_MAX_PER_USER',
    key: 'sessionMaxPerUser',
    good: [['0', 0], ['1', 1]],
    bad: NO_NUMBERS,
    says: /whole number/,
  },
  {
    name: 'PUBLIC_URL',
    key: 'publicUrl',
    good: [
      ['https://auth.example.com', 'https://auth.example.com'],
      ['https://AUTH.example.com:443/', 'https://auth.example.com'],
      ['http://localhost:5000/auth/', 'http://localhost:5000/auth'],
    ],
    bad: ['auth.example.com', 'ftp://a', 'https://', 'https://a@b', 'https://a?b', 'https://a#b', '/auth', 'javascript:a'],
    says: /http or https address/,
  },
  {
    name: 'REDIRECT_ORIGINS',
    key: 'redirectOrigins',
    good: [
      ['https://wiki.example.com', ['https://wiki.example.com']],
      ['https://*.example.com, http://a:8080', ['https://*.example.com', 'http://a:8080']],
    ],
    bad: [
      ...['*', 'https://*', 'https://*.com', 'https://a.*.com', 'https://*a.example.com', 'https://*.*.example.com'],
      ...['https://wiki.example.com/', 'wiki.example.com', 'ftp://a', 'https://a,', 'https://A', 'https://a:443', 'null'],
    ],
    says: /origins such as/,
  },
  {
    name: 'METRICS_PORT',
    key: 'metricsPort',
    good: [['0', 0], ['9464', 9_464], ['65535', 65_535]],
    bad: [...NO_NUMBERS, '65536', 'off', 'true'],
    says: /0 to 65535/,
  },
  {
    name: 'METRICS_HOST',
    key: 'metricsHost',
    good: [['0.0.0.0', '0.0.0.0'], ['[::1]', '::1'], ['metrics.internal', 'metrics.internal']],
    bad: [' ', 'a b', 'http://localhost', '[127.0.0.1]', '127.0.0.1:9464/'],
    says: /host name or an IP address/,
  },
];
