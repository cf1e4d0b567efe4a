import type { Awaitable } from '../http/awaitable.ts';
import { networksOf } from '../http/client-network.ts';

/**
 * One attempt to sign in. The first of these calls counts and later ones do nothing, so that `abandoned`
 * can stand in a `finally`. An attempt that never says anything counts as failed until its window has passed.
 */
export interface LoginAttempt {
  /** The password was right. */
  succeeded(): Awaitable<void>;
  /** It was wrong, or the account does not exist: the throttle must not tell which. */
  failed(): Awaitable<void>;
  /** It was never judged: the queue of hashes was full, the disk failed, the client went away. */
  abandoned(): Awaitable<void>;
}

/** Counts failed sign-ins, in memory or where several processes share them. */
export interface LoginThrottle {
  /**
   * Before the password is looked at: a place for one attempt, reserved until it says how it ended.
   *
   * @param account what the client gave for one, folded as accounts are compared; of any length
   * @param address the client's; what is no IP address shares one counter
   * @param knownNetworks those from which the account has signed in of late, as `networkOf` gives them; none for an
   *   account that does not exist
   * @throws {TooManyAttemptsError} with the seconds until another may begin
   */
  begin(account: string, address: string, knownNetworks: readonly string[]): Awaitable<LoginAttempt>;

  /** Lifts what counts against an account, for an operator; what counts against networks stays. */
  forget(account: string): Awaitable<void>;
}

/** Of one network, for ten of an account from it: whoever guesses at many accounts from one place. */
export const NETWORK_FACTOR = 10;

/** Of an IPv6 /48: providers give them to one customer, or to many. */
export const WIDE_NETWORK_FACTOR = 100;

/** At one account, from all networks together. */
export const MAX_ACCOUNT_FAILURES = 100;

/** Where the throttle is off. */
export const UNTHROTTLED: LoginAttempt = { succeeded() {}, failed() {}, abandoned() {} };

export interface ThrottleOptions {
  /** Per account and network; 0 switches the throttle off. */
  readonly maxFailures: number;
  /** From the first failure. */
  readonly windowSeconds: number;
}

/** @throws {RangeError} an option is out of range */
export function checkThrottle({ maxFailures, windowSeconds }: ThrottleOptions): void {
  if (!Number.isInteger(maxFailures) || maxFailures < 0) throw new RangeError('maxFailures: at least 0');
  if (!(windowSeconds > 0)) throw new RangeError('windowSeconds: more than 0');
}

/** The networks of an address that are counted: its own, and of IPv6 the wider one around it. */
export function throttledNetworks(address: string): { readonly network: string; readonly wide: string | undefined } {
  const networks = networksOf(address);
  return { network: networks.at(-1) ?? '', wide: networks.length > 1 ? networks[0] : undefined };
}
