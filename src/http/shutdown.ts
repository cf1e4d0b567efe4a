import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as NetServer } from 'node:net';
import { responseUnderWay } from './socket-end.ts';

/** How a server ends its connections. */
export interface ShutdownTimes {
  /** How long idle connections are still answered, in milliseconds. */
  readonly drainMs: number;
  /** After which the connections left are destroyed, in milliseconds. */
  readonly graceMs: number;
}

/**
 * Stops accepting, goes on to answer connections that are idle for a while, so that a proxy which uses one at this
 * moment has its answer, then closes these; the others end as soon as their answer is sent.
 *
 * Not node:http's own close(): that destroys idle connections at once, and those whose answer is written but not yet
 * sent; it stops looking for requests that stall, and waits for connections on which nothing ever came.
 *
 * @param server to be closed
 * @param sockets gives its open connections
 * @returns once no connection is open
 */
export async function shutDown(server: Server, sockets: () => Iterable<Socket>, times: ShutdownTimes): Promise<void> {
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  for (const socket of sockets()) closeAfterAnswer(socket);
  const timers = [
    setTimeout(() => destroyIdle(server, sockets), Math.min(times.drainMs, times.graceMs)),
    setTimeout(() => [...sockets()].forEach((socket) => socket.destroy()), times.graceMs),
  ];
  await closed;
  timers.forEach(clearTimeout);
  server.close(() => {}); // it listens no longer: this only stops node:http's interval
}

/**
 * Ends a connection once the answers under way on it are sent; an idle one is left as it is.
 *
 * @param socket the connection
 */
export function closeAfterAnswer(socket: Socket): void {
  const response = responseUnderWay(socket);
  if (response === undefined) return;
  if (!response.headersSent) response.setHeader('Connection', 'close');
  response.once('close', () => {
    if (responseUnderWay(socket) === undefined) socket.destroySoon();
    else closeAfterAnswer(socket); // the answer to the next request, which was pipelined
  });
}

function destroyIdle(server: Server, sockets: () => Iterable<Socket>): void {
  const open = [...sockets()];
  for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  const unsent = open.map(responseUnderWay).find((response) => response?.writableEnded);
  if (unsent === undefined) server.closeIdleConnections();
  else unsent.once('close', () => destroyIdle(server, sockets)); // node:http would take it for idle
}
