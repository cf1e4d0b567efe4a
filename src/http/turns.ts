import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long pipelined requests may be begun before other connections are looked at, in milliseconds. */
const SLICE_MS = 5;

/** The requests of one connection that wait. */
interface Queue {
  length: number;
  /** Reads on. */
  readonly end: () => void;
}

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
  readonly #waiting = new Map<Socket, Queue>();
  /** Begins those whose turn has come, the earliest first. */
  readonly #ready: (() => void)[] = [];

  /**
   * Makes a request wait for the answers before it.
   *
   * @param begin called once its answer has the connection; never where the connection is gone by then
   */
  wait({ socket }: IncomingMessage, response: ServerResponse, begin: () => void): void {
    const queue = this.#waiting.get(socket) ?? this.#stopReading(socket);
    queue.length += 1;
    response.once('socket', () => {
      queue.length -= 1;
      if (queue.length === 0) queue.end();
      this.#ready.push(begin);
      if (this.#ready.length === 1) setImmediate(() => void this.#beginSome());
    });
  }

  /**
   * As long as answers fit into the sockets, one would follow the other without a pause: after a while, it is the turn
   * of those who do not pipeline.
   */
  async #beginSome(): Promise<void> {
    const started = performance.now();
    while (this.#ready.length > 0 && performance.now() - started < SLICE_MS) {
      this.#ready[0]?.();
      this.#ready.shift();
      await null; // what the handler goes on with counts, too
    }
    if (this.#ready.length > 0) setImmediate(() => void this.#beginSome());
  }

  #stopReading(socket: Socket): Queue {
    // To read a request's body, or to be done with it, node:http makes its connection flow again.
    const pauseAgain = (): void => void socket.pause();
    const forget = (): void => void this.#waiting.delete(socket);
    const end = (): void => {
      socket.off('resume', pauseAgain).off('close', forget);
      forget();
      socket.resume();
    };
    const queue: Queue = { length: 0, end };
    this.#waiting.set(socket, queue);
    socket.on('resume', pauseAgain).on('close', forget);
    socket.pause();
    return queue;
  }
}
