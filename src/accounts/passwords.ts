import { NoPublicUrlError, UnusableLinkError, WrongPasswordError } from '../errors.ts';
import type { Database, Models } from '../models/repositories.ts';
import type { User } from '../models/user.ts';
import { networkOf } from '../http/client-network.ts';
import { shareOf } from '../security/client-share.ts';
import { withNetwork } from '../security/known-networks.ts';
import type { LoginThrottle } from '../security/login-throttle.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { Accounts } from './accounts.ts';
import type { Caller } from './caller.ts';
import { digestToken, newToken, withLink } from './link.ts';
import type { Link } from './link.ts';
import type { NewUser } from './new-user.ts';
import type { SecurityLog } from './security-log.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';

export interface PasswordsOptions {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly signIn: SignIn;
  /** null: this server has no sessions. */
  readonly sessions: Sessions | null;
  readonly passwords: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly log: SecurityLog;
  /** Where browsers reach this server, without a slash at its end; null: not known. */
  readonly publicUrl: () => string | null;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** How passwords change: by their owners, by links for one use, and by the operator. */
export class Passwords {
  readonly #options: PasswordsOptions;

  constructor(options: PasswordsOptions) {
    this.#options = options;
  }

  /**
   * Changes the password of the user who asks. Every other session of the user ends, and the one that asks goes on
   * under a new id (OWASP ASVS 5.0, 6.2.2, 6.2.3, 7.2.4 and 7.4.3).
   *
   * @param isInSession whether a session asks, or a request by Basic
   * @returns the new session id; null for Basic
   * @throws {InvalidValueError} the new password will not do
   * @throws {WrongPasswordError} the current one is wrong
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   */
  async change(
    user: User,
    currentPassword: string,
    newPassword: unknown,
    caller: Caller,
    isInSession: boolean,
  ): Promise<string | null> {
    const checked = this.#options.accounts.checkedPassword(newPassword);
    const verified = await this.#options.signIn.verify(user.email, currentPassword, caller, 'password_change');
    if (verified.user === null || verified.user.id !== user.id) throw new WrongPasswordError();
    const verifiedHash = verified.user.passwordHash;
    const passwordHash = await this.#options.passwords.hash(checked, shareOf(caller));
    await caller.assertStillAllowed?.();
    const changed = await this.#options.database.transaction(async (models) => {
      const current = await models.users.get(user.id);
      // Changed by somebody else while this one was hashed.
      if (current === null || current.passwordHash !== verifiedHash) throw new WrongPasswordError();
      const ended = await this.#replacePassword(current, passwordHash, models);
      const goesOn = this.#options.sessions !== null && isInSession;
      return { ended, sessionId: goesOn ? await this.#options.sessions.create(user.id, caller, models) : null };
    });
    this.#options.log.log('password_changed', caller, { user_id: user.id, ended: changed.ended });
    return changed.sessionId;
  }

