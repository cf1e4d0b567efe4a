import { createHmac, randomBytes } from 'node:crypto';
import { networkOf } from '../http/client-network.ts';
import { printable } from '../http/printable.ts';
import { RepeatedLines } from './repeated-lines.ts';
import type { Schedule } from './repeated-lines.ts';

/** How a user signs in: for a session, or with one Basic request. */
export type SignInMethod = 'session' | 'basic';

/** Why a sign-in failed. */
export type SignInFailure = 'unknown_email' | 'wrong_password' | 'throttled';

type Fields = { readonly [name: string]: string | number | null | undefined };

/**
 * What happened to accounts: one JSON object a line, in ASCII. Never a password, a session id or an email.
 *
 * Source: OWASP Logging Cheat Sheet; ASVS 5.0, 16.2, 16.3 and 16.4.1.
 */
export class SecurityLog {
  readonly #write: (line: string) => void;
  readonly #clock: () => number;
  readonly #tagKey = randomBytes(32);
  readonly #throttled: RepeatedLines;
  readonly #overloaded: RepeatedLines;

  /**
   * @param write takes one line, with its newline
   * @param clock milliseconds since the epoch
   * @param schedule calls back once, some milliseconds later
   */
  constructor(write: (line: string) => void, clock: () => number = Date.now, schedule?: Schedule) {
    this.#write = write;
    this.#clock = clock;
    // What is refused costs its client nothing: each of these is a line a second at most, beside the first of each.
    const repeated = (event: string): RepeatedLines => {
      const onLeftOut = (count: number) => this.#log('lines_left_out', { of: event, count });
      return new RepeatedLines({ onLeftOut, clock, ...(schedule !== undefined && { schedule }) });
    };
    this.#throttled = repeated('sign_in_throttled');
    this.#overloaded = repeated('overloaded');
  }

  /** Writes what is left out and not yet told; for the end of the process. */
  flush(): void {
    this.#throttled.flush();
    this.#overloaded.flush();
  }

  /** A password was right: a session was made, or a Basic request answered after a new verification. */
  signInSucceeded(about: { address: string; userId: string; method: SignInMethod }): void {
    this.#log('sign_in_succeeded', { address: about.address, user_id: about.userId, method: about.method });
  }

  /**
   * A password was wrong, or not looked at. Of those not looked at the first for each network and account is written,
   * then a line a second that says how many were left out.
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
    const { address, reason, userId, method } = about;
    const tag = about.email === undefined ? undefined : this.#tag(about.email);
    const isThrottled = reason === 'throttled';
    if (isThrottled && !this.#throttled.isFirst(`${networkOf(address)} ${userId ?? tag}`)) return;
    this.#log('sign_in_failed', { address, reason, user_id: userId, email_tag: tag, method });
  }

  /**
   * A request was refused since more hashes wait than may. Written as those that are throttled: once for each network
   * and user.
   *
   * @param about.by the id of the user who asked; null where nobody is signed in
   */
  overloaded(about: { address: string; by: string | null }): void {
    const { address, by } = about;
    if (this.#overloaded.isFirst(`${networkOf(address)} ${by}`)) this.#log('overloaded', { address, by });
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
