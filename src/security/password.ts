import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { OverloadedError } from '../errors.ts';
import {
  formatScryptHash,
  HASH_BYTES,
  isBoundedCost,
  parsePasswordHash,
  scryptMemoryBytes,
  scryptWork,
} from './password-hash.ts';
import type { ScryptCost } from './password-hash.ts';
import { MAX_PASSWORD_BYTES, MAX_UNNORMALIZED_LENGTH } from './password-policy.ts';

export { sha256Hash } from './password-hash.ts';
export type { ScryptCost } from './password-hash.ts';

/** 32 MiB and, on a small server, a fifth of a second. Source: OWASP Password Storage Cheat Sheet, scrypt. */
export const OWASP_SCRYPT_COST: ScryptCost = { logN: 15, r: 8, p: 3 };

const SALT_BYTES = 16;

// 64 clients that sign in at once are all answered: the last after some 15 s where one hash is made at a time,
// within the half a minute that clients wait. A longer queue would be work for those who have given up. By the
// time told to the others a quarter of it is free again.
const MAX_QUEUED = 64;
const RETRY_AFTER_SECONDS = 5;

/** Hashes passwords and verifies them, a bounded number at a time, off the main thread. */
export class PasswordHasher {
  readonly #cost: ScryptCost;
  readonly #maxConcurrent: number;
  readonly #maxQueued: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * @param options.cost what a new hash costs
   * @param options.maxConcurrent hashes made at a time. Default: one core stays with the event loop, and one of
   *   the four threads of libuv's pool with the journal, whose fdatasync would otherwise wait behind hashes
   * @param options.maxQueued hashes that may wait for their turn
   * @throws {RangeError} an option is out of range
   */
  constructor(options: { cost?: ScryptCost; maxConcurrent?: number; maxQueued?: number } = {}) {
    const { cost = OWASP_SCRYPT_COST, maxQueued = MAX_QUEUED } = options;
    const { maxConcurrent = Math.min(Math.max(availableParallelism() - 1, 1), 3) } = options;
    if (!isBoundedCost(cost)) throw new RangeError('cost: out of the bounds of scrypt, or of this process');
    if (!Number.isInteger(maxConcurrent) || maxConcurrent < 1) throw new RangeError('maxConcurrent: at least 1');
    if (!Number.isInteger(maxQueued) || maxQueued < 0) throw new RangeError('maxQueued: at least 0');
    this.#cost = cost;
    this.#maxConcurrent = maxConcurrent;
    this.#maxQueued = maxQueued;
  }

  /**
   * Hashes a new password under a new salt.
   *
   * @param password one that `passwordProblem` has let through
   * @returns a PHC string that names its cost: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`
   * @throws {TypeError} the password is not well-formed or over 1,024 bytes: our own bug
   * @throws {OverloadedError} the queue is full
   * Source: RFC 7914; the PHC string format; NFC by NIST 800-63B-4, 3.1.1.2.
   */
  async hash(password: string): Promise<string> {
    const bytes = normalizedBytes(password);
    if (bytes === null) throw new TypeError(`password: not well-formed, or over ${MAX_PASSWORD_BYTES} bytes`);
    return this.#inTurn(async () => {
      const salt = randomBytes(SALT_BYTES);
      return formatScryptHash(this.#cost, salt, await this.derive(bytes, salt, this.#cost));
    });
  }

  /**
   * Whether a password is the one that was hashed. Every "no" costs what one hash of today's cost does, so
   * that the time does not tell whether the user exists, or was imported, or has an old hash. Only a hash
   * that costs more than today's takes longer.
   *
   * @param password as the client sent it
   * @param stored what `hash` or `sha256Hash` returned; null for a user that does not exist
   * @returns false also where either cannot be a password or a hash
   * @throws {OverloadedError} the queue is full, whoever the user
   */
  verify(password: string, stored: string | null): Promise<boolean> {
    return this.#inTurn(async () => {
      const bytes = normalizedBytes(password);
      const target = stored === null ? null : parsePasswordHash(stored);
      let workDone = 0;
      if (bytes !== null && target?.kind === 'scrypt') {
        // In constant time: a comparison that stops at the first difference tells how much was right.
        if (timingSafeEqual(await this.derive(bytes, target.salt, target.cost), target.hash)) return true;
        workDone = scryptWork(target.cost);
      } else if (bytes !== null && target?.kind === 'sha256') {
        // The tutorial hashed the bytes as they came, so no NFC here.
        if (timingSafeEqual(createHash('sha256').update(password).digest(), target.hash)) return true;
      }
      await this.#doRest(workDone);
      return false;
    });
  }

  /** @returns whether a stored hash is of another kind or cost than a new one: replace it once it was verified. */
  needsRehash(stored: string): boolean {
    const target = parsePasswordHash(stored);
    if (target?.kind !== 'scrypt') return true;
    const { logN, r, p } = target.cost;
    return logN !== this.#cost.logN || r !== this.#cost.r || p !== this.#cost.p;
  }

  /** One scrypt, in libuv's thread pool; apart, so that a test can count what is spent. */
  protected derive(password: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    const { logN, r, p } = cost;
    // OpenSSL's own sum, and the default bound of 32 MiB is just short of it.
    const maxmem = scryptMemoryBytes(cost) + 128 * r * (p + 2);
    return new Promise((resolve, reject) => {
      scrypt(password, salt, HASH_BYTES, { N: 2 ** logN, r, p, maxmem }, (error, hash) => {
        if (error === null) resolve(hash);
        else reject(error);
      });
    });
  }

  /** Spends what is missing to the work of one hash of today's cost, to the nearest p. */
  async #doRest(workDone: number): Promise<void> {
    const { logN, r } = this.#cost;
    const p = Math.round((scryptWork(this.#cost) - workDone) / scryptWork({ logN, r, p: 1 }));
    if (p > 0) await this.derive(Buffer.from('no password'), Buffer.alloc(SALT_BYTES), { logN, r, p });
  }

  /** Runs at once where a place is free, else when one is handed over, first come first served. */
  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running < this.#maxConcurrent) {
      this.#running += 1;
    } else {
      if (this.#waiting.length >= this.#maxQueued) throw new OverloadedError('password hashing', RETRY_AFTER_SECONDS);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

/** NFC, so that the same text typed on another keyboard is the same password; null where it cannot be one. */
function normalizedBytes(password: string): Buffer | null {
  if (password.length > MAX_UNNORMALIZED_LENGTH || !password.isWellFormed()) return null;
  const bytes = Buffer.from(password.normalize('NFC'));
  return bytes.length <= MAX_PASSWORD_BYTES ? bytes : null;
}
