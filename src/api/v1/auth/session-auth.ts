import type { OwnedSession, Sessions } from '../../../accounts/sessions.ts';
import { whenReady } from '../../../http/awaitable.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import { cookieValues } from '../../../http/cookie.ts';
import { RecentValues } from '../../../http/recent-values.ts';
import type { User } from '../../../models/user.ts';
import { Auth, callerOf } from './auth.ts';
import type { AuthOptions, AuthRequest, Identity } from './auth.ts';

/** Cookies of the session's name that are looked at: a stale one of another path may come before the live one. */
const MAX_COOKIES = 8;

/** What the tutorial's `SessionExpAuth` keeps of a session (its “session dictionary”). */
export interface SessionDictionary {
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

function identityOf(found: OwnedSession | null): Identity | null {
  return found === null ? null : { user: found.owner, session: found.model };
}

/** Authentication by a session in memory (the tutorial's `session_auth.py`, tasks 1 to 8). */
export class SessionAuth extends Auth {
  readonly #sessions: Sessions;
  /** Caches, per `Cookie` field, the keys of the sessions in it. */
  readonly #keys = new RecentValues((header) =>
    cookieValues(header, this.sessionName, MAX_COOKIES).map(this.#sessions.keyOf),
  );

  constructor(options: Pick<AuthOptions, 'sessionName' | 'sessions'>) {
    super(options);
    this.#sessions = options.sessions;
  }

  override get sessions(): Sessions {
    return this.#sessions;
  }

  override sessionKeys(request: AuthRequest): readonly string[] {
    const header = request.headers.cookie;
    return header === undefined ? [] : this.#keys.of(header);
  }

  /** Session id → user id, of every session (task 2). A copy, for the tutorial and for tests. */
  get userIdBySessionId(): Promise<ReadonlyMap<string, string | SessionDictionary>> {
    return this.#sessions.all().then((all) => new Map(all.map((session) => [session.id, session.userId])));
  }

  /**
   * Makes a session (task 2). A user may have many.
   *
   * @returns its id; null where the user id is no string
   */
  async createSession(userId: unknown = null): Promise<string | null> {
    return typeof userId === 'string' ? this.#sessions.create(userId, callerOf({ headers: {} })) : null;
  }

  /** Whose session it is, or null (task 3). */
  async userIdForSessionId(sessionId: unknown = null): Promise<string | null> {
    if (typeof sessionId !== 'string') return null;
    return (await this.#sessions.get(this.#sessions.keyOf(sessionId)))?.userId ?? null;
  }

  /** The user of the session in the request's cookie, or null (task 6). */
  override currentUser(request: AuthRequest | null = null): Awaitable<User | null> {
    return request === null ? null : whenReady(this.authenticate(request), (identity) => identity?.user ?? null);
  }

  override authenticate(request: AuthRequest): Awaitable<Identity | null> {
    return whenReady(this.#sessions.find(this.sessionKeys(request)), identityOf);
  }

  /**
   * Ends the session in the request's cookie (task 8); where there are several of the session's name, each.
   *
   * @returns false where there is none, or it was over
   */
  override async destroySession(request: AuthRequest | null = null): Promise<boolean> {
    return request !== null && this.#sessions.signOut(this.sessionKeys(request), callerOf(request));
  }
}
