import { SessionAuth } from './session-auth.ts';
import type { SessionDictionary } from './session-auth.ts';

/** Authentication by a session in memory that ends by itself (the tutorial's `session_exp_auth.py`, task 9). */
export class SessionExpAuth extends SessionAuth {
  /** Seconds that a session lives after it was made; 0: for ever. */
  get sessionDuration(): number {
    return (this.sessions.policy.durationMs ?? 0) / 1000;
  }

  /** Session id → session dictionary, of every session (task 9). A copy, for the tutorial and for tests. */
  override get userIdBySessionId(): Promise<ReadonlyMap<string, SessionDictionary>> {
    return this.sessions
      .all()
      .then((all) => new Map(all.map(({ id, userId, createdAt }) => [id, { userId, createdAt }])));
  }
}
