import { authorizationCredentials, basicChallenge, decodeBase64 } from '../../../http/authorization.ts';
import type { User } from '../../../models/user.ts';
import { MemoryLoginThrottle } from '../../../security/memory-login-throttle.ts';
import { PasswordHasher } from '../../../security/password.ts';
import { SecurityLog } from '../../../accounts/security-log.ts';
import { VerifiedCredentials } from '../../../security/verified-credentials.ts';
import { whenReady } from '../../../http/awaitable.ts';
import type { Awaitable } from '../../../http/awaitable.ts';
import { Auth, REALM } from './auth.ts';
import type { AuthOptions, AuthRequest } from './auth.ts';
import { SignIn } from '../../../accounts/sign-in.ts';

/** Where an address is not known. */
const NO_ADDRESS = '-';

/** Authentication by email and password with each request (RFC 7617; the tutorial's `basic_auth.py`). */
export class BasicAuth extends Auth {
  readonly #signIn: SignIn;
  readonly #verified: VerifiedCredentials<User>;
  /** Address and credentials → their verification; gone with the answer. */
  readonly #underWay = new Map<string, Promise<User | null>>();

  constructor(options: AuthOptions = {}) {
    super(options);
    this.#signIn =
      options.signIn ??
      new SignIn({
        users: this.users,
        passwords: new PasswordHasher(),
        throttle: new MemoryLoginThrottle({ maxFailures: 0, windowSeconds: 1 }),
        log: new SecurityLog(() => {}),
      });
    this.#verified = new VerifiedCredentials(options.clock === undefined ? {} : { clock: options.clock });
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
   * @param address of the client, for the throttle and the log
   * @throws {TooManyAttemptsError} too many failed before
   * @throws {OverloadedError} too many wait
   */
  async userObjectFromCredentials(
    userEmail: unknown,
    userPassword: unknown,
    address: string = NO_ADDRESS,
  ): Promise<User | null> {
    if (typeof userEmail !== 'string' || typeof userPassword !== 'string') return null;
    return (await this.#signIn.verify(userEmail, userPassword, address, 'basic')).user;
  }

  /** The user of the request's `Authorization` header, or null. */
  override currentUser(request: AuthRequest | null = null): Awaitable<User | null> {
    const encoded = this.extractBase64AuthorizationHeader(this.authorizationHeader(request));
    if (encoded === null) return null;
    const verified = this.#verified.get(encoded);
    if (verified === null) return this.#verifyOnce(encoded, request?.address);
    return whenReady(this.users.get(verified.id), (user) =>
      user !== null && user.passwordHash === verified.passwordHash && user.email === verified.email
        ? user
        : this.#verifyOnce(encoded, request?.address),
    );
  }

  /**
   * A client that begins with many requests at once has one hash made for all of them: each of its own would
   * count as a sign-in under way, and the throttle would refuse the eleventh.
   */
  #verifyOnce(encoded: string, address: string = NO_ADDRESS): Promise<User | null> {
    const key = `${address} ${encoded}`;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const verification = this.#verify(encoded, address).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, verification);
    return verification;
  }

  async #verify(encoded: string, address: string): Promise<User | null> {
    const [email, password] = this.extractUserCredentials(this.decodeBase64AuthorizationHeader(encoded));
    const user = await this.userObjectFromCredentials(email, password, address);
    if (user !== null) this.#verified.add(encoded, user);
    return user;
  }
}
