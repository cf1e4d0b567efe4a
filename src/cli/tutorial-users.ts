import { InvalidValueError } from '../errors.ts';
import { checkedEmail, checkedName } from '../models/user-input.ts';
import { User } from '../models/user.ts';
import { sha256Hash } from '../security/password.ts';
import type { PasswordHasher } from '../security/password.ts';

/** What a file of the tutorial's users holds for us. */
export interface TutorialUsers {
  readonly users: readonly User[];
  readonly leftOut: readonly LeftOutUser[];
}

/** A user that is not taken: its key in the file, and why. */
export interface LeftOutUser {
  readonly key: string;
  readonly reason: string;
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
 * `_password` the unsalted SHA-256 in hex. Ids and passwords are kept. Emails, names and ids are held to
 * the rules for new ones: what they keep out of a table or a terminal would come in by this door.
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
  const leftOut: LeftOutUser[] = [];
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
  if (!PATH_SEGMENT.test(id) || RESERVED_IDS.has(id)) return 'its id cannot stand in the path of a URL';
  if (typeof email !== 'string' || email === '') return 'it has no email';
  const passwordHash = typeof _password === 'string' ? sha256Hash(_password) : null;
  if (passwordHash === null) return 'its password is no SHA-256 in hex';
  const createdAt = tutorialTime(created_at);
  if (createdAt === null) return 'its created_at is no time';
  try {
    return new User({
      id,
      email: checkedEmail(email),
      passwordHash,
      createdAt,
      updatedAt: tutorialTime(updated_at) ?? createdAt,
      firstName: checkedName('first_name', first_name),
      lastName: checkedName('last_name', last_name),
    });
  } catch (error) {
    if (error instanceof InvalidValueError) return `its ${error.message}`;
    throw error;
  }
}

// segment = *pchar; pchar = unreserved / sub-delims / ":" / "@", those without an escape, so that an id is written in
// a path, a Location and a log as it is.                                RFC 3986 section 3.3
const PATH_SEGMENT = /^[\w.~!$&'()*+,;=:@-]{1,128}$/;

/**
 * Wraps a bare SHA-256 in scrypt: it can be guessed a billion times a second, and an imported user may never sign in to
 * have it replaced. One hash's time.
 *
 * @returns the user with the wrapped hash; the user as it is where the hash is of another kind
 * @throws {OverloadedError} more are asked for at once than the hasher lets wait
 */
export async function withWrappedPassword(user: User, passwords: PasswordHasher): Promise<User> {
  const [, hex] = /^\$sha256\$([0-9a-f]{64})$/.exec(user.passwordHash ?? '') ?? [];
  return hex === undefined ? user : user.with({ passwordHash: await passwords.wrapSha256(hex) });
}

// Clients take the dots out of a path (RFC 3986 section 5.2.4); `me` is whoever asks.
const RESERVED_IDS: ReadonlySet<string> = new Set(['.', '..', 'me']);

// datetime.isoformat(): the tutorial's TIMESTAMP_FORMAT, "%Y-%m-%dT%H:%M:%S", with a fraction where one was kept.
const TUTORIAL_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?$/;

/** @returns milliseconds since the epoch; null where it is no time, or one that no clock shows (30 February) */
function tutorialTime(value: unknown): number | null {
  const [whole, seconds] = (typeof value === 'string' ? TUTORIAL_TIME.exec(value) : null) ?? [];
  const milliseconds = Date.parse(`${whole}Z`);
  if (Number.isNaN(milliseconds)) return null;
  return new Date(milliseconds).toISOString().startsWith(`${seconds}.`) ? milliseconds : null;
}
