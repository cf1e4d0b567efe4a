/** How a password hash is written and read, and what may be asked of scrypt. The hashing is in `password.ts`. */

/** What one scrypt hash costs, in memory and in time: `scryptMemoryBytes`, `scryptWork`. */
export interface ScryptCost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** Of every scrypt hash. */
export const HASH_BYTES = 32;

// The costliest hash we make or verify: whoever tampers with the file must not ask for 64 GiB or an hour.
// OWASP's largest is it; five times the time of its smallest does too.
const MAX_MEMORY_BYTES = scryptMemoryBytes({ logN: 17, r: 8, p: 1 });
const MAX_WORK = 2 ** 22;

/**
 * What scrypt was given; the identifier of the PHC string.
 *
 * - `scrypt-hmac-sha256`: an HMAC of the NFC bytes, keyed by the salt. What new hashes are.
 * - `scrypt-sha256`: the tutorial's unsalted SHA-256 of the bytes as they came, wrapped at the import.
 * - `scrypt`: the NFC bytes themselves, as the first version of this server had it.
 */
export type ScryptKind = 'scrypt-hmac-sha256' | 'scrypt-sha256' | 'scrypt';

/** A stored hash, parsed: ours, or the tutorial's unsalted SHA-256 as it is. */
export type StoredHash =
  | { readonly kind: ScryptKind; readonly cost: ScryptCost; readonly salt: Buffer; readonly hash: Buffer }
  | { readonly kind: 'sha256'; readonly hash: Buffer };

/**
 * The stored form of a password hash of the tutorial: `$sha256$<64 hex digits>`.
 *
 * @param hex the unsalted SHA-256 of the tutorial's `_password`
 * @returns null where it is not 64 hex digits
 * Source: the tutorial, `User.password`.
 */
export function sha256Hash(hex: string): string | null {
  return /^[0-9a-f]{64}$/i.test(hex) ? `$sha256$${hex.toLowerCase()}` : null;
}

// "ln=" decimal ",r=" decimal ",p=" decimal: the PHC string format; decimals without leading zeros.
const SCRYPT_COST = /^ln=([1-9]\d?),r=([1-9]\d{0,3}),p=([1-9]\d{0,3})$/;
// 16 to 64 bytes of salt and 32 of hash, in Base64 (RFC 4648, section 4) without padding, as PHC has it.
const SALT = /^[A-Za-z0-9+/]{22,86}$/;
const HASH = /^[A-Za-z0-9+/]{43}$/;
// 64HEXDIG, in lower case: our own, see `sha256Hash`.
const HEX_HASH = /^[0-9a-f]{64}$/;

/** @returns null where the string is no hash of ours, or would cost more than may be asked. */
export function parsePasswordHash(stored: string): StoredHash | null {
  const [before, kind, ...parts] = stored.split('$', 6);
  if (before !== '') return null;
  if (kind === 'sha256') return parseSha256(parts);
  const isScrypt = kind === 'scrypt-hmac-sha256' || kind === 'scrypt-sha256' || kind === 'scrypt';
  return isScrypt ? parseScrypt(kind, parts) : null;
}

function parseSha256([hex = '', ...rest]: string[]): StoredHash | null {
  if (rest.length > 0 || !HEX_HASH.test(hex)) return null;
  return { kind: 'sha256', hash: Buffer.from(hex, 'hex') };
}

function parseScrypt(kind: ScryptKind, [named = '', salt = '', hash = '', ...rest]: string[]): StoredHash | null {
  const [, logN, r, p] = SCRYPT_COST.exec(named) ?? [];
  if (rest.length > 0 || !SALT.test(salt) || !HASH.test(hash)) return null;
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  if (!isBoundedCost(cost)) return null;
  return { kind, cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

/** @returns the PHC string `$<kind>$ln=…,r=…,p=…$<salt>$<hash>`. */
export function formatScryptHash(kind: ScryptKind, cost: ScryptCost, salt: Buffer, hash: Buffer): string {
  return `$${kind}$${formatCost(cost)}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** The cost as a PHC string has it: the same text for the same cost. */
export function formatCost({ logN, r, p }: ScryptCost): string {
  return `ln=${logN},r=${r},p=${p}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** Whether scrypt allows this cost, and this process grants it. Source: RFC 7914, section 2. */
export function isBoundedCost(cost: ScryptCost): boolean {
  const { logN, r, p } = cost;
  if (![logN, r, p].every((value) => Number.isInteger(value) && value >= 1)) return false;
  // N < 2^(128 × r / 8)
  return logN < 16 * r && scryptMemoryBytes(cost) <= MAX_MEMORY_BYTES && scryptWork(cost) <= MAX_WORK;
}

/**
 * What a hash holds while it is made: 32 MiB at today's cost. The `p` blocks count, too: with a small N and a large r
 * they are nearly all of it.
 *
 * Source: RFC 7914, sections 5 and 6; two blocks of work beside, as OpenSSL has it.
 */
export function scryptMemoryBytes({ logN, r, p }: ScryptCost): number {
  return 128 * r * (2 ** logN + p + 2);
}

/** The time of a hash, in a unit that is the same for all costs. */
export function scryptWork({ logN, r, p }: ScryptCost): number {
  return 2 ** logN * r * p;
}
