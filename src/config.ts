import { isIPv6 } from 'node:net';

/** How users prove who they are; one class each, in `api/v1/auth/create-auth.ts`. */
export const AUTH_TYPES = [
  'none',
  'auth',
  'basic_auth',
  'session_auth',
  'session_exp_auth',
  'session_db_auth',
] as const;
export type AuthType = (typeof AUTH_TYPES)[number];

const COOKIE_SECURE = ['auto', 'true', 'false'] as const;
export type CookieSecure = (typeof COOKIE_SECURE)[number];

const LOG_FORMATS = ['common', 'json', 'off'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Everything an operator can set, read once. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** A Unix socket to listen on besides the port; null: none. */
  readonly socketPath: string | null;
  readonly authType: AuthType;
  readonly sessionName: string;
  /** 0: sessions never expire. */
  readonly sessionDurationSeconds: number;
  readonly dataDirectory: string;
  /** `postgres://…`, with the user and the password: a secret. null: users and sessions are in `dataDirectory`. */
  readonly databaseUrl: string | null;
  readonly cookieSecure: CookieSecure;
  readonly trustedProxies: number;
  readonly corsOrigins: '*' | readonly string[];
  /** `auto`: on a loopback address without a trusted proxy the names of the loopback, elsewhere any. */
  readonly allowedHosts: '*' | 'auto' | readonly string[];
  /** 0: no throttle. */
  readonly loginMaxFailures: number;
  readonly loginWindowSeconds: number;
  readonly passwordMinLength: number;
  readonly logFormat: LogFormat;
  /** Of new users for whom no groups are named. */
  readonly defaultGroups: readonly string[];
  /** How old a sign-in may be for grave steps; 0: any age. */
  readonly reauthWindowSeconds: number;
  /** 0: off. */
  readonly sessionIdleTimeoutSeconds: number;
  /** 0: any number. */
  readonly sessionMaxPerUser: number;
  /** Where browsers reach this server, without a slash at its end; null: where it listens. */
  readonly publicUrl: string | null;
  /** The domain whose hosts share the session cookie; null: this host alone. */
  readonly cookieDomain: string | null;
  /** Origins of applications to which a sign-in leads back; `*` stands for one label. */
  readonly redirectOrigins: readonly string[];
  /** For `GET /metrics`; null: nothing is measured. */
  readonly metricsPort: number | null;
  readonly metricsHost: string;
}

interface Setting<T> {
  readonly name: string;
  readonly fallback: T;
  readonly meaning: string;
  /** Completes the sentence "must be …". */
  readonly expects: string;
  /** Its value is never shown, whatever it is. */
  readonly isSecret?: boolean;
  /** What an empty text means; where not given, the same as none. */
  readonly whenEmpty?: T;
  /** @returns undefined where the text will not do */
  readonly parse: (text: string) => T | undefined;
}

