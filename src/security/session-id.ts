import { randomUUID } from 'node:crypto';

/**
 * A new session id: a UUID of version 4, so 122 random bits.
 *
 * Without the entropy cache: Node draws the random bytes of 128 UUIDs at once and keeps them, so that whoever reads
 * the memory of the process (a core dump, a heap snapshot) would know ids that are yet to be given out.
 *
 * Source: RFC 9562 section 5.4; OWASP Session Management Cheat Sheet, session id entropy.
 */
export function newSessionId(): string {
  return randomUUID({ disableEntropyCache: true });
}
