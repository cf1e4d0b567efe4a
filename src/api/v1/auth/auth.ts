import type { IncomingHttpHeaders } from 'node:http';
import { cookieValue } from '../../../http/cookie.ts';
import { declareModels } from '../../../models/repositories.ts';
import type { User, Users } from '../../../models/user.ts';
import type { UserSessions } from '../../../models/user-session.ts';
import { MemoryStore } from '../../../storage/memory/memory-store.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import type { SignIn } from '../../../accounts/sign-in.ts';

/** What an authentication class looks at: a request of node:http is one. */
export interface AuthRequest {
  readonly headers: IncomingHttpHeaders;
  /** The client's IP address, as far as it can be trusted. */
  readonly address?: string;
}

/** What the authentication classes are made with; each takes what it needs. */
export interface AuthOptions {
  /** Name of the session cookie. */
  readonly sessionName?: string;
  /** Seconds that a session lives; 0 and below: for ever. */
  readonly sessionDuration?: number;
  readonly users?: Users;
  readonly userSessions?: UserSessions;
  readonly signIn?: SignIn;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** The names by which clients know this server in a challenge. */
export const REALM = 'session-auth-server';

const DEFAULT_SESSION_NAME = '_my_session_id';

/**
 * Base of all authentication classes (the tutorial's `api/v1/auth/auth.py`): what every one of them asks of a
 * request. By itself it knows nobody.
 */
export class Auth {
  protected readonly users: Users;
  protected readonly userSessions: UserSessions;
  readonly sessionName: string;

  /**
   * @param options without repositories, nothing is kept beyond this object
   */
  constructor(options: AuthOptions = {}) {
    const repositories = declareModels(new MemoryStore());
    this.users = options.users ?? repositories.users;
    this.userSessions = options.userSessions ?? repositories.userSessions;
    this.sessionName = options.sessionName ?? DEFAULT_SESSION_NAME;
  }

  /**
   * The `WWW-Authenticate` of a 401. Not Basic here: a browser would ask for a password that nobody takes.
   *
   * Source: RFC 9110 section 11.6.1.
   */
  get challenge(): string {
    return `Session realm="${REALM}"`;
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
}

function isExcluded(path: string, excluded: string): boolean {
  if (excluded.endsWith('*')) {
    const start = excluded.slice(0, -1);
    return path.startsWith(start) || `${path}/` === start;
  }
  // Of two paths that are equally long but for a slash at the end, the shorter one begins the longer one.
  const isSameLength = lengthWithoutSlash(path) === lengthWithoutSlash(excluded);
  return isSameLength && (path.startsWith(excluded) || excluded.startsWith(path));
}

function lengthWithoutSlash(path: string): number {
  return path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length;
}
