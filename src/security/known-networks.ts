import { UNKNOWN_NETWORK } from '../http/client-network.ts';

/** A network from which a user has signed in. */
export interface KnownNetwork {
  /** As `networkOf` gives it. */
  readonly network: string;
  /** The last sign-in from there, to the day: milliseconds since the epoch. */
  readonly lastSignInAt: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A sign-in from there counts for so long. */
const KNOWN_FOR_MS = 30 * DAY_MS;

/** Kept with each user; whoever travels more is known at the last ones. */
const MAX_KNOWN_NETWORKS = 16;

/**
 * The networks from which a user may try even while strangers guess at the account.
 *
 * A date in the future counts: a clock that was set back must not make a stranger of anybody.
 *
 * @param now milliseconds since the epoch
 */
export function currentNetworks(known: readonly KnownNetwork[], now: number): readonly string[] {
  return known.filter(({ lastSignInAt }) => now - lastSignInAt < KNOWN_FOR_MS).map(({ network }) => network);
}

/**
 * Adds the network of a sign-in, or of a link for one use.
 *
 * @param known those stored with the user
 * @returns what to store, the newest first; `known` itself where it is as good: a daily user costs one write a day
 */
export function withNetwork(known: readonly KnownNetwork[], network: string, now: number): readonly KnownNetwork[] {
  if (network === UNKNOWN_NETWORK) return known; // nobody's: everybody without an address would be known
  const before = known.find((entry) => entry.network === network);
  if (before !== undefined && Math.abs(now - before.lastSignInAt) < DAY_MS) return known;
  const others = known.filter((entry) => entry !== before && now - entry.lastSignInAt < KNOWN_FOR_MS);
  return [{ network, lastSignInAt: now }, ...others].slice(0, MAX_KNOWN_NETWORKS);
}
