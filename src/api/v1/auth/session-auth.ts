import { newSessionId } from '../../../security/session-id.ts';
import { cookieValue } from '../../../http/cookie.ts';
import type { User } from '../../../models/user.ts';
import { RecentValues } from '../../../http/recent-values.ts';
import { whenReady } from '../../../http/awaitable.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import { Auth } from './auth.ts';
import type { AuthRequest } from './auth.ts';

/** What `SessionExpAuth` keeps of a session (the tutorial's “session dictionary”). */
export interface SessionDictionary {
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Authentication by a session in memory (the tutorial's `session_auth.py`, tasks 1 to 8). */
export class SessionAuth extends Auth {
  /** Session id → whose it is. */
  readonly userIdBySessionId = new Map<string, string | SessionDictionary>();
  /** `Cookie` field → the key of the session in it, or null. */
  readonly #keys = new RecentValues((header) => {
    const sessionId = cookieValue(header, this.sessionName);
    return sessionId === null ? null : this.sessionKey(sessionId);
  });

  /** Seconds that a session lives from now; null: for ever. */
  get sessionLifetimeSeconds(): number | null {
    return null;
  }

  /**
   * Makes a session (task 2). A user may have many.
   *
   * @returns its id; null where the user id is no string
   */
  async createSession(userId: unknown = null): Promise<string | null> {
    if (typeof userId !== 'string') return null;
    const sessionId = newSessionId();
    this.userIdBySessionId.set(sessionId, userId);
    return sessionId;
  }

  /** Whose session it is, or null (task 3). */
  userIdForSessionId(sessionId: unknown = null): Awaitable<string | null> {
    return typeof sessionId === 'string' ? this.userIdForKey(this.sessionKey(sessionId)) : null;
  }

  /**
   * The user of the session in the request's cookie, or null (task 6): whom `userIdForSessionId(sessionCookie(request))`
   * names, found without parsing a field that came lately.
   */
  override currentUser(request: AuthRequest | null = null): Awaitable<User | null> {
    const header = request?.headers.cookie;
    const key = header === undefined ? null : this.#keys.of(header);
    if (key === null) return null;
    return whenReady(this.userIdForKey(key), (userId) => (userId === null ? null : this.users.get(userId)));
  }

  /**
   * Ends the session in the request's cookie (task 8).
   *
   * @returns false where there is none, or it was over
   */
  async destroySession(request: AuthRequest | null = null): Promise<boolean> {
    const sessionId = this.sessionCookie(request);
    if (sessionId === null || (await this.userIdForSessionId(sessionId)) === null) return false;
    return this.userIdBySessionId.delete(sessionId);
  }

  /** Ends every session of a user that was deleted. */
  endSessionsOf(userId: string): void {
    for (const [sessionId, session] of this.userIdBySessionId) {
      if (userId === (typeof session === 'string' ? session : session.userId)) this.userIdBySessionId.delete(sessionId);
    }
  }

  /**
   * Forgets the sessions that are over, at a cost in proportion to their number.
   *
   * @returns how many
   */
  async removeExpired(): Promise<number> {
    return 0;
  }

  /** Under what a session is kept: worked out once for those whose requests come in bursts. */
  protected sessionKey(sessionId: string): string {
    return sessionId;
  }

  /** Whose session is kept under the key, or null. */
  protected userIdForKey(key: string): Awaitable<string | null> {
    const session = this.userIdBySessionId.get(key) ?? null;
    return typeof session === 'object' ? (session?.userId ?? null) : session;
  }
}
