import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as NetServer } from 'node:net';
import { releaseLastRequest, responseUnderWay } from './socket-end.ts';

/** The open connections of one server: how many there are, and how they end when it closes. */
export class Connections {
  readonly #sockets = new Set<Socket>();
  #watch: NodeJS.Timeout | undefined;

  /**
   * Counts a connection until it is closed.
   *
   * @param socket just accepted
   * @returns how many are open, this one among them
   */
  add(socket: Socket): number {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return this.#sockets.size;
  }

  /**
   * From now on, ends a connection on which an answer waits to be sent and nothing moves, since its client does not
   * read; and lets go of what an idle one still holds. Looked at from here, neither costs a request anything.
   *
   * `server.timeout` would do the first, with two timers made for each request; here a timer is made only for a
   * connection that has something waiting: about half a microsecond a request less, by a
   * profile (`node --cpu-prof`).
   *
   * @param intervalMs how often connections are looked through
   * @param stallTimeoutMs how long nothing may move
   */
  watch(intervalMs: number, stallTimeoutMs: number): void {
    this.#watch = setInterval(() => {
      for (const socket of this.#sockets) {
        releaseLastRequest(socket);
        if (socket.writableLength > 0 && (socket.timeout ?? 0) === 0) socket.setTimeout(stallTimeoutMs);
      }
    }, intervalMs).unref();
  }

  /**
   * Stops accepting, closes idle connections at once, and the others as soon as their answer is sent.
   *
   * Not node:http's own close(): that destroys connections whose answer is written but not yet sent, stops
   * looking for requests that stall, and waits for connections on which nothing ever came.
   *
   * @param server whose connections these are
   * @param graceMs after which the connections left are destroyed, in milliseconds
   * @returns once no connection is open
   */
  async close(server: Server, graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
    const timer = setTimeout(() => this.#destroyAll(), graceMs);
    for (const socket of this.#sockets) {
      if (socket.bytesRead === 0) socket.destroy();
      else this.closeAfterAnswer(socket);
    }
    this.#destroyIdle(server);
    await closed;
    clearTimeout(timer);
    clearInterval(this.#watch);
    server.close(() => {}); // it listens no longer: this only stops node:http's interval
  }

  /**
   * Ends a connection once the answers under way on it are sent; an idle one is left as it is.
   *
   * @param socket the connection
   */
  closeAfterAnswer(socket: Socket): void {
    const response = responseUnderWay(socket);
    if (response === undefined) return;
    if (!response.headersSent) response.setHeader('Connection', 'close');
    response.once('close', () => {
      if (responseUnderWay(socket) === undefined) socket.destroySoon();
      else this.closeAfterAnswer(socket); // the answer to the next request, which was pipelined
    });
  }

  #destroyIdle(server: Server): void {
    const unsent = [...this.#sockets].map(responseUnderWay).find((response) => response?.writableEnded);
    if (unsent === undefined) server.closeIdleConnections();
    else unsent.once('close', () => this.#destroyIdle(server)); // node:http would take it for idle
  }

  #destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
