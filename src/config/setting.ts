import { isIPv6 } from 'node:net';
import { isGroupName, MAX_GROUPS } from './group-name.ts';

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

export const COOKIE_SECURE = ['auto', 'true', 'false'] as const;
export type CookieSecure = (typeof COOKIE_SECURE)[number];

export const LOG_FORMATS = ['common', 'json', 'off'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One setting: its variable, and how the text of it becomes a value. */
export interface Setting<T> {
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

export function wholeNumber(least: number, most: number): Pick<Setting<number>, 'expects' | 'parse'> {
  return {
    expects: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

export function oneOf<T extends string>(values: readonly T[]): Pick<Setting<T>, 'expects' | 'parse'> {
  return { expects: `one of ${values.join(', ')}`, parse: (text) => values.find((value) => value === text) };
}

// host: a name or an address, an IPv6 one with the brackets of a URL or without. RFC 3986 section 3.2.2
export function parseHost(text: string): string | undefined {
  const bracketed = /^\[(.*)\]$/s.exec(text)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? bracketed : undefined;
  return /^[^\s/[\]]+$/.test(text) ? text : undefined;
}

// Of an application or a browser's extension: tauri://localhost, chrome-extension://<id>. The URL standard knows no
// origin of theirs; browsers send scheme, host and port all the same. No file: all of them have the origin "null".
const APPLICATION_ORIGIN = /^(?!(?:https?|file):)[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+$/;

export function parseOrigins(text: string): '*' | readonly string[] | undefined {
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

export function parseHosts(text: string): '*' | 'auto' | readonly string[] | undefined {
  if (text === '*' || text === 'auto') return text;
  const hosts = text.split(',').map((host) => host.trim());
  // A pattern would match no name at all, and not those that whoever wrote it means.
  const areHosts = hosts.every((host) => /^[^\s/?#@\\*]+$/.test(host) && URL.canParse(`http://${host}`));
  return areHosts ? hosts : undefined;
}

/** As Python's `int()` reads it (tutorial task 9): 0 and below, and what is no integer, mean for ever. */
export function parseDuration(text: string): number | undefined {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Math.max(0, Number(text)) : undefined;
}

/** A comma list of names of groups. */
export function parseGroups(text: string): readonly string[] | undefined {
  const names = [...new Set(text.split(',').map((name) => name.trim()))].sort();
  return names.every(isGroupName) && names.length <= MAX_GROUPS ? names : undefined;
}

/** Without a slash at its end, so that a path can follow. */
export function parsePublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  const isPlain = username === '' && password === '' && search === '' && hash === '';
  if (!isPlain || (protocol !== 'http:' && protocol !== 'https:')) return undefined;
  return `${origin}${pathname}`.replace(/\/+$/, '');
}

/** A registrable domain has two labels at least: one label is everybody's (RFC 6265 section 5.3). */
export function parseDomain(text: string): string | undefined {
  const domain = text.replace(/^\./, '').toLowerCase();
  return /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(domain) ? domain : undefined;
}

export function parseRedirectOrigins(text: string): readonly string[] | undefined {
  const origins = text.split(',').map((origin) => origin.trim());
  const isOrigin = (origin: string): boolean => {
    // "*" for one whole label, the first one, before two others at least.
    const plain = /^https?:\/\/\*\.[^.*]+\.[^*]+$/.test(origin) ? origin.replace('*', 'label') : origin;
    return /^https?:\/\/[^*]+$/.test(plain) && URL.canParse(plain) && new URL(plain).origin === plain;
  };
  return origins.every(isOrigin) ? origins : undefined;
}

// As http/field-value.ts has it, which no leaf imports. token = 1*tchar, RFC 9110 section 5.6.2; a cookie's name is one, RFC 6265 section 4.1.1.
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * An address whose parts are where they seem to be: a "/", "?" or "#" of a password that is not written as %2F, %3F or
 * %23 would make the rest of it the name of a database, which turns up in messages.
 */
export function parseDatabaseUrl(text: string): string | undefined {
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { pathname, search, hash } = new URL(text);
  return `${pathname}${search}`.includes('@') || hash !== '' ? undefined : text;
}

// sun_path of unix(7) and its end, on the systems that have least.
export const MAX_SOCKET_PATH_BYTES = 103;