function wholeNumber(least: number, most: number): Pick<Setting<number>, 'expects' | 'parse'> {
  return {
    expects: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

function oneOf<T extends string>(values: readonly T[]): Pick<Setting<T>, 'expects' | 'parse'> {
  return { expects: `one of ${values.join(', ')}`, parse: (text) => values.find((value) => value === text) };
}

// host: a name or an address, an IPv6 one with the brackets of a URL or without. RFC 3986 section 3.2.2
function parseHost(text: string): string | undefined {
  const bracketed = /^\[(.*)\]$/s.exec(text)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? bracketed : undefined;
  return /^[^\s/[\]]+$/.test(text) ? text : undefined;
}

// Of an application or a browser's extension: tauri://localhost, chrome-extension://<id>. The URL standard knows no
// origin of theirs; browsers send scheme, host and port all the same. No file: all of them have the origin "null".
const APPLICATION_ORIGIN = /^(?!(?:https?|file):)[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+$/;

function parseOrigins(text: string): '*' | readonly string[] | undefined {
  if (text === '*') return '*';
  const origins = text.split(',').map((origin) => origin.trim());
  // A URL may hold "*", which here would match no origin at all, and not those that whoever wrote it means.
  const areOrigins = origins.every(
    (origin) => !origin.includes('*') && URL.canParse(origin) && (APPLICATION_ORIGIN.test(origin) || isWebOrigin(origin)),
  );
  return areOrigins ? origins : undefined;
}

function isWebOrigin(text: string): boolean {
  return new URL(text).origin === text;
}

function parseHosts(text: string): '*' | 'auto' | readonly string[] | undefined {
  if (text === '*' || text === 'auto') return text;
  const hosts = text.split(',').map((host) => host.trim());
  // A pattern would match no name at all, and not those that whoever wrote it means.
  const areHosts = hosts.every((host) => /^[^\s/?#@\\*]+$/.test(host) && URL.canParse(`http://${host}`));
  return areHosts ? hosts : undefined;
}

/** As Python's `int()` reads it (tutorial task 9): 0 and below, and what is no integer, mean for ever. */
function parseDuration(text: string): number | undefined {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Math.max(0, Number(text)) : undefined;
}

/** A comma list of names of groups; `accounts/groups.ts` says what a name is. */
function parseGroups(text: string): readonly string[] | undefined {
  const names = [...new Set(text.split(',').map((name) => name.trim()))].sort();
  return names.every((name) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) && names.length <= 32 ? names : undefined;
}

/** Without a slash at its end, so that a path can follow. */
function parsePublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  if (!isPlain || (protocol !== 'http:' && protocol !== 'https:')) return undefined;
  return `${origin}${pathname}`.replace(/\/+$/, '');
}

/** A registrable domain has two labels at least: one label is everybody's (RFC 6265 section 5.3). */
function parseDomain(text: string): string | undefined {
  const domain = text.replace(/^\./, '').toLowerCase();
  return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(domain) ? domain : undefined;
}

function parseRedirectOrigins(text: string): readonly string[] | undefined {
  const origins = text.split(',').map((origin) => origin.trim());
  const isOrigin = (origin: string): boolean => {
    // "*" for one whole label, the first one, before two others at least.
    const plain = /^https?:\/\/\*\.[^.*]+\.[^*]+$/.test(origin) ? origin.replace('*', 'label') : origin;
    return /^https?:\/\/[^*]+$/.test(plain) && URL.canParse(plain) && new URL(plain).origin === plain;
  };
  return origins.every(isOrigin) ? origins : undefined;
}

/** What the cookie's settings cannot be together, a sentence each. */
function cookieProblems(config: Config): readonly string[] {
  const { cookieDomain, sessionName, publicUrl, cookieSecure } = config;
  const problems: string[] = [];
  const isHostName = /^__host-/i.test(sessionName);
  if (cookieSecure === 'false' && /^__(?:host|secure)-/i.test(sessionName)) {
    problems.push(
      `COOKIE_SECURE=false: browsers drop a cookie named ${sessionName} that is not Secure; choose another SESSION_NAME`,
    );
  }
  if (cookieDomain === null) return problems;
  if (isHostName) {
    problems.push(`COOKIE_DOMAIN=${cookieDomain}: a cookie named __Host-… belongs to one host; choose another SESSION_NAME`);
  }
  const host = publicUrl === null ? null : new URL(publicUrl).hostname;
  if (host === null || (host !== cookieDomain && !host.endsWith(`.${cookieDomain}`))) {
    problems.push(`COOKIE_DOMAIN=${cookieDomain}: must be the host of PUBLIC_URL or a parent of it; set PUBLIC_URL too`);
  }
  return problems;
}

// token = 1*tchar, RFC 9110 section 5.6.2; a cookie's name is one, RFC 6265 section 4.1.1.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * An address whose parts are where they seem to be: a "/", "?" or "#" of a password that is not written as %2F, %3F or
 * %23 would make the rest of it the name of a database, which turns up in messages.
 */
function parseDatabaseUrl(text: string): string | undefined {
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { pathname, search, hash } = new URL(text);
  return `${pathname}${search}`.includes('@') || hash !== '' ? undefined : text;
}

// sun_path of unix(7) and its end, on the systems that have least.
const MAX_SOCKET_PATH_BYTES = 103;

const SETTINGS = {
  host: {
    name: 'API_HOST',
    fallback: '127.0.0.1',
    meaning: 'address to listen on',
    expects: 'a host name or an IP address',
    parse: parseHost,
  } satisfies Setting<string>,
  port: {
    name: 'API_PORT',
    fallback: 5000,
    meaning: 'port to listen on; 0 picks a free one',
    ...wholeNumber(0, 65_535),
  } satisfies Setting<number>,
  socketPath: {
    name: 'API_SOCKET',
    fallback: null,
    meaning: 'path of a Unix socket to listen on besides; its X-Forwarded-For and -Proto are believed',
    expects: `a path of ${MAX_SOCKET_PATH_BYTES} bytes at most`,
    parse: (text) => (text.includes('\0') || Buffer.byteLength(text) > MAX_SOCKET_PATH_BYTES ? undefined : text),
  } satisfies Setting<string | null>,
  authType: {
    name: 'AUTH_TYPE',
    fallback: 'session_db_auth',
    meaning: 'how users prove who they are: none, auth, basic_auth, session_auth, session_exp_auth, session_db_auth',
    ...oneOf(AUTH_TYPES),
  } satisfies Setting<AuthType>,
  sessionName: {
    name: 'SESSION_NAME',
    fallback: '_my_session_id',
    meaning: 'name of the session cookie',
    expects: "a cookie name: letters, digits and any of !#$%&'*+-.^_`|~",
    parse: (text) => (TOKEN.test(text) ? text : undefined),
  } satisfies Setting<string>,
  sessionDurationSeconds: {
    name: 'SESSION_DURATION',
    fallback: 0,
    meaning: 'seconds a session lives after it was made; 0 and below: for ever',
    expects: 'a whole number of seconds',
    parse: parseDuration,
  } satisfies Setting<number>,
  dataDirectory: {
    name: 'DATA_DIR',
    fallback: './data',
    meaning: 'where users and sessions are kept',
    expects: 'a path',
    parse: (text) => (text.includes('\0') ? undefined : text),
  } satisfies Setting<string>,
  databaseUrl: {
    name: 'DATABASE_URL',
    fallback: null,
    meaning: 'a PostgreSQL database in place of DATA_DIR: postgres://user:password@host:port/database',
    expects: 'postgres://user:password@host:port/database, with / ? # and @ of a password as %2F %3F %23 %40',
    isSecret: true,
    parse: parseDatabaseUrl,
  } satisfies Setting<string | null>,
  cookieSecure: {
    name: 'COOKIE_SECURE',
    fallback: 'auto',
    meaning: 'whether the cookie is for TLS only: true, false, or auto (where the request came over TLS)',
    ...oneOf(COOKIE_SECURE),
  } satisfies Setting<CookieSecure>,
  trustedProxies: {
    name: 'TRUST_PROXY',
    fallback: 0,
    meaning: 'how many proxies in front of us are ours: how far X-Forwarded-For and -Proto count',
    ...wholeNumber(0, 100),
  } satisfies Setting<number>,
  corsOrigins: {
    name: 'CORS_ORIGINS',
    fallback: '*',
    meaning:
      'who may read answers from other origins: * (no credentials), a comma list of origins (with credentials; also ' +
      'tauri://, capacitor:// and extensions), or empty (nobody)',
    expects: '*, or origins such as https://app.example.com, separated by commas',
    whenEmpty: [],
    parse: parseOrigins,
  } satisfies Setting<'*' | readonly string[]>,
  allowedHosts: {
    name: 'ALLOWED_HOSTS',
    fallback: 'auto',
    meaning: 'host names that are answered: * (any), a comma list, or auto (on loopback its own names, elsewhere any)',
    expects: '*, auto, or host names such as auth.example.com, separated by commas',
    parse: parseHosts,
  } satisfies Setting<'*' | 'auto' | readonly string[]>,
  loginMaxFailures: {
    name: 'LOGIN_MAX_FAILURES',
    fallback: 10,
    meaning: 'failed sign-ins before 429; 0 switches the throttle off',
    ...wholeNumber(0, 1_000_000),
  } satisfies Setting<number>,
  loginWindowSeconds: {
    name: 'LOGIN_WINDOW',
    fallback: 900,
    meaning: 'seconds over which failed sign-ins count',
    ...wholeNumber(1, 86_400),
  } satisfies Setting<number>,
  passwordMinLength: {
    name: 'PASSWORD_MIN_LENGTH',
    fallback: 8,
    meaning: 'characters that a new password must have',
    ...wholeNumber(1, 256),
  } satisfies Setting<number>,
  logFormat: {
    name: 'LOG_FORMAT',
    fallback: 'common',
    meaning: 'access log on standard output: common, json, off',
    ...oneOf(LOG_FORMATS),
  } satisfies Setting<LogFormat>,
  defaultGroups: {
    name: 'DEFAULT_GROUPS',
    fallback: [],
    meaning: 'groups of new users, separated by commas; admins makes everybody an administrator, as in the tutorial',
    expects: 'names of groups such as staff,ops: letters a-z, digits, ".", "_" and "-"',
    parse: parseGroups,
  } satisfies Setting<readonly string[]>,
  reauthWindowSeconds: {
    name: 'REAUTH_WINDOW',
    fallback: 900,
    meaning: 'seconds after a sign-in in which grave steps are allowed without another one; 0: always allowed',
    ...wholeNumber(0, 31_536_000),
  } satisfies Setting<number>,
  sessionIdleTimeoutSeconds: {
    name: 'SESSION_IDLE_TIMEOUT',
    fallback: 0,
    meaning: 'seconds after which an unused session is over; 0: never',
    ...wholeNumber(0, 315_360_000),
  } satisfies Setting<number>,
  sessionMaxPerUser: {
    name: 'SESSION_MAX_PER_USER',
    fallback: 100,
    meaning: 'sessions that a user may have, of which the one unused longest goes; 0: any number',
    ...wholeNumber(0, 1_000_000),
  } satisfies Setting<number>,
  publicUrl: {
    name: 'PUBLIC_URL',
    fallback: null,
    meaning: 'where browsers reach this server, such as https://auth.example.com; may have a path',
    expects: 'an http or https address without user, query and fragment, such as https://auth.example.com',
    parse: parsePublicUrl,
  } satisfies Setting<string | null>,
  cookieDomain: {
    name: 'COOKIE_DOMAIN',
    fallback: null,
    meaning: 'domain whose hosts share the session cookie, such as example.com; a parent of the host of PUBLIC_URL',
    expects: 'a domain of two labels or more, such as example.com',
    parse: parseDomain,
  } satisfies Setting<string | null>,
  redirectOrigins: {
    name: 'REDIRECT_ORIGINS',
    fallback: [],
    meaning: 'origins of applications to which a sign-in leads back, separated by commas; * stands for one label',
    expects: 'origins such as https://wiki.example.com or https://*.example.com, separated by commas',
    parse: parseRedirectOrigins,
  } satisfies Setting<readonly string[]>,
  metricsPort: {
    name: 'METRICS_PORT',
    fallback: null,
    meaning: 'port for GET /metrics, for Prometheus; 0 picks a free one; without one nothing is measured',
    ...wholeNumber(0, 65_535),
  } satisfies Setting<number | null>,
  metricsHost: {
    name: 'METRICS_HOST',
    fallback: '127.0.0.1',
    meaning: 'address for GET /metrics to listen on',
    expects: 'a host name or an IP address',
    parse: parseHost,
  } satisfies Setting<string>,
};

/** The environment holds values that cannot be used: every one of them, a sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Reads every setting.
 *
 * @param env of the process; an empty value counts as absent, but for CORS_ORIGINS, where it means nobody
 * @returns the configuration, and warnings about what was put right
 * @throws {ConfigError} a value cannot be used
 */
export function parseConfig(env: { readonly [name: string]: string | undefined }): {
  readonly config: Config;
  readonly warnings: readonly string[];
} {
  const problems: string[] = [];
  const warnings: string[] = [];

  function read<T>(setting: Setting<T>, onProblem: (sentence: string) => void = (it) => problems.push(it)): T {
    const text = env[setting.name];
    if (text === undefined) return setting.fallback;
    if (text === '') return setting.whenEmpty ?? setting.fallback;
    const value = setting.parse(text);
    const shown = setting.isSecret === true ? '…' : JSON.stringify(text);
    if (value === undefined) onProblem(`${setting.name}=${shown}: must be ${setting.expects}`);
    return value ?? setting.fallback;
  }

  const config: Config = {
    host: read(SETTINGS.host),
    port: read(SETTINGS.port),
    socketPath: read<string | null>(SETTINGS.socketPath),
    authType: read<AuthType>(SETTINGS.authType),
    sessionName: read(SETTINGS.sessionName),
    // The one value that does not stop the start: the tutorial makes it 0 (task 9).
    sessionDurationSeconds: read(SETTINGS.sessionDurationSeconds, (it) => {
      warnings.push(`${it}; sessions never expire`);
    }),
    dataDirectory: read(SETTINGS.dataDirectory),
    databaseUrl: read<string | null>(SETTINGS.databaseUrl),
    cookieSecure: read<CookieSecure>(SETTINGS.cookieSecure),
    trustedProxies: read(SETTINGS.trustedProxies),
    corsOrigins: read<'*' | readonly string[]>(SETTINGS.corsOrigins),
    allowedHosts: read<'*' | 'auto' | readonly string[]>(SETTINGS.allowedHosts),
    loginMaxFailures: read(SETTINGS.loginMaxFailures),
    loginWindowSeconds: read(SETTINGS.loginWindowSeconds),
    passwordMinLength: read(SETTINGS.passwordMinLength),
    logFormat: read<LogFormat>(SETTINGS.logFormat),
    defaultGroups: read<readonly string[]>(SETTINGS.defaultGroups),
    reauthWindowSeconds: read(SETTINGS.reauthWindowSeconds),
    sessionIdleTimeoutSeconds: read(SETTINGS.sessionIdleTimeoutSeconds),
    sessionMaxPerUser: read(SETTINGS.sessionMaxPerUser),
    publicUrl: read<string | null>(SETTINGS.publicUrl),
    cookieDomain: read<string | null>(SETTINGS.cookieDomain),
    redirectOrigins: read<readonly string[]>(SETTINGS.redirectOrigins),
    metricsPort: read<number | null>(SETTINGS.metricsPort),
    metricsHost: read(SETTINGS.metricsHost),
  };
  problems.push(...cookieProblems(config));
  if (problems.length > 0) throw new ConfigError(problems);
  if (config.cookieDomain !== null) {
    warnings.push(
      `COOKIE_DOMAIN=${config.cookieDomain}: every host below it is sent the session cookie, and can set one of its own; ` +
        'keep it to hosts that you trust as much as this one',
    );
  }
  return { config, warnings };
}

/** Name, default and meaning of every setting, for `--help` and the README. */
export function describeSettings(): readonly { readonly name: string; readonly fallback: string; readonly meaning: string }[] {
  return Object.values(SETTINGS).map(({ name, fallback, meaning }) => ({ name, fallback: String(fallback ?? ''), meaning }));
}
