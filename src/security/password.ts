import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { SharePath } from '../http/fair-share.ts';
import { OWN_SHARE } from './client-share.ts';
import { HashQueue } from './hash-queue.ts';
import { formatCost, formatScryptHash, isBoundedCost, parsePasswordHash } from './password-hash.ts';
import type { ScryptCost, StoredHash } from './password-hash.ts';
import { MAX_PASSWORD_BYTES, MAX_UNNORMALIZED_LENGTH } from './password-policy.ts';
import { ScryptThreads } from './scrypt-threads.ts';

export { sha256Hash } from './password-hash.ts';
export type { ScryptCost } from './password-hash.ts';

/** 32 MiB and, on a small server, a fifth of a second. Source: OWASP Password Storage Cheat Sheet, scrypt. */
export const OWASP_SCRYPT_COST: ScryptCost = { logN: 15, r: 8, p: 3 };

const SALT_BYTES = 16;

// 64 clients that sign in at once are all answered: the last after some 15 s where one hash is made at a time,
// within the half a minute that clients wait. A longer queue would be work for those who have given up.
const MAX_QUEUED = 64;

/** Every "no" does the work of each cost that is stored, so their number is bounded. */
const MAX_STORED_COSTS = 4;

const NO_SALT = Buffer.alloc(SALT_BYTES);

/** Hashes passwords and verifies them, a bounded number at a time, by turns between clients, off the main thread. */
export class PasswordHasher {
  readonly #cost: ScryptCost;
  readonly #queue: HashQueue;
  readonly #threads = new ScryptThreads();
  /** The costs that stored hashes were seen to have, by their text; today's first. */
  readonly #storedCosts: Map<string, ScryptCost>;

  /**
   * @param options.cost what a new hash costs
   * @param options.maxConcurrent hashes made at a time. Default: one core stays with the event loop
   * @param options.maxQueued hashes that may wait for their turn
   * @throws {RangeError} an option is out of range
   */
  constructor(options: { cost?: ScryptCost; maxConcurrent?: number; maxQueued?: number } = {}) {
    const { cost = OWASP_SCRYPT_COST, maxQueued = MAX_QUEUED } = options;
    const { maxConcurrent = Math.max(availableParallelism() - 1, 1) } = options;
    if (!isBoundedCost(cost)) throw new RangeError('cost: out of the bounds of scrypt, or of this process');
    this.#cost = cost;
    this.#queue = new HashQueue(maxConcurrent, maxQueued);
    this.#storedCosts = new Map([[formatCost(cost), cost]]);
  }

  /** Hashes that wait and that are being made. */
  get load(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#queue.waiting, running: this.#queue.running };
  }

  /**
   * Hashes a new password under a new salt.
   *
   * @param password one that `passwordProblem` has let through
   * @param client whose share of the hashes it takes
   * @returns a PHC string that names its cost: `$scrypt-hmac-sha256$ln=15,r=8,p=3$<salt>$<hash>`
   * @throws {TypeError} the password is not well-formed, holds NUL or is over 1,024 bytes: our own bug
   * @throws {OverloadedError} the queue is full
   * Source: RFC 7914; the PHC string format; NFC by NIST 800-63B-4, 3.1.1.2.
   */
  async hash(password: string, client: SharePath = OWN_SHARE): Promise<string> {
    const bytes = normalizedBytes(password);
    if (bytes === null) throw new TypeError(`password: not well-formed, with NUL, or over ${MAX_PASSWORD_BYTES} bytes`);
    return this.#queue.run(client, async () => {
      const salt = randomBytes(SALT_BYTES);
      const hash = await this.derive(keyedDigest(bytes, salt), salt, this.#cost);
      return formatScryptHash('scrypt-hmac-sha256', this.#cost, salt, hash);
    });
  }

  /**
   * Hashes a hash of the tutorial, so that the bare one need not be stored until its user signs in.
   *
   * @param hex the unsalted SHA-256 of a password, 64 hex digits
   * @returns a PHC string: `$scrypt-sha256$ln=15,r=8,p=3$<salt>$<hash>`
   * @throws {TypeError} it is no SHA-256 in hex: our own bug
   * @throws {OverloadedError} the queue is full
   */
  async wrapSha256(hex: string, client: SharePath = OWN_SHARE): Promise<string> {
    if (!/^[0-9a-f]{64}$/i.test(hex)) throw new TypeError('hex: no SHA-256');
    return this.#queue.run(client, async () => {
      const salt = randomBytes(SALT_BYTES);
      const hash = await this.derive(Buffer.from(hex, 'hex'), salt, this.#cost);
      return formatScryptHash('scrypt-sha256', this.#cost, salt, hash);
    });
  }

