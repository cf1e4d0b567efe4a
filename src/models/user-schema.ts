import type { KnownNetwork } from '../security/known-networks.ts';
import type { Schema } from '../storage/store.ts';
import { decodeTime, encodeTime, hasOnly } from './base.ts';
import { ACTIVE_ADMINISTRATOR, foldEmail, isActiveAdministrator, NO_NETWORKS, User } from './user.ts';
import type { UserLink } from './user.ts';

/** The members of a record of version 2. */
const MEMBERS = [
  ...['id', 'created_at', 'updated_at', 'email', 'password_hash', 'first_name', 'last_name'],
  ...['groups', 'known_networks', 'link'],
];

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
      ...(user.knownNetworks.length > 0 && {
        known_networks: user.knownNetworks.map(({ network, lastSignInAt }) => ({
          network,
          last_sign_in_at: encodeTime(lastSignInAt),
        })),
      }),
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
