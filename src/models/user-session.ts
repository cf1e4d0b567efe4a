import * as crypto from 'node:crypto';
import type { Repository } from '../storage/store.ts';
import { Base, formatTime } from './base.ts';
import type { User } from './user.ts';

/** A repository of sessions. */
export type UserSessions = Repository<UserSession, User>;

/** When sessions end, besides the end that each has of its own. */
export interface SessionPolicy {
  /** How long a session lives after it was made; null: for ever. */
  readonly durationMs: number | null;
  /** How long a session lives unused; null: for ever. */
  readonly idleTimeoutMs: number | null;
  /** When this process started, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Sessions end when somebody ends them, and by nothing else. Old ones count as used long ago. */
export const ENDLESS: SessionPolicy = { durationMs: null, idleTimeoutMs: null, startedAt: 0 };

/** Where a session was signed in from. Shared by the sessions that have the same. */
export interface SessionClient {
  readonly address: string | null;
  /** At most 256 characters. */
  readonly userAgent: string | null;
}

export interface UserSessionFields {
  readonly userId: string;
  /** What the session is kept under; in the store as `digestSessionId` made it, never what the cookie holds. */
  readonly sessionId: string;
  /** Milliseconds since the epoch. */
  readonly createdAt?: number;
  /** Milliseconds since the epoch; null: never. */
  readonly expiresAt?: number | null;
  /** Milliseconds since the epoch. */
  readonly lastSeenAt?: number;
  readonly client?: SessionClient;
}

const UNKNOWN_CLIENT: SessionClient = { address: null, userAgent: null };

/**
 * A session, in the store or in memory (the tutorial's `models/user_session.py`, task 10).
 *
 * A session is found by its session id and by nothing else, so that is its primary key: a second, random id
 * would cost a million sessions 80 MB and say nothing.
 */
export class UserSession extends Base {
  readonly userId: string;
  /** The end that was given to it when it was made, in milliseconds since the epoch; null: none. */
  readonly expiresAt: number | null;
  readonly client: SessionClient;
  #lastSeenAt: number;

  constructor(fields: UserSessionFields) {
    super({ id: fields.sessionId, ...(fields.createdAt !== undefined && { createdAt: fields.createdAt }) });
    this.userId = fields.userId;
    this.expiresAt = fields.expiresAt ?? null;
    this.client = fields.client ?? UNKNOWN_CLIENT;
    this.#lastSeenAt = fields.lastSeenAt ?? this.createdAt;
  }

  /** What the session is kept under. */
  get sessionId(): string {
    return this.id;
  }

  /** Milliseconds since the epoch. */
  get lastSeenAt(): number {
    return this.#lastSeenAt;
  }

  /**
   * Notes a use, in memory only: the one field that changes in place, since a request must not cost a new object.
   *
   * @param now milliseconds since the epoch; an earlier time than the last one changes nothing
   */
  seen(now: number): void {
    if (now > this.#lastSeenAt) this.#lastSeenAt = now;
  }

  /** A copy with another last use. */
  with({ lastSeenAt }: { readonly lastSeenAt: number }): UserSession {
    const { userId, id, createdAt, expiresAt, client } = this;
    return new UserSession({ userId, sessionId: id, createdAt, expiresAt, client, lastSeenAt });
  }

  override toJson(): { readonly [field: string]: string | null } {
    return { created_at: formatTime(this.createdAt), id: this.id, user_id: this.userId };
  }
}

/**
 * When a session ends: at its own end, at the end of the duration or of the idle timeout of today, whichever is first.
 *
 * @returns milliseconds since the epoch; null: never
 */
export function sessionEnd(session: UserSession, { durationMs, idleTimeoutMs }: SessionPolicy): number | null {
  let end = session.expiresAt ?? Number.POSITIVE_INFINITY;
  if (durationMs !== null) end = Math.min(end, session.createdAt + durationMs);
  if (idleTimeoutMs !== null) end = Math.min(end, session.lastSeenAt + idleTimeoutMs);
  return end === Number.POSITIVE_INFINITY ? null : end;
}

/**
 * What is stored of a session id: its SHA-256, in unpadded base64url. Whoever reads the data directory, or a
 * backup of it, can take over no session. No salt or slow hash is needed: 122 random bits cannot be guessed.
 *
 * `crypto.hash` (Node 20.12) takes 0.27 µs where `createHash` takes 0.80 µs.
 */
export const digestSessionId: (sessionId: string) => string =
  typeof crypto.hash === 'function'
    ? (sessionId) => crypto.hash('sha256', sessionId, 'base64url')
    : digestSessionIdPortably;

/** The same, for a Node without `crypto.hash`. */
export function digestSessionIdPortably(sessionId: string): string {
  return crypto.createHash('sha256').update(sessionId).digest('base64url');
}

/** Clients that are shared, at most: 3 MB. Beyond them sharing begins anew. */
const MAX_SHARED_CLIENTS = 10_000;

/** Gives equal clients one object, so that a million sessions from a thousand kinds of browser hold a thousand texts. */
export function createClientSharing(): (address: string | null, userAgent: string | null) => SessionClient {
  /** User agent → address → the client. */
  const clients = new Map<string | null, Map<string | null, SessionClient>>();
  let count = 0;
  return (address, userAgent) => {
    if (address === null && userAgent === null) return UNKNOWN_CLIENT;
    const known = clients.get(userAgent)?.get(address);
    if (known !== undefined) return known;
    if (count === MAX_SHARED_CLIENTS) {
      clients.clear();
      count = 0;
    }
    const ofAgent = clients.get(userAgent) ?? new Map<string | null, SessionClient>();
    clients.set(userAgent, ofAgent);
    // Where only the address is new, the text of the user agent is shared all the same.
    const [sibling] = ofAgent.values();
    const client = { address, userAgent: sibling === undefined ? userAgent : sibling.userAgent };
    ofAgent.set(address, client);
    count += 1;
    return client;
  };
}
