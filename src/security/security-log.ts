import { createHmac, randomBytes } from 'node:crypto';

/** How a user signs in: for a session, or with one Basic request. */
export type SignInMethod = 'session' | 'basic';

/** Why a sign-in failed. */
export type SignInFailure = 'unknown_email' | 'wrong_password' | 'throttled';

type Fields = { readonly [name: string]: string | null | undefined };

/**
 * What happened to accounts: one JSON object a line, in ASCII. Never a password, a session id or an email.
 *
 * Source: OWASP Logging Cheat Sheet; ASVS 5.0, 16.2 and 16.3.
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

  signInSucceeded(about: { address: string; userId: string; method: SignInMethod }): void {
    this.#log('sign_in_succeeded', { address: about.address, user_id: about.userId, method: about.method });
  }

  /**
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

  signedOut(about: { address: string; userId: string }): void {
    this.#log('signed_out', { address: about.address, user_id: about.userId });
  }

  /** @param about.by the id of the user who did it; null where nobody is authenticated (`AUTH_TYPE=none`) */
  userCreated(about: { address: string; userId: string; by: string | null }): void {
    this.#log('user_created', { address: about.address, user_id: about.userId, by: about.by });
  }

  /** @param about.by the id of the user who did it; null where nobody is authenticated (`AUTH_TYPE=none`) */
  userDeleted(about: { address: string; userId: string; by: string | null }): void {
    this.#log('user_deleted', { address: about.address, user_id: about.userId, by: about.by });
  }

  #log(event: string, fields: Fields): void {
    const entry = { time: new Date(this.#clock()).toISOString(), event, ...fields };
    this.#write(`${asciiJson(entry)}\n`);
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

/**
 * JSON in printable ASCII, the rest as \uXXXX: no newline forges a second entry, no escape sequence or change
 * of writing direction reaches the terminal of who reads it, and a lone surrogate stays a lone surrogate.
 */
function asciiJson(value: Fields): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
