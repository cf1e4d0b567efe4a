import type { Schema } from '../storage/store.ts';
import { decodeTime, encodeTime, hasOnly } from './base.ts';
import { createClientSharing, sessionEnd, UserSession } from './user-session.ts';
import type { SessionPolicy } from './user-session.ts';
import type { User } from './user.ts';

/** The members of a record of version 2. */
const MEMBERS = ['session_id', 'user_id', 'created_at', 'expires_at', 'last_seen_at', 'address', 'user_agent'];

/**
 * The sessions' schema.
 *
 * @param users whose sessions they are; null: those of users in another store, or nobody's
 */
export function userSessionSchema(policy: SessionPolicy, users: Schema<User> | null): Schema<UserSession, User> {
  const share = createClientSharing();
  return {
    collection: 'user_sessions',
    unique: [],
    indexed: [{ field: 'userId', valueOf: (session) => session.userId }],
    belongsTo: { field: 'userId', owner: users },
    expiresAt: (session) => sessionEnd(session, policy),

    encode: (session) => ({
      session_id: session.sessionId,
      user_id: session.userId,
      created_at: encodeTime(session.createdAt),
      expires_at: session.expiresAt === null ? null : encodeTime(session.expiresAt),
      last_seen_at: encodeTime(session.lastSeenAt),
      address: session.client.address,
      user_agent: session.client.userAgent,
    }),

    decode: (record, shareOwnerId) => {
      if (typeof record !== 'object' || record === null || !hasOnly(record, MEMBERS)) return null;
      const { session_id, user_id, created_at, last_seen_at, expires_at, address, user_agent }: UnknownSession = record;
      const createdAt = decodeTime(created_at);
      if (typeof session_id !== 'string' || typeof user_id !== 'string' || createdAt === null) return null;
      // Version 1 wrote neither an end nor a last use: such a session ends by the duration of the start that first
      // reads it, and counts as used then.
      const isOld = last_seen_at === undefined;
      const endOfOld = policy.durationMs === null ? null : createdAt + policy.durationMs;
      const expiresAt = isOld ? endOfOld : expires_at === null ? null : decodeTime(expires_at);
      const lastSeenAt = isOld ? policy.startedAt : decodeTime(last_seen_at);
      if (lastSeenAt === null || (!isOld && expiresAt === null && expires_at !== null)) return null;
      if (!isTextOrAbsent(address) || !isTextOrAbsent(user_agent)) return null;
      return new UserSession({
        sessionId: session_id,
        userId: shareOwnerId(user_id),
        createdAt,
        expiresAt,
        lastSeenAt,
        client: share(address ?? null, user_agent ?? null),
      });
    },
  };
}

interface UnknownSession {
  readonly session_id?: unknown;
  readonly user_id?: unknown;
  readonly created_at?: unknown;
  readonly expires_at?: unknown;
  readonly last_seen_at?: unknown;
  readonly address?: unknown;
  readonly user_agent?: unknown;
}

function isTextOrAbsent(value: unknown): value is string | null | undefined {
  return value === null || value === undefined || typeof value === 'string';
}
