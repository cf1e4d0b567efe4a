import type { KnownNetwork } from '../security/known-networks.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { Repository, Schema } from '../storage/store.ts';
import { Base, decodeTime, encodeTime, formatTime, hasOnly } from './base.ts';
import type { BaseFields } from './base.ts';

/** The group whose members may do everything: the one that this server knows. */
export const ADMINS = 'admins';

/** For what a link for one use is. */
export type LinkKind = 'invitation' | 'reset';

/** A link for one use that was handed to a user. */
export interface UserLink {
  /** Of the token in it. */
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
  /** null: none is good. */
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
    return [this.firstName, this.lastName].filter((name) => name !== null && name !== '').join(' ') || this.email;
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
const NO_NETWORKS: readonly KnownNetwork[] = [];

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

/** The members of a record of version 2. */
const MEMBERS = [
  ...['id', 'created_at', 'updated_at', 'email', 'password_hash', 'first_name', 'last_name'],
  ...['groups', 'known_networks', 'link'],
];

/** The value under which `search({ administrator })` finds the administrators who can sign in. */
export const ACTIVE_ADMINISTRATOR = 'true';

/**
 * The users' schema.
 *
 * @param defaultGroups of users that were stored before there were groups
 */
export function userSchema(defaultGroups: readonly string[]): Schema<User> {
  return {
    collection: 'users',
    unique: [
      { field: 'email', valueOf: (user) => user.email, fold: foldEmail },
      { field: 'linkDigest', valueOf: (user) => user.link?.digest ?? null },
    ],
    secretsOf: (user) => [user.email, user.passwordHash, user.link?.digest ?? null],
    indexed: [{ field: 'administrator', valueOf: (user) => (isActiveAdministrator(user) ? ACTIVE_ADMINISTRATOR : null) }],

    encode: (user) => ({
      id: user.id,
      created_at: encodeTime(user.createdAt),
      updated_at: encodeTime(user.updatedAt),
      email: user.email,
      password_hash: user.passwordHash,
      first_name: user.firstName,
      last_name: user.lastName,
      groups: user.groups,
      known_networks: user.knownNetworks.map(({ network, lastSignInAt }) => ({
        network,
        last_sign_in_at: encodeTime(lastSignInAt),
      })),
      link:
        user.link === null
          ? null
          : { digest: user.link.digest, kind: user.link.kind, expires_at: encodeTime(user.link.expiresAt) },
    }),

    decode: (record) => {
      if (typeof record !== 'object' || record === null || !hasOnly(record, MEMBERS)) return null;
      const { id, created_at, updated_at, email, password_hash, first_name, last_name, ...rest }: UnknownUser = record;
      const createdAt = decodeTime(created_at);
      const updatedAt = decodeTime(updated_at);
      if (typeof id !== 'string' || createdAt === null || updatedAt === null) return null;
      if (typeof email !== 'string' || !isTextOrNull(password_hash)) return null;
      if (!isTextOrNull(first_name) || !isTextOrNull(last_name)) return null;
      // Version 1 had no groups, no networks and no links.
      const groups = rest.groups === undefined ? defaultGroups : decodeGroups(rest.groups);
      const knownNetworks = rest.known_networks === undefined ? NO_NETWORKS : decodeNetworks(rest.known_networks);
      const link = decodeLink(rest.link ?? null);
      if (groups === null || knownNetworks === null || link === undefined) return null;
      return new User({
        id,
        createdAt,
        updatedAt,
        email,
        passwordHash: password_hash,
        firstName: first_name,
        lastName: last_name,
        groups,
        knownNetworks,
        link,
      });
    },
  };
}

interface UnknownUser {
  readonly id?: unknown;
  readonly created_at?: unknown;
  readonly updated_at?: unknown;
  readonly email?: unknown;
  readonly password_hash?: unknown;
  readonly first_name?: unknown;
  readonly last_name?: unknown;
  readonly groups?: unknown;
  readonly known_networks?: unknown;
  readonly link?: unknown;
}

function decodeGroups(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) return null;
  return value;
}

function decodeNetworks(value: unknown): readonly KnownNetwork[] | null {
  if (!Array.isArray(value)) return null;
  const networks: KnownNetwork[] = [];
  for (const item of value) {
    if (typeof item !== 'object' || item === null || !hasOnly(item, ['network', 'last_sign_in_at'])) return null;
    const { network, last_sign_in_at }: { readonly network?: unknown; readonly last_sign_in_at?: unknown } = item;
    const lastSignInAt = decodeTime(last_sign_in_at);
    if (typeof network !== 'string' || lastSignInAt === null) return null;
    networks.push({ network, lastSignInAt });
  }
  return networks;
}

/** @returns undefined for what is no link */
function decodeLink(value: unknown): UserLink | null | undefined {
  if (value === null) return null;
  if (typeof value !== 'object' || value === undefined || !hasOnly(value, ['digest', 'kind', 'expires_at'])) return undefined;
  const { digest, kind, expires_at }: { readonly digest?: unknown; readonly kind?: unknown; readonly expires_at?: unknown } =
    value;
  const expiresAt = decodeTime(expires_at);
  if (typeof digest !== 'string' || (kind !== 'invitation' && kind !== 'reset') || expiresAt === null) return undefined;
  return { digest, kind, expiresAt };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
