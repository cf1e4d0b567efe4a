import { foldEmail } from '../models/user.ts';
import type { User, Users } from '../models/user.ts';

/** Users read at once; other requests are answered between two reads. */
const READ_LENGTH = 500;

/** Users that one search looks at, at most; the next search goes on where it ended. */
const MAX_LOOKED_AT = 20_000;

export interface FoundUsers {
  readonly users: readonly User[];
  /** The id of the last user that was looked at; null: there are no more. */
  readonly next: string | null;
}

/**
 * Finds users by a part of their email, the oldest first.
 *
 * @param part without regard to case; empty: every user
 * @param start the `next` of an earlier search; null: from the first user
 * @param limit how many at most
 */
export async function searchUsers(
  users: Pick<Users, 'page'>,
  part: string,
  start: string | null,
  limit: number,
): Promise<FoundUsers> {
  const needle = foldEmail(part);
  const found: User[] = [];
  let after = start;
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += READ_LENGTH) {
    const some = (await users.page(after, READ_LENGTH)) ?? [];
    for (const user of some) {
      if (found.length === limit) return { users: found, next: after };
      if (foldEmail(user.email).includes(needle)) found.push(user);
      after = user.id;
    }
    if (some.length < READ_LENGTH) return { users: found, next: null };
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { users: found, next: after };
}
