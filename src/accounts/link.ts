import { createHash, randomBytes } from 'node:crypto';
import type { LinkKind, User } from '../models/user.ts';

const HOUR_MS = 3_600_000;

/** How long a link is good for, in milliseconds. */
const LIFETIME_MS: { readonly [kind in LinkKind]: number } = { invitation: 7 * 24 * HOUR_MS, reset: 24 * HOUR_MS };

/** 256 random bits. */
const TOKEN_BYTES = 32;

/** A link for one use, to be handed to its user: the token is in it and nowhere else. */
export interface Link {
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** A new token, in base64url. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is stored of a token. No salt or slow hash is needed: 256 random bits cannot be guessed. */
export function digestToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/**
 * The user with a link in place of an earlier one: an invitation for who has no password, else a reset.
 *
 * @param now milliseconds since the epoch
 */
export function withLink(user: User, token: string, now: number): User {
  const kind = user.passwordHash === null ? 'invitation' : 'reset';
  return user.with({ link: { digest: digestToken(token), kind, expiresAt: now + LIFETIME_MS[kind] } });
}
