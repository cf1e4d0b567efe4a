import { sha256Hash } from '../security/password.ts';
import { User } from '../models/user.ts';
import type { PasswordHasher } from '../security/password.ts';

/** What a file of the tutorial's users holds for us. */
export interface TutorialUsers {
  readonly users: readonly User[];
  /** Those left out: their key in the file, and why. */
  readonly leftOut: readonly { readonly key: string; readonly reason: string }[];
}

/** A record of `.db_User.json`, where each member may be anything. */
interface UnknownTutorialUser {
  readonly id?: unknown;
  readonly created_at?: unknown;
  readonly updated_at?: unknown;
  readonly email?: unknown;
  readonly _password?: unknown;
  readonly first_name?: unknown;
  readonly last_name?: unknown;
}

/**
 * Reads the tutorial's `.db_User.json`: an object of id → user, times as `2017-09-25T01:55:17` (UTC), and
 * `_password` the unsalted SHA-256 in hex. Ids and passwords are kept. Emails are taken as they are, though
 * some would not do for a new user: who has one signs in with it.
 *
 * @returns null where the text is no JSON object
 */
export function readTutorialUsers(text: string): TutorialUsers | null {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return null;
  const users: User[] = [];
  const leftOut: { key: string; reason: string }[] = [];
  const ids = new Set<string>();
  for (const [key, record] of Object.entries(file)) {
    const user = readTutorialUser(key, record);
    if (typeof user === 'string') leftOut.push({ key, reason: user });
    else if (ids.has(user.id)) leftOut.push({ key, reason: 'another user of the file has its id' });
    else {
      ids.add(user.id);
      users.push(user);
    }
  }
  return { users, leftOut };
}

/** @returns the user, or why there is none */
function readTutorialUser(key: string, record: unknown): User | string {
  if (typeof record !== 'object' || record === null) return 'it is no user';
  const { id = key, created_at, updated_at, email, _password, first_name, last_name }: UnknownTutorialUser = record;
  if (typeof id !== 'string' || id === '') return 'its id is no text';
  if (typeof email !== 'string' || email === '') return 'it has no email';
  if (/\p{Cc}/u.test(email)) return 'its email holds control characters';
  const passwordHash = typeof _password === 'string' ? sha256Hash(_password) : null;
  if (passwordHash === null) return 'its password is no SHA-256 in hex';
  const createdAt = tutorialTime(created_at);
  if (createdAt === null) return 'its created_at is no time';
  return new User({
    id,
    email,
    passwordHash,
    createdAt,
    updatedAt: tutorialTime(updated_at) ?? createdAt,
    firstName: typeof first_name === 'string' ? first_name : null,
    lastName: typeof last_name === 'string' ? last_name : null,
  });
}

/**
 * Wraps a bare SHA-256 in scrypt: it can be guessed a billion times a second, and an imported user may never sign in to
 * have it replaced. One hash's time.
 *
 * @returns the user with the wrapped hash; the user as it is where the hash is of another kind
 * @throws {OverloadedError} more are asked for at once than the hasher lets wait
 */
export async function withWrappedPassword(user: User, passwords: PasswordHasher): Promise<User> {
  const [, hex] = /^\$sha256\$([0-9a-f]{64})$/.exec(user.passwordHash) ?? [];
  return hex === undefined ? user : user.with({ passwordHash: await passwords.wrapSha256(hex) });
}

// The tutorial's TIMESTAMP_FORMAT, "%Y-%m-%dT%H:%M:%S", of datetime.utcnow().
const TUTORIAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

function tutorialTime(value: unknown): number | null {
  const milliseconds =
    typeof value === 'string' && TUTORIAL_TIME.test(value) ? Date.parse(`${value}Z`) : Number.NaN;
  return Number.isNaN(milliseconds) ? null : milliseconds;
}
