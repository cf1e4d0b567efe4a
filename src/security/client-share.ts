import { networksOf } from '../http/client-network.ts';
import type { SharePath } from '../http/fair-share.ts';

/** Who asks, as far as shares go. */
export interface ShareClient {
  /** The IP address, as far as it can be trusted. */
  readonly address: string;
  /** Who is signed in; null where nobody is. */
  readonly userId: string | null;
}

/**
 * Whose share a client's request takes: the user's where one is signed in, wherever from, else the network's. One user
 * with many networks has one share, and two users behind one address have one each.
 */
export function shareOf({ address, userId }: ShareClient): SharePath {
  return userId === null ? networksOf(address) : [`user ${userId}`];
}

/** What the process asks of itself, on the command line. No network and no user has this key. */
export const OWN_SHARE: SharePath = ['this process'];
