import { whenReady } from '../../../http/awaitable.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import type { Caller } from '../../../accounts/caller.ts';
import type { SignIn } from '../../../accounts/sign-in.ts';
import { authorizationCredentials, basicChallenge, decodeBase64 } from '../../../http/authorization.ts';
import type { User, Users } from '../../../models/user.ts';
import { VerifiedCredentials } from '../../../security/verified-credentials.ts';
import { Auth, callerOf, REALM } from './auth.ts';
import type { AuthOptions, AuthRequest } from './auth.ts';

/** Authentication by email and password with each request (RFC 7617; the tutorial's `basic_auth.py`). */
export class BasicAuth extends Auth {
  readonly #users: Users;
  readonly #signIn: SignIn;
  readonly #verified: VerifiedCredentials<User>;
  /** Address and credentials → their verification; gone with the answer. */
  readonly #underWay = new Map<string, Promise<User | null>>();

  constructor(options: Pick<AuthOptions, 'sessionName' | 'users' | 'signIn' | 'clock'>) {
    super(options);
    this.#users = options.users;
    this.#signIn = options.signIn;
    this.#verified = new VerifiedCredentials({ clock: options.clock });
  }

  override get challenge(): string {
    return basicChallenge(REALM);
  }

  /** What follows `Basic `, or null where the header is another. */
  extractBase64AuthorizationHeader(authorizationHeader: unknown): string | null {
    return authorizationCredentials(authorizationHeader, 'Basic');
  }

  /** Base64 to text; null where it is not Base64, or not of UTF-8. */
  decodeBase64AuthorizationHeader(base64AuthorizationHeader: unknown): string | null {
    return typeof base64AuthorizationHeader === 'string' ? decodeBase64(base64AuthorizationHeader) : null;
  }

  /** Email and password; the first `:` divides them, so a password may hold more. `[null, null]` without one. */
  extractUserCredentials(decodedBase64AuthorizationHeader: unknown): [email: string, password: string] | [null, null] {
    if (typeof decodedBase64AuthorizationHeader !== 'string') return [null, null];
    const colon = decodedBase64AuthorizationHeader.indexOf(':');
    if (colon === -1) return [null, null];
    return [decodedBase64AuthorizationHeader.slice(0, colon), decodedBase64AuthorizationHeader.slice(colon + 1)];
  }

  /**
   * The user whose email and password these are, or null.
   *
   * @param caller the client, for the throttle and the log
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   */
  async userObjectFromCredentials(
    userEmail: unknown,
    userPassword: unknown,
    caller: Caller = callerOf({ headers: {} }),
  ): Promise<User | null> {
    if (typeof userEmail !== 'string' || typeof userPassword !== 'string') return null;
    return (await this.#signIn.verify(userEmail, userPassword, caller)).user;
  }

  /** The user of the request's `Authorization` header, or null. */
  override currentUser(request: AuthRequest | null = null): Awaitable<User | null> {
    const encoded = this.extractBase64AuthorizationHeader(this.authorizationHeader(request));
    if (request === null || encoded === null) return null;
    const verified = this.#verified.get(encoded);
    if (verified === null) return this.#verifyOnce(encoded, request);
    return whenReady(this.#users.get(verified.id), (user) =>
      user !== null && user.passwordHash === verified.passwordHash && user.email === verified.email
        ? user
        : this.#verifyOnce(encoded, request),
    );
  }

  /**
   * A client that begins with many requests at once has one hash made for all of them: each of its own would
   * count as a sign-in under way, and the throttle would refuse the eleventh.
   */
  #verifyOnce(encoded: string, request: AuthRequest): Promise<User | null> {
    const caller = callerOf(request);
    const key = `${caller.address} ${encoded}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const verification = this.#verify(encoded, caller).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, verification);
    return verification;
  }

  async #verify(encoded: string, caller: Caller): Promise<User | null> {
    const [email, password] = this.extractUserCredentials(this.decodeBase64AuthorizationHeader(encoded));
    const user = await this.userObjectFromCredentials(email, password, caller);
    if (user !== null) this.#verified.add(encoded, user);
    return user;
  }
}
