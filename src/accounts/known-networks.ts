import type { User } from '../models/user.ts';
import { networkOf } from '../security/client-network.ts';

/** Networks kept with a user: the one used longest ago goes. */
const MAX_KNOWN_NETWORKS = 16;

/** A sign-in from a known network writes this down again after so long, not each time. */
const REFRESH_MS = 24 * 60 * 60 * 1000;

/**
 * The user, with the network of a client that has just signed in.
 *
 * @param address the client's IP address; what is none (the command line) is not kept
 * @param now milliseconds since the epoch
 * @returns the same user where the network was written down a short time ago
 */
export function withKnownNetwork(user: User, address: string, now: number): User {
  const network = networkOf(address);
  if (network === 'unknown') return user;
  const known = user.knownNetworks.find((one) => one.network === network);
  if (known !== undefined && Math.abs(now - known.lastUsedAt) < REFRESH_MS) return user;
  const others = user.knownNetworks.filter((one) => one.network !== network);
  const newestFirst = [{ network, lastUsedAt: now }, ...others].sort((a, b) => b.lastUsedAt - a.lastUsedAt);
  return user.with({ knownNetworks: newestFirst.slice(0, MAX_KNOWN_NETWORKS) });
}