  /**
   * Whether a password is the one that was hashed.
   *
   * Every "no" does the same work, so that the time does not tell whether the user exists, or was imported, or has
   * an old hash: one hash of each cost that stored hashes have. That is one hash where all have today's. The same
   * sum would not do: with less memory the same number of steps takes less time.
   *
   * @param password as the client sent it
   * @param stored what `hash`, `wrapSha256` or `sha256Hash` returned; null for a user that does not exist
   * @param client whose share of the hashes it takes
   * @returns false also where either cannot be a password or a hash
   * @throws {OverloadedError} the queue is full, whoever the user
   */
  verify(password: string, stored: string | null, client: SharePath = OWN_SHARE): Promise<boolean> {
    return this.#queue.run(client, async () => {
      const bytes = normalizedBytes(password);
      const target = stored === null ? null : parsePasswordHash(stored);
      if (stored !== null) this.learnCost(stored);
      let costDone = '';
      if (bytes !== null && target !== null) {
        // In constant time: a comparison that stops at the first difference tells how much was right.
        if (timingSafeEqual(await this.#hashOf(password, bytes, target), target.hash)) return true;
        if (target.kind !== 'sha256') costDone = formatCost(target.cost);
      }
      for (const [name, cost] of this.#storedCosts) {
        if (name !== costDone) await this.derive(NO_SALT, NO_SALT, cost);
      }
      return false;
    });
  }

  /**
   * Tells of a hash that is stored, so that its cost is part of every "no" from the first one on. Where that is not
   * done, the first password tried against it tells.
   */
  learnCost(stored: string): void {
    const target = parsePasswordHash(stored);
    if (target === null || target.kind === 'sha256' || this.#storedCosts.size >= MAX_STORED_COSTS) return;
    this.#storedCosts.set(formatCost(target.cost), target.cost);
  }

  /** @returns whether a stored hash is of another kind or cost than a new one: replace it once it was verified. */
  needsRehash(stored: string): boolean {
    const target = parsePasswordHash(stored);
    return target?.kind !== 'scrypt-hmac-sha256' || formatCost(target.cost) !== formatCost(this.#cost);
  }

  /** One scrypt, off the main thread; apart, so that a test can count what is spent. */
  protected derive(input: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    return this.#threads.derive(input, salt, cost);
  }

  async #hashOf(password: string, bytes: Buffer, target: StoredHash): Promise<Buffer> {
    if (target.kind === 'sha256') return sha256(password);
    const { kind, salt, cost } = target;
    if (kind === 'scrypt') return this.derive(bytes, salt, cost);
    return this.derive(kind === 'scrypt-sha256' ? sha256(password) : keyedDigest(bytes, salt), salt, cost);
  }
}

/**
 * What scrypt gets: as long for every password. scrypt begins with an HMAC keyed by its input, which pads a short key
 * with zeros, so that `pw` and `pw` with a NUL would be one, and hashes one over 64 bytes, so that a password and
 * its SHA-256 would. Keyed by the salt that stands beside the hash: a record can be verified by itself.
 *
 * Source: RFC 2104 section 2; RFC 7914 section 6.
 */
function keyedDigest(bytes: Buffer, salt: Buffer): Buffer {
  return createHmac('sha256', salt).update(bytes).digest();
}

/** Of the bytes as they came: the tutorial knows no NFC. */
function sha256(password: string): Buffer {
  return createHash('sha256').update(password).digest();
}

/**
 * NFC, so that the same text typed on another keyboard is the same password; null where it cannot be one. None holds
 * NUL: old hashes take it for padding.
 */
function normalizedBytes(password: string): Buffer | null {
  if (password.length > MAX_UNNORMALIZED_LENGTH || !password.isWellFormed() || password.includes('\0')) return null;
  const bytes = Buffer.from(password.normalize('NFC'));
  return bytes.length <= MAX_PASSWORD_BYTES ? bytes : null;
}
