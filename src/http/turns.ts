import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Whose turn it is on a connection: requests that came before the answer to the one before them was handed to the
 * socket wait here, and nothing more is read from that connection meanwhile.
 *
 * node:http calls the handlers of all pipelined requests at once and keeps every answer but the first: a client that
 * sends many and reads nothing would fill the memory with answers.
 *
 * Source: RFC 9112 section 9.3.2 (pipelining: answers in the order of the requests).
 */
export class Turns {
  readonly #waiting = new Map<Socket, number>();

  /** How many requests wait, on all connections. */
  get waiting(): number {
    let sum = 0;
    for (const count of this.#waiting.values()) sum += count;
    return sum;
  }

  /**
   * Makes a request wait for the answers before it.
   *
   * @param begin called once its answer has the connection; never where the connection is gone by then
   */
  wait({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    const before = this.#waiting.get(socket);
    if (before === undefined) this.#stopReading(socket);
    this.#waiting.set(socket, (before ?? 0) + 1);
    response.once('socket', () => {
      this.#leave(socket);
      // node:http is in the middle of giving the connection to this answer: an answer now would be finished twice.
      queueMicrotask(begin);
    });
  }

  #leave(socket: Socket): void {
    const left = (this.#waiting.get(socket) ?? 1) - 1;
    if (left > 0) {
      this.#waiting.set(socket, left);
      return;
    }
    this.#waiting.delete(socket);
    socket.off('resume', pauseAgain);
    socket.resume();
  }

  #stopReading(socket: Socket): void {
    // To read a request's body, or to be done with it, node:http makes its connection flow again.
    socket.on('resume', pauseAgain);
    socket.once('close', () => this.#waiting.delete(socket));
    socket.pause();
  }
}

function pauseAgain(this: Socket): void {
  this.pause();
}
