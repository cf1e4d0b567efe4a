import { OverloadedError, StoreUnavailableError, TooManyAttemptsError } from '../errors.ts';
import { networkOf } from '../http/client-network.ts';
import type { SharePath } from '../http/fair-share.ts';
import { foldEmail } from '../models/user.ts';
import type { User, Users } from '../models/user.ts';
import { shareOf } from '../security/client-share.ts';
import { currentNetworks, withNetwork } from '../security/known-networks.ts';
import type { LoginAttempt, LoginThrottle } from '../security/login-throttle.ts';
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
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

/** An email and a password, verified: the one way in, for the login route and for Basic alike. */
export class SignIn {
  readonly #users: Users;
  readonly #passwords: PasswordHasher;
  readonly #throttle: LoginThrottle;
  readonly #log: SecurityLog;
  readonly #clock: () => number;

  constructor(options: SignInOptions) {
    this.#users = options.users;
    this.#passwords = options.passwords;
    this.#throttle = options.throttle;
    this.#log = options.log;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * @param address the client's, for the throttle and the log
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   */
  async verify(email: string, password: string, address: string, method: SignInMethod): Promise<SignInResult> {
    const [user = null] = await this.#users.search({ email });
    const attempt = await this.#beginAttempt(email, user, address, method);
    const share = shareOf({ address, userId: null });
    let isValid: boolean;
    try {
      // Where there is no such user a hash is made all the same, so that the time does not tell.
      isValid = await this.#passwords.verify(password, user?.passwordHash ?? null, share);
    } catch (error) {
      await attempt.abandoned();
      throw error;
    }
    if (user === null || !isValid) {
      await attempt.failed();
      const failure = user === null ? 'unknown_email' : 'wrong_password';
      this.#log.signInFailed({ address, method, reason: failure, ...(user === null ? { email } : { userId: user.id }) });
      return { user: null, failure };
    }
    // A queue of hashes can be seconds long: whose password was changed meanwhile, or who was deleted, is judged anew.
    const current = await this.#users.get(user.id);
    if (current?.passwordHash !== user.passwordHash) {
      await attempt.abandoned();
      return this.verify(email, password, address, method);
    }
    await attempt.succeeded();
    this.#log.signInSucceeded({ address, method, userId: user.id });
    return { user: await this.#broughtUpToDate(current, password, networkOf(address), share) };
  }

  async #beginAttempt(
    email: string,
    user: User | null,
    address: string,
    method: SignInMethod,
  ): Promise<LoginAttempt> {
    try {
      const known = currentNetworks(user?.knownNetworks ?? [], this.#clock());
      return await this.#throttle.begin(foldEmail(email), address, known);
    } catch (error) {
      if (error instanceof TooManyAttemptsError) {
        const who = user === null ? { email } : { userId: user.id };
        this.#log.signInFailed({ address, method, reason: 'throttled', ...who });
      }
      throw error;
    }
  }

  /**
   * Replaces a stored hash of another kind or cost, now that the password is at hand, and remembers the network: while
   * strangers guess at the account, only those from which it has signed in may try.
   */
  async #broughtUpToDate(user: User, password: string, network: string, share: SharePath): Promise<User> {
    const needsRehash = this.#passwords.needsRehash(user.passwordHash);
    if (!needsRehash && withNetwork(user.knownNetworks, network, this.#clock()) === user.knownNetworks) return user;
    try {
      const passwordHash = needsRehash ? await this.#hashOfToday(user, password, share) : user.passwordHash;
      const changed = await this.#users.update(user.id, (current) => {
        // Only the hash that was verified: the password may have been changed meanwhile.
        if (current.passwordHash !== user.passwordHash) return current;
        return current.with({ passwordHash, knownNetworks: withNetwork(current.knownNetworks, network, this.#clock()) });
      });
      return changed ?? user;
    } catch (error) {
      // The sign-in is good; the next one will try again.
      if (error instanceof StoreUnavailableError) return user;
      throw error;
    }
  }

  /** @returns the hash that is stored where the queue is full: the next sign-in will try again */
  async #hashOfToday(user: User, password: string, share: SharePath): Promise<string> {
    try {
      return await this.#passwords.hash(password, share);
    } catch (error) {
      if (error instanceof OverloadedError) return user.passwordHash;
      throw error;
    }
  }
}
