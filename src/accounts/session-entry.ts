import { createHash } from 'node:crypto';
import type { UserSession } from '../models/user-session.ts';

/** Characters of a handle, in base64url: 96 bits. */
const HANDLE_LENGTH = 16;

/** A session as its user may see it. */
export interface SessionEntry {
  /** Names the session to its user and to administrators; nobody can sign in with it. */
  readonly handle: string;
  readonly session: UserSession;
  /** Milliseconds since the epoch; null: never. */
  readonly endsAt: number | null;
}

/** Public: a digest of what the session is kept under, which is itself a digest where it is stored. */
export function handleOf(session: UserSession): string {
  return createHash('sha256').update(`handle of ${session.id}`).digest('base64url').slice(0, HANDLE_LENGTH);
}
