import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from '../../../accounts/caller.ts';
import type { Sessions } from '../../../accounts/sessions.ts';
import type { SignIn } from '../../../accounts/sign-in.ts';
import { whenReady } from '../../../http/awaitable.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import { cookieValue } from '../../../http/cookie.ts';
import type { UserSession } from '../../../models/user-session.ts';
import type { User, Users } from '../../../models/user.ts';

/** What an authentication class looks at: a request of node:http is one. */
export interface AuthRequest {
  readonly headers: IncomingHttpHeaders;
  /** The client's IP address, as far as it can be trusted. */
  readonly address?: string;
  /** By which the logs tell the request. */
  readonly requestId?: string;
}

/** What the authentication classes are made with; each takes what it needs. */
export interface AuthOptions {
  /** Name of the session cookie. */
  readonly sessionName: string;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Who made a request, and in which session; Basic has none. */
export interface Identity {
  readonly user: User;
  readonly session: UserSession | null;
}

/** The name by which clients know this server in a challenge. */
export const REALM = 'session-auth-server';

/** Where an address is not known. */
const NO_ADDRESS = '-';

/**
 * Base of all authentication classes (the tutorial's `api/v1/auth/auth.py`): what every one of them asks of a
 * request. By itself it knows nobody.
 */
export class Auth {
  readonly sessionName: string;

  constructor(options: Pick<AuthOptions, 'sessionName'>) {
    this.sessionName = options.sessionName;
  }

  /**
   * The `WWW-Authenticate` of a 401. Not Basic here: a browser would ask for a password that nobody takes.
   *
   * Source: RFC 9110 section 11.6.1.
   */
  get challenge(): string {
    return `Session realm="${REALM}"`;
  }

  /** The sessions of this kind of authentication; null where it has none. */
  get sessions(): Sessions | null {
    return null;
  }

  /**
   * Whether a path needs authentication.
   *
   * @param path without regard to a slash at its end
   * @param excludedPaths whole paths; with `*` at the end, all that begin so
   * @returns true where either is null, or no path is excluded
   */
  requireAuth(path: string | null, excludedPaths: readonly string[] | null): boolean {
    if (path === null || excludedPaths === null) return true;
    return !excludedPaths.some((excluded) => isExcluded(path, excluded));
  }

  /** The `Authorization` header, or null. */
  authorizationHeader(request: AuthRequest | null = null): string | null {
    return request?.headers.authorization ?? null;
  }

  /** The value of the session cookie, or null (tutorial task 4). */
  sessionCookie(request: AuthRequest | null = null): string | null {
    return request === null ? null : cookieValue(request.headers.cookie, this.sessionName);
  }

  /** The user who made the request, or null. */
  currentUser(_request: AuthRequest | null = null): Awaitable<User | null> {
    return null;
  }

  /** The user who made the request, with the session that says so; or null. */
  authenticate(request: AuthRequest): Awaitable<Identity | null> {
    return whenReady(this.currentUser(request), (user) => (user === null ? null : { user, session: null }));
  }

  /** The keys of the sessions in the request's cookies, live or not. */
  sessionKeys(_request: AuthRequest): readonly string[] {
    return [];
  }

  /** Ends the session of the request (tutorial task 8). @returns false where there is none */
  async destroySession(_request: AuthRequest | null = null): Promise<boolean> {
    return false;
  }

  /** Whether the request says nothing about who made it. */
  isAnonymous(request: AuthRequest): boolean {
    return this.authorizationHeader(request) === null && this.sessionCookie(request) === null;
  }
}

/** Who asks, as far as a bare request tells. */
export function callerOf({ headers, address = NO_ADDRESS, requestId }: AuthRequest): Caller {
  return { address, requestId, userAgent: headers['user-agent'] ?? null, userId: null, isOperator: false };
}

function isExcluded(path: string, excluded: string): boolean {
  if (excluded.endsWith('*')) {
    const start = excluded.slice(0, -1);
    return path.startsWith(start) || `${path}/` === start;
  }
  return withoutSlash(path) === withoutSlash(excluded);
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
