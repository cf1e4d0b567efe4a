import type { KnownNetwork } from '../security/known-networks.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { Repository } from '../storage/store.ts';
import { Base, formatTime } from './base.ts';
import type { BaseFields } from './base.ts';

/** The group whose members may do everything: the one that this server knows. */
export const ADMINS = 'admins';

/** The value under which `search({ administrator })` finds the administrators who can sign in. */
export const ACTIVE_ADMINISTRATOR = 'true';

/** What a link for one use is for. */
export type LinkKind = 'invitation' | 'reset';

/** A link for one use that was handed to a user. */
export interface UserLink {
  /** Digest of the token in the link. */
  readonly digest: string;
  readonly kind: LinkKind;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface UserFields extends BaseFields {
  readonly email: string;
  /** As `PasswordHasher` made it; null: the user was invited, and cannot sign in yet. */
  readonly passwordHash: string | null;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  /** Sorted, each once. */
  readonly groups?: readonly string[];
  /** From where the user has signed in of late. */
  readonly knownNetworks?: readonly KnownNetwork[];
  /** null: there is none. */
  readonly link?: UserLink | null;
}

/** A repository of users. */
export type Users = Repository<User>;

/** A user (the tutorial's `models/user.py`). */
export class User extends Base {
  readonly updatedAt: number;
  /** As it was given; two users differ by more than case. */
  readonly email: string;
  readonly passwordHash: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly groups: readonly string[];
  readonly knownNetworks: readonly KnownNetwork[];
  readonly link: UserLink | null;

  constructor(fields: UserFields) {
    super(fields);
    this.updatedAt = fields.updatedAt ?? this.createdAt;
    this.email = fields.email;
    this.passwordHash = fields.passwordHash;
    this.firstName = fields.firstName ?? null;
    this.lastName = fields.lastName ?? null;
    this.groups = fields.groups ?? NO_GROUPS;
    this.knownNetworks = fields.knownNetworks ?? NO_NETWORKS;
    this.link = fields.link ?? null;
  }

  /**
   * A copy with some fields changed.
   *
   * @param changes absent fields stay as they are
   */
  with(changes: Partial<Omit<UserFields, 'id' | 'createdAt'>>): User {
    return new User({ ...this, ...changes });
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
    return this.fullName() || this.email;
  }

  /** First and last name, whichever there is; empty where there is none. */
  fullName(): string {
    return [this.firstName, this.lastName].filter((name) => name !== null && name !== '').join(' ');
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
}

const NO_GROUPS: readonly string[] = [];
export const NO_NETWORKS: readonly KnownNetwork[] = [];

export function isAdministrator({ groups }: User): boolean {
  return groups.includes(ADMINS);
}

/** Whether the user is an administrator who can sign in: one who was invited and has no password yet cannot. */
export function isActiveAdministrator(user: User): boolean {
  return user.passwordHash !== null && isAdministrator(user);
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
