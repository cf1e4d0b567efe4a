import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProtocolError } from './protocol-errors.ts';
import { rawErrorAnswer } from './protocol-errors.ts';
import { endAfter, responseUnderWay } from './socket-end.ts';

/** A request that never reached the handler, for the log. `reason` holds nothing that the client sent. */
export interface ProtocolErrorEvent extends ProtocolError {
  readonly address: string;
}

/** Connections that are refused: told why, in the project's error form, and closed. */
export class Refusals {
  readonly #lingerMs: number;
  readonly #tell: (event: ProtocolErrorEvent) => void;
  readonly #refused = new WeakSet<Duplex>();

  /**
   * @param lingerMs for the client to read why and to close its side, in milliseconds
   * @param tell called once for each connection refused
   */
  constructor(lingerMs: number, tell: (event: ProtocolErrorEvent) => void) {
    this.#lingerMs = lingerMs;
    this.#tell = tell;
  }

  /** Whether a connection was refused already. */
  has(socket: Duplex): boolean {
    return this.#refused.has(socket);
  }

  /**
   * Refuses what came on a connection, once the answers to what came before it are sent. A second time it does nothing.
   *
   * @param own the response that node:http made for the very request that is refused
   */
  refuse(socket: Duplex, problem: ProtocolError, own?: ServerResponse): void {
    if (this.#refused.has(socket)) return;
    this.#refused.add(socket);
    const address = socket instanceof Socket ? (socket.remoteAddress ?? '') : '';
    this.#tell({ address, ...problem });
    this.#answerWhenFree(socket, problem.status, own);
  }

  /** Never into the middle of an answer, nor in the place of the answer to an earlier, sound request. */
  #answerWhenFree(socket: Duplex, status: number, own?: ServerResponse): void {
    const response = responseUnderWay(socket);
    if (response !== undefined && response !== own) {
      if (response.req.complete) {
        response.once('close', () => this.#answerWhenFree(socket, status, own));
        return;
      }
      // The body of this very request is broken, and its answer has begun: it cannot be taken back.
      if (response.headersSent) {
        socket.destroy();
        return;
      }
    }
    // RFC 9110 section 15.5.6: 405 has Allow; for the target of a CONNECT, no method is.
    const extraHeaders = status === 405 ? ['Allow: '] : status === 503 ? ['Retry-After: 1'] : [];
    if (socket.writable) endAfter(socket, rawErrorAnswer(status, extraHeaders), this.#lingerMs);
    else socket.destroy();
  }
}
