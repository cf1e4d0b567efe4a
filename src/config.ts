import { SETTINGS } from './config/settings.ts';
import type { AuthType, CookieSecure, LogFormat, Setting } from './config/setting.ts';

export { AUTH_TYPES } from './config/setting.ts';
export type { AuthType, CookieSecure, LogFormat };

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