  /**
   * Sets the password of a user, for the operator. Every session of the user ends.
   *
   * @returns null where there is no such user
   * @throws {InvalidValueError} the password will not do
   */
  async set(id: string, password: unknown, caller: Caller): Promise<User | null> {
    const passwordHash = await this.#hashOf(password, caller);
    const ended = await this.#options.database.transaction(async (models) => {
      const current = await models.users.get(id);
      return current === null ? null : this.#replacePassword(current, passwordHash, models);
    });
    if (ended === null) return null;
    this.#options.log.log('password_changed', caller, { user_id: id, ended });
    return this.#options.database.users.get(id);
  }

  /**
   * Makes a user, and the link with which the person chooses a password.
   *
   * @returns null where somebody removed the user at once
   * @throws {NoPublicUrlError} no address for the link is known, and nobody was made
   * @throws what `Accounts.invite` throws
   */
  async invite(input: NewUser, caller: Caller): Promise<{ readonly user: User; readonly link: Link } | null> {
    this.#linksBegin();
    const user = await this.#options.accounts.invite(input, caller);
    const link = await this.makeLink(user.id, caller);
    return link === null ? null : { user, link };
  }

  /**
   * Makes a link for one use: an invitation for a user without a password, else a reset. It replaces an earlier one.
   *
   * @returns null where there is no such user
   * @throws {NoPublicUrlError} no address for it is known
   */
  async makeLink(id: string, caller: Caller): Promise<Link | null> {
    const base = this.#linksBegin();
    const token = newToken();
    const user = await this.#options.database.users.update(id, (current) => withLink(current, token, this.#options.clock()));
    if (user === null || user.link === null) return null;
    this.#options.log.log('link_made', caller, { user_id: user.id, kind: user.link.kind });
    return { url: `${base}${token}`, expiresAt: user.link.expiresAt };
  }

  /**
   * The user whose link has this token; to look does not use it up.
   *
   * @throws {UnusableLinkError} it is unknown, used or too old
   * @throws {TooManyAttemptsError} too many that were unusable came from this network
   */
  async userOfLink(token: string, caller: Caller): Promise<User> {
    // Under an account of its own for each token: guesses count against networks, and nobody can shut others out.
    const attempt = await this.#options.throttle.begin(`link ${digestToken(token)}`, caller.address, []);
    const user = await this.#userOf(token, this.#options.database);
    if (user !== null) {
      await attempt.abandoned();
      return user;
    }
    await attempt.failed();
    this.#options.log.log('link_refused', caller, {});
    throw new UnusableLinkError();
  }

  /**
   * Uses a link: sets the password, and ends every session of the user. An invitation signs in, and the sessions that
   * the client came with end, as with every sign-in.
   *
   * @param formerKeys of the sessions in the request's cookies
   * @returns the user, and for an invitation the session id
   * @throws {InvalidValueError} the password will not do; the link can still be used
   * @throws {UnusableLinkError} the link is unknown, used or too old
   * @throws {TooManyAttemptsError} too many that were unusable came from this network
   * @throws {OverloadedError} too many wait
   */
  async useLink(
    token: string,
    newPassword: unknown,
    caller: Caller,
    formerKeys: readonly string[],
  ): Promise<{ readonly user: User; readonly sessionId: string | null }> {
    await this.userOfLink(token, caller);
    const passwordHash = await this.#hashOf(newPassword, caller);
    const used = await this.#options.database.transaction(async (models) => {
      const user = await this.#userOf(token, models);
      if (user === null || user.link === null) return null;
      const { kind } = user.link;
      const knownNetworks = withNetwork(user.knownNetworks, networkOf(caller.address), this.#options.clock());
      const ended = await this.#replacePassword(user.with({ knownNetworks }), passwordHash, models);
      const signsIn = kind === 'invitation' && this.#options.sessions !== null;
      const made = signsIn ? await this.#options.sessions.replace(formerKeys, user.id, caller, models) : null;
      return { user, kind, ended, made };
    });
    // Used by somebody else while the password was hashed.
    if (used === null) throw new UnusableLinkError();
    this.#options.log.log('link_used', caller, { user_id: used.user.id, kind: used.kind, ended: used.ended });
    if (used.made !== null) this.#options.sessions?.logSignedOut(used.made.ended, caller);
    return { user: used.user, sessionId: used.made?.sessionId ?? null };
  }

  #hashOf(password: unknown, caller: Caller): Promise<string> {
    return this.#options.passwords.hash(this.#options.accounts.checkedPassword(password), shareOf(caller));
  }

  #linksBegin(): string {
    const publicUrl = this.#options.publicUrl();
    if (publicUrl === null) throw new NoPublicUrlError();
    return `${publicUrl}/password-reset/`;
  }

  async #userOf(token: string, models: Models): Promise<User | null> {
    const [user] = await models.users.search({ linkDigest: digestToken(token) });
    return user !== undefined && user.link !== null && this.#options.clock() <= user.link.expiresAt ? user : null;
  }

  /** Whoever knew the old password may hold a session or a link. @returns how many sessions were ended */
  async #replacePassword(user: User, passwordHash: string, models: Models): Promise<number> {
    await models.users.save(user.with({ passwordHash, link: null, updatedAt: this.#options.clock() }));
    return models.userSessions.removeOwned(user.id, null);
  }
}
