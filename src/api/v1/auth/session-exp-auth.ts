import type { Awaitable } from '../../../http/awaitable.ts';
import type { AuthOptions } from './auth.ts';
import { SessionAuth } from './session-auth.ts';

/** How far a clock may be set back before the sessions made meanwhile are given up. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Authentication by a session in memory that ends by itself (the tutorial's `session_exp_auth.py`, task 9). */
export class SessionExpAuth extends SessionAuth {
  /** Seconds that a session lives after it was made; 0 and below: for ever. */
  readonly sessionDuration: number;
  protected readonly clock: () => number;

  constructor(options: AuthOptions = {}) {
    super(options);
    this.sessionDuration = options.sessionDuration ?? 0;
    this.clock = options.clock ?? Date.now;
  }

  override get sessionLifetimeSeconds(): number | null {
    return this.sessionDuration > 0 ? this.sessionDuration : null;
  }

  override async createSession(userId: unknown = null): Promise<string | null> {
    const sessionId = await super.createSession(userId);
    if (sessionId === null || typeof userId !== 'string') return null;
    this.userIdBySessionId.set(sessionId, { userId, createdAt: this.clock() });
    return sessionId;
  }

  override async removeExpired(): Promise<number> {
    const overBefore = this.overBefore();
    const impossibleAfter = this.impossibleAfter();
    let count = 0;
    // All live equally long, so they end in the order in which they were made, which is the Map's.
    for (const [sessionId, session] of this.userIdBySessionId) {
      if (typeof session === 'string') break;
      if (session.createdAt >= overBefore && session.createdAt <= impossibleAfter) break;
      this.userIdBySessionId.delete(sessionId);
      count += 1;
    }
    return count;
  }

  protected override userIdForKey(key: string): Awaitable<string | null> {
    const session = this.userIdBySessionId.get(key);
    if (session === undefined) return null;
    if (typeof session === 'string') return this.sessionDuration <= 0 ? session : null;
    return this.isLive(session.createdAt) ? session.userId : null;
  }

  /** Whether a session made then is live. One from the future is not: nobody knows how long it would live. */
  protected isLive(createdAt: number): boolean {
    if (this.sessionDuration <= 0) return true;
    const age = this.clock() - createdAt;
    return age >= 0 && age <= this.sessionDuration * 1000;
  }

  /** The sessions made before this are over; in milliseconds since the epoch. */
  protected overBefore(): number {
    return this.sessionDuration <= 0 ? Number.NEGATIVE_INFINITY : this.clock() - this.sessionDuration * 1000;
  }

  /**
   * A session made later than this, in milliseconds since the epoch, was made by a clock that was wrong: it is not
   * live, and would keep those behind it from being removed. A clock that was set back a little ends none.
   */
  protected impossibleAfter(): number {
    return this.sessionDuration <= 0 ? Number.POSITIVE_INFINITY : this.clock() + CLOCK_TOLERANCE_MS;
  }
}
