import { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The answer that node:http is sending, or waiting to send, on a connection.
 *
 * node:http has no public name for it; its own default handling of `clientError` reads the same field.
 * Should a later version drop it, every connection looks idle: errors are answered at once and close() cuts
 * off what is under way. A test holds that it is there.
 *
 * @param socket the connection
 * @returns the response, or undefined between requests
 */
export function responseUnderWay(socket: Duplex): ServerResponse | undefined {
  if (!('_httpMessage' in socket)) return undefined;
  const response = socket._httpMessage;
  return response instanceof ServerResponse ? response : undefined;
}

/**
 * Lets go of the last request of a connection, where that came whole and was answered.
 *
 * node:http holds it until somebody has read to its end, or the next one comes: for a request without a body nobody
 * has (see `send` in respond.ts), and its header may be 16 KB. There is no public name for this either; should a later
 * version drop it, an idle connection keeps its last request.
 *
 * @param socket the connection
 */
export function releaseLastRequest(socket: Duplex): void {
  if (!('parser' in socket) || responseUnderWay(socket) !== undefined) return;
  const { parser } = socket;
  if (typeof parser !== 'object' || parser === null || !('incoming' in parser)) return;
  const { incoming } = parser;
  if (incoming instanceof IncomingMessage && incoming.complete) incoming.resume();
}

/**
 * Sends the last bytes on a connection, then closes it so that the client can read them.
 *
 * A socket that is closed with unread bytes makes the kernel send a reset, and a reset discards what the
 * client has not read yet. So our side is ended first, and incoming bytes are read and dropped. The socket is
 * destroyed once the client has closed its side, or after `lingerMs`.
 *
 * @param socket the connection
 * @param bytes what to send
 * @param lingerMs how long to wait for the client to close its side, in milliseconds
 * @see RFC 9112 section 9.6
 */
export function endAfter(socket: Duplex, bytes: string, lingerMs: number): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.end(bytes, 'latin1');
  socket.resume();
}
