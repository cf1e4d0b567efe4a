import { createHmac, randomBytes } from 'node:crypto';
import { networkOf } from '../http/client-network.ts';
import { printable } from '../http/printable.ts';
import type { Caller } from './caller.ts';
import { RepeatedLines } from './repeated-lines.ts';
import type { Schedule } from './repeated-lines.ts';

/** How a user proves who it is: for a session, with one Basic request, or again before a grave step. */
export type SignInMethod = 'session' | 'basic' | 'password_change';

/** Why a sign-in failed. */
export type SignInFailure = 'unknown_email' | 'wrong_password' | 'throttled';

/** A sign-in that failed. */
export interface FailedSignIn {
  readonly reason: SignInFailure;
  readonly method: SignInMethod;
  /** Where the email is a user's. */
  readonly userId?: string | undefined;
  /** What was given for an email; only its tag is written. */
  readonly email?: string | undefined;
}

/** From where a request came. */
type Origin = Pick<Caller, 'address' | 'requestId'>;

/** Is told of every event, those of which no line is written among them. Must not throw. */
export type OnSecurityEvent = (event: string, fields: Fields) => void;

type Fields = { readonly [name: string]: string | number | readonly string[] | null | undefined };

/**
 * What happened to accounts and sessions, each with who did it. The fields of every event are in
 * `src/accounts/README.md`.
 */
export interface SecurityEvents {
  /** A password was right: for a session, for a request by Basic, or for a change of the password. */
  readonly sign_in_succeeded: { readonly user_id: string; readonly method: SignInMethod };
  /** A session was ended by its user, or by a sign-in in its place. */
  readonly signed_out: { readonly user_id: string };
  readonly user_created: { readonly user_id: string; readonly email: string; readonly groups: readonly string[] };
  readonly user_invited: { readonly user_id: string; readonly email: string; readonly groups: readonly string[] };
  /** A user was removed, and with it every session. */
  readonly user_deleted: { readonly user_id: string; readonly email: string };
  readonly email_changed: { readonly user_id: string; readonly email: string; readonly former_email: string };
  readonly groups_changed: {
    readonly user_id: string;
    readonly groups: readonly string[];
    readonly former_groups: readonly string[];
  };
  /** A password was changed by its owner or by the operator; `ended`: how many sessions that has ended. */
  readonly password_changed: { readonly user_id: string; readonly ended: number };
  readonly link_made: { readonly user_id: string; readonly kind: 'invitation' | 'reset' };
  readonly link_used: { readonly user_id: string; readonly kind: 'invitation' | 'reset'; readonly ended: number };
  readonly link_refused: object;
  /** Sessions were ended from a list of them, not by signing out. */
  readonly sessions_ended: { readonly user_id: string; readonly ended: number };
  /** The throttle lets everybody try this account again. */
  readonly user_unlocked: { readonly user_id: string };
  /** A page of another site asked for this. */
  readonly cross_site_refused: { readonly reason: string; readonly origin: string | undefined };
}

/**
 * What happened to accounts: one JSON object a line, in ASCII. Never a password, a session id or a token, and of an
 * email that is nobody's only a tag.
 *
 * Source: OWASP Logging Cheat Sheet; ASVS 5.0, 16.2, 16.3 and 16.4.1.
 */
export class SecurityLog {
  readonly #write: (line: string) => void;
  readonly #clock: () => number;
  readonly #onEvent: OnSecurityEvent | null;
  readonly #tagKey = randomBytes(32);
  readonly #throttled: RepeatedLines;
  readonly #overloaded: RepeatedLines;

  /**
   * @param write takes one line, with its newline
   * @param clock milliseconds since the epoch
   * @param options.schedule calls back once, some milliseconds later
   * @param options.onEvent see `OnSecurityEvent`
   */
  constructor(
    write: (line: string) => void,
    clock: () => number,
    { schedule, onEvent = null }: { schedule?: Schedule; onEvent?: OnSecurityEvent | null } = {},
  ) {
    this.#write = write;
    this.#clock = clock;
    this.#onEvent = onEvent;
    // A refusal costs its client nothing: the first of each is written, then a line a second that counts the others.
    const repeated = (event: string): RepeatedLines => {
      const onLeftOut = (count: number): void => this.#line('lines_left_out', { of: event, count });
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

  /**
   * Writes one event.
   *
   * @param caller who did it: its address, the request's id, and as `by` its user id, `operator` for the command line
   * or null for nobody
   */
  log<E extends keyof SecurityEvents>(event: E, caller: Caller, fields: SecurityEvents[E]): void {
    this.#onEvent?.(event, { ...fields });
    this.#line(event, { ...originOf(caller), ...fields, by: caller.isOperator ? 'operator' : caller.userId });
  }

  /**
   * A password was wrong, or not looked at. Of those not looked at the first for each network and account is written,
   * then a line a second that says how many were left out.
   */
  signInFailed(caller: Origin, about: FailedSignIn): void {
    const { reason, userId, method } = about;
    this.#onEvent?.('sign_in_failed', { reason, method });
    const tag = about.email === undefined ? undefined : this.#tag(about.email);
    if (reason === 'throttled' && !this.#throttled.isFirst(`${networkOf(caller.address)} ${userId ?? tag}`)) return;
    this.#line('sign_in_failed', { ...originOf(caller), reason, user_id: userId, email_tag: tag, method });
  }

  /** A request was refused since more hashes wait than may: written as often as what is throttled. */
  overloaded(caller: Origin & Pick<Caller, 'userId'>): void {
    const { address, userId } = caller;
    this.#onEvent?.('overloaded', {});
    if (!this.#overloaded.isFirst(`${networkOf(address)} ${userId}`)) return;
    this.#line('overloaded', { ...originOf(caller), by: userId });
  }

  #line(event: string, fields: Fields): void {
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

function originOf({ address, requestId }: Origin): Fields {
  return { address, request_id: requestId };
}
