import type { Socket } from 'node:net';

interface Connection {
  readonly socket: Pick<Socket, 'writableLength'>;
  readonly network: string;
}

/**
 * The connections to end so that the answers that their clients do not read stay within a bound: those of the network
 * for which most is kept, and of these the ones for which most is kept.
 *
 * @param connections every one, with the network of its client
 * @param maxBytes of all answers that wait to be sent
 * @returns none where they are within the bound
 */
export function slowestReaders<C extends Connection>(connections: readonly C[], maxBytes: number): C['socket'][] {
  const slow = connections.filter(({ socket }) => socket.writableLength > 0);
  let unsent = slow.reduce((sum, { socket }) => sum + socket.writableLength, 0);
  if (unsent <= maxBytes) return [];

  const byNetwork = new Map<string, { bytes: number; readonly members: C[] }>();
  for (const connection of slow) {
    const group = byNetwork.get(connection.network) ?? { bytes: 0, members: [] };
    group.bytes += connection.socket.writableLength;
    group.members.push(connection);
    byNetwork.set(connection.network, group);
  }
  const slowest: C['socket'][] = [];
  for (const { members } of [...byNetwork.values()].sort((a, b) => b.bytes - a.bytes)) {
    members.sort((a, b) => b.socket.writableLength - a.socket.writableLength);
    for (const { socket } of members) {
      if (unsent <= maxBytes) return slowest;
      slowest.push(socket);
      unsent -= socket.writableLength;
    }
  }
  return slowest;
}
