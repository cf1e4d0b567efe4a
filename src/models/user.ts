import { JsonContent } from '../http/json.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { Repository, Schema } from '../storage/store.ts';
import { Base, decodeTime, encodeTime, formatTime } from './base.ts';
import type { BaseFields } from './base.ts';

export interface UserFields extends BaseFields {
  readonly email: string;
  /** As `PasswordHasher` made it. */
  readonly passwordHash: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
}

/** A repository of users. */
export type Users = Repository<User>;

/** A user (the tutorial's `models/user.py`). */
export class User extends Base {
  readonly updatedAt: number;
  /** As it was given; two users differ by more than case. */
  readonly email: string;
  readonly passwordHash: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  #content: JsonContent | null = null;

  constructor(fields: UserFields) {
    super(fields);
    this.updatedAt = fields.updatedAt ?? this.createdAt;
    this.email = fields.email;
    this.passwordHash = fields.passwordHash;
    this.firstName = fields.firstName ?? null;
    this.lastName = fields.lastName ?? null;
  }

  /**
   * A copy with some fields changed.
   *
   * @param changes absent fields stay as they are
   */
  with(changes: Partial<Omit<UserFields, 'id' | 'createdAt'>>): User {
    return new User({
      id: this.id,
      createdAt: this.createdAt,
      updatedAt: this.updatedAt,
      email: this.email,
      passwordHash: this.passwordHash,
      firstName: this.firstName,
      lastName: this.lastName,
      ...changes,
    });
  }

  /**
   * Whether this is the user's password (the tutorial's `is_valid_password`).
   *
   * @returns false for anything but the password, a non-string among them
   * @throws {OverloadedError} too many passwords wait to be verified
   */
  async isValidPassword(password: unknown, passwords: PasswordHasher): Promise<boolean> {
    return typeof password === 'string' && passwords.verify(password, this.passwordHash);
  }

  /** First and last name, whichever there is, else the email (the tutorial's `display_name`). */
  displayName(): string {
    return [this.firstName, this.lastName].filter((name) => name !== null).join(' ') || this.email;
  }

  /** Every field that the API shows, in the order of the tutorial's transcripts. */
  override toJson(): { readonly [field: string]: string | null } {
    return {
      created_at: formatTime(this.createdAt),
      email: this.email,
      first_name: this.firstName,
      id: this.id,
      last_name: this.lastName,
      updated_at: formatTime(this.updatedAt),
    };
  }

  /** `toJson()` as the API sends it, made once: a user is shown far more often than changed. */
  get content(): JsonContent {
    return (this.#content ??= new JsonContent(this.toJson()));
  }
}

/** Longer than any email that can be one, in UTF-16 units. */
const MAX_FOLDED_LENGTH = 1_024;

/**
 * Emails count as equal without regard to case, however their accents are composed, and whether a sigma stands at the
 * end of a word or not: its capital is the same.
 *
 * @returns a text that is too long for an email as it is: to compose 60,000 accents takes a second, in which
 *   nobody else is answered
 */
export function foldEmail(email: string): string {
  if (email.length > MAX_FOLDED_LENGTH) return email;
  // Twice: of some letters the small one composes with its accent, the capital does not (\u1ff6).
  return email.normalize('NFC').toLowerCase().replaceAll('\u03c2', '\u03c3').normalize('NFC');
}

export const USERS: Schema<User> = {
  collection: 'users',
  unique: [{ field: 'email', valueOf: (user) => user.email, fold: foldEmail }],
  indexed: [],

  encode: (user) => ({
    id: user.id,
    created_at: encodeTime(user.createdAt),
    updated_at: encodeTime(user.updatedAt),
    email: user.email,
    password_hash: user.passwordHash,
    first_name: user.firstName,
    last_name: user.lastName,
  }),

  decode: (record) => {
    if (typeof record !== 'object' || record === null) return null;
    const { id, created_at, updated_at, email, password_hash, first_name, last_name }: UnknownUserRecord = record;
    const createdAt = decodeTime(created_at);
    const updatedAt = decodeTime(updated_at);
    if (typeof id !== 'string' || createdAt === null || updatedAt === null) return null;
    if (typeof email !== 'string' || typeof password_hash !== 'string') return null;
    if (!isNameOrNull(first_name) || !isNameOrNull(last_name)) return null;
    return new User({
      id,
      createdAt,
      updatedAt,
      email,
      passwordHash: password_hash,
      firstName: first_name,
      lastName: last_name,
    });
  },
};

interface UnknownUserRecord {
  readonly id?: unknown;
  readonly created_at?: unknown;
  readonly updated_at?: unknown;
  readonly email?: unknown;
  readonly password_hash?: unknown;
  readonly first_name?: unknown;
  readonly last_name?: unknown;
}

function isNameOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
