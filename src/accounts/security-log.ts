import { createHmac, randomBytes } from 'node:crypto';
import { printable } from '../http/printable.ts';

/** How a user signs in: for a session, or with one Basic request. */
export type SignInMethod = 'session' | 'basic';

/** Why a sign-in failed. */
export type SignInFailure = 'unknown_email' | 'wrong_password' | 'throttled';

type Fields = { readonly [name: string]: string | null | undefined };

/**
 * What happened to accounts: one JSON object a line, in ASCII. Never a password, a session id or an email.
 *
 * Source: OWASP Logging Cheat Sheet; ASVS 5.0, 16.2, 16.3 and 16.4.1.
 */
export class SecurityLog {
  readonly #write: (line: string) => void;
  readonly #clock: () => number;
  readonly #tagKey = randomBytes(32);

  /**
   * @param write takes one line, with its newline
   * @param clock milliseconds since the epoch
   */
  constructor(write: (line: string) => void, clock: () => number = Date.now) {
    this.#write = write;
    this.#clock = clock;
  }

  /** A password was right: a session was made, or a Basic request answered after a new verification. */
  signInSucceeded(about: { address: string; userId: string; method: SignInMethod }): void {
    this.#log('sign_in_succeeded', { address: about.address, user_id: about.userId, method: about.method });
  }

  /**
   * A password was wrong, or not looked at.
   *
   * @param about.userId where the email is a user's
   * @param about.email what was given for one; only its tag is printed
   */
  signInFailed(about: {
    address: string;
    reason: SignInFailure;
    method: SignInMethod;
    userId?: string | undefined;
    email?: string | undefined;
  }): void {
    this.#log('sign_in_failed', {
      address: about.address,
      reason: about.reason,
      user_id: about.userId,
      email_tag: about.email === undefined ? undefined : this.#tag(about.email),
      method: about.method,
    });
  }

  /** A session was ended by its user. */
  signedOut(about: { address: string; userId: string }): void {
    this.#log('signed_out', { address: about.address, user_id: about.userId });
  }

  /**
   * A user was made.
   *
   * @param about.by the id of the user who did it; null where nobody is authenticated (`AUTH_TYPE=none`)
   */
  userCreated(about: { address: string; userId: string; by: string | null }): void {
    this.#log('user_created', { address: about.address, user_id: about.userId, by: about.by });
  }

  /**
   * A user was removed, and with it every session.
   *
   * @param about.by the id of the user who did it; null where nobody is authenticated (`AUTH_TYPE=none`)
   */
  userDeleted(about: { address: string; userId: string; by: string | null }): void {
    this.#log('user_deleted', { address: about.address, user_id: about.userId, by: about.by });
  }

  #log(event: string, fields: Fields): void {
    const entry = { time: new Date(this.#clock()).toISOString(), event, ...fields };
    this.#write(`${printable(JSON.stringify(entry))}\n`);
  }

  /**
   * Eight hex digits that are the same for the same text until the next start: repeats can be told, and no more.
   *
   * People type their password into the field for the email. A mask (`p@ss…`, `p***@w0rd`) prints most of a
   * password that holds an `@`. A plain hash can be tried against a list of passwords by whoever reads the log;
   * under a random key that never leaves this process it cannot.
   */
  #tag(text: string): string {
    return createHmac('sha256', this.#tagKey).update(text).digest('hex').slice(0, 8);
  }
}
