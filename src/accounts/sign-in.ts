import { OverloadedError, StoreUnavailableError, TooManyAttemptsError } from '../errors.ts';
import { networkOf } from '../http/client-network.ts';
import type { Database } from '../models/repositories.ts';
import { foldEmail } from '../models/user.ts';
import type { User } from '../models/user.ts';
import { shareOf } from '../security/client-share.ts';
import { currentNetworks, withNetwork } from '../security/known-networks.ts';
import type { LoginAttempt, LoginThrottle } from '../security/login-throttle.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { Caller } from './caller.ts';
import type { SecurityLog, SignInMethod } from './security-log.ts';
import type { Sessions } from './sessions.ts';

export type SignInFailed = { readonly user: null; readonly failure: 'unknown_email' | 'wrong_password' };

/** An email and its password, or why they are not. */
export type Verification = { readonly user: User } | SignInFailed;

export interface SignInOptions {
  readonly database: Database;
  readonly passwords: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly log: SecurityLog;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** What a sign-in for a session gives. */
export type SignedIn = { readonly user: User; readonly sessionId: string } | SignInFailed;

/** An email and a password, verified: the one way in, for sessions and for Basic alike. */
export class SignIn {
  readonly #database: Database;
  readonly #passwords: PasswordHasher;
  readonly #throttle: LoginThrottle;
  readonly #log: SecurityLog;
  readonly #clock: () => number;

  constructor(options: SignInOptions) {
    this.#database = options.database;
    this.#passwords = options.passwords;
    this.#throttle = options.throttle;
    this.#log = options.log;
    this.#clock = options.clock;
  }

  /**
   * Verifies an email and a password, for one request.
   *
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   */
  async verify(email: string, password: string, caller: Caller, method: SignInMethod = 'basic'): Promise<Verification> {
    const verified = await this.#verify(email, password, caller, method);
    if (verified.user === null) return verified;
    await this.#rememberNetwork(verified.user, caller);
    this.#log.log('sign_in_succeeded', caller, { user_id: verified.user.id, method });
    return verified;
  }

  /**
   * Signs in for a session, in place of those that the client came with.
   *
   * @param formerKeys of the sessions in the request's cookies
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   * @throws {StoreUnavailableError} the session could not be written; the former ones are as they were
   */
  async signIn(
    sessions: Sessions,
    email: string,
    password: string,
    caller: Caller,
    formerKeys: readonly string[],
  ): Promise<SignedIn> {
    const verified = await this.#verify(email, password, caller, 'session');
    if (verified.user === null) return verified;
    const { user: judged } = verified;
    const made = await this.#database.transaction(async (models) => {
      const user = await models.users.get(judged.id);
      // The password was changed, or the user deleted, while the session was waiting for its turn.
      if (user === null || user.passwordHash !== judged.passwordHash) return null;
      return { user, ...(await sessions.replace(formerKeys, user.id, caller, models)) };
    });
    if (made === null) return this.signIn(sessions, email, password, caller, formerKeys);
    await this.#rememberNetwork(made.user, caller);
    sessions.logSignedOut(made.ended, caller);
    this.#log.log('sign_in_succeeded', caller, { user_id: made.user.id, method: 'session' });
    return { user: made.user, sessionId: made.sessionId };
  }

  /** Lets everybody try a user's password again, however often it was guessed at; for the operator. */
  async unlock(user: User, caller: Caller): Promise<void> {
    await this.#throttle.forget(foldEmail(user.email));
    this.#log.log('user_unlocked', caller, { user_id: user.id });
  }

  async #verify(email: string, password: string, caller: Caller, method: SignInMethod): Promise<Verification> {
    const [user = null] = await this.#database.users.search({ email });
    const attempt = await this.#beginAttempt(email, user, caller, method);
    let isValid: boolean;
    try {
      // Where there is no such user a hash is made all the same, so that the time does not tell.
      isValid = await this.#passwords.verify(password, user?.passwordHash ?? null, shareOf(caller));
    } catch (error) {
      await attempt.abandoned();
      throw error;
    }
    if (user === null || !isValid) {
      await attempt.failed();
      const failure = user === null ? 'unknown_email' : 'wrong_password';
      this.#log.signInFailed(caller, { method, reason: failure, ...who(email, user) });
      return { user: null, failure };
    }
    // A queue of hashes can be seconds long: whose password was changed meanwhile, or who was deleted, is judged anew.
    const current = await this.#database.users.get(user.id);
    if (current?.passwordHash !== user.passwordHash) {
      await attempt.abandoned();
      return this.#verify(email, password, caller, method);
    }
    await attempt.succeeded();
    return { user: await this.#withHashOfToday(current, password, caller) };
  }

  async #beginAttempt(
    email: string,
    user: User | null,
    caller: Caller,
    method: SignInMethod,
  ): Promise<LoginAttempt> {
    try {
      const known = currentNetworks(user?.knownNetworks ?? [], this.#clock());
      return await this.#throttle.begin(foldEmail(email), caller.address, known);
    } catch (error) {
      if (error instanceof TooManyAttemptsError) {
        this.#log.signInFailed(caller, { method, reason: 'throttled', ...who(email, user) });
      }
      throw error;
    }
  }

  /** Keeps the client's network with the user: from there the account stays open while others guess at it. */
  async #rememberNetwork(user: User, { address }: Caller): Promise<void> {
    const network = networkOf(address);
    const now = this.#clock();
    if (withNetwork(user.knownNetworks, network, now) === user.knownNetworks) return;
    try {
      await this.#database.users.update(user.id, (current) =>
        current.with({ knownNetworks: withNetwork(current.knownNetworks, network, now) }),
      );
    } catch (error) {
      // The sign-in is good; the next one will try again.
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }

  /** Replaces a stored hash of another kind or cost, now that the password is at hand. */
  async #withHashOfToday(user: User, password: string, caller: Caller): Promise<User> {
    if (user.passwordHash === null || !this.#passwords.needsRehash(user.passwordHash)) return user;
    try {
      const passwordHash = await this.#passwords.hash(password, shareOf(caller));
      const changed = await this.#database.users.update(user.id, (current) =>
        // Only the hash that was verified: the password may have been changed meanwhile.
        current.passwordHash === user.passwordHash ? current.with({ passwordHash }) : current,
      );
      return changed ?? user;
    } catch (error) {
      // The sign-in is good; the next one will try again.
      if (error instanceof OverloadedError || error instanceof StoreUnavailableError) return user;
      throw error;
    }
  }
}

/** Who signs in, for the log: a user, or an email that is nobody's. */
function who(email: string, user: User | null): { readonly email: string } | { readonly userId: string } {
  return user === null ? { email } : { userId: user.id };
}
