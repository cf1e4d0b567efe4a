import { OverloadedError, StoreUnavailableError, TooManyAttemptsError } from '../errors.ts';
import { foldEmail } from '../models/user.ts';
import type { User, Users } from '../models/user.ts';
import type { LoginThrottle } from '../security/login-throttle.ts';
import type { PasswordHasher } from '../security/password.ts';
import type { SecurityLog, SignInMethod } from './security-log.ts';

export type SignInResult =
  | { readonly user: User }
  | { readonly user: null; readonly failure: 'unknown_email' | 'wrong_password' };

export interface SignInOptions {
  readonly users: Users;
  readonly passwords: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly log: SecurityLog;
}

/** An email and a password, verified: the one way in, for the login route and for Basic alike. */
export class SignIn {
  readonly #users: Users;
  readonly #passwords: PasswordHasher;
  readonly #throttle: LoginThrottle;
  readonly #log: SecurityLog;

  constructor(options: SignInOptions) {
    this.#users = options.users;
    this.#passwords = options.passwords;
    this.#throttle = options.throttle;
    this.#log = options.log;
  }

  /**
   * @param address the client's, for the throttle and the log
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   */
  async verify(email: string, password: string, address: string, method: SignInMethod): Promise<SignInResult> {
    const [user = null] = await this.#users.search({ email });
    const attempt = this.#beginAttempt(email, user, address, method);
    let isValid: boolean;
    try {
      // Where there is no such user a hash is made all the same, so that the time does not tell.
      isValid = await this.#passwords.verify(password, user?.passwordHash ?? null);
    } catch (error) {
      attempt.abandoned();
      throw error;
    }
    if (user === null || !isValid) {
      attempt.failed();
      const failure = user === null ? 'unknown_email' : 'wrong_password';
      this.#log.signInFailed({ address, method, reason: failure, ...(user === null ? { email } : { userId: user.id }) });
      return { user: null, failure };
    }
    // A queue of hashes can be seconds long: whose password was changed meanwhile, or who was deleted, is judged anew.
    const current = await this.#users.get(user.id);
    if (current?.passwordHash !== user.passwordHash) {
      attempt.abandoned();
      return this.verify(email, password, address, method);
    }
    attempt.succeeded();
    this.#log.signInSucceeded({ address, method, userId: user.id });
    return { user: await this.#withHashOfToday(current, password) };
  }

  #beginAttempt(email: string, user: User | null, address: string, method: SignInMethod) {
    try {
      return this.#throttle.begin(foldEmail(email), address);
    } catch (error) {
      if (error instanceof TooManyAttemptsError) {
        const who = user === null ? { email } : { userId: user.id };
        this.#log.signInFailed({ address, method, reason: 'throttled', ...who });
      }
      throw error;
    }
  }

  /** Replaces a stored hash of another kind or cost, now that the password is at hand. */
  async #withHashOfToday(user: User, password: string): Promise<User> {
    if (!this.#passwords.needsRehash(user.passwordHash)) return user;
    try {
      const passwordHash = await this.#passwords.hash(password);
      const changed = await this.#users.update(user.id, (current) =>
        // Only the hash that was verified: the password may have been changed meanwhile.
        current.passwordHash === user.passwordHash ? current.with({ passwordHash }) : null,
      );
      return changed ?? user;
    } catch (error) {
      // The sign-in is good; the next one will try again.
      if (error instanceof OverloadedError || error instanceof StoreUnavailableError) return user;
      throw error;
    }
  }
}
