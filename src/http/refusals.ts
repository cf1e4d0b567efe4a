import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProtocolError } from './protocol-errors.ts';
import { rawErrorAnswer } from './protocol-errors.ts';
import { endAfter, responseUnderWay } from './socket-end.ts';

/** A request that never reached the handler, for the log. `reason` holds nothing that the client sent. */
export interface ProtocolErrorEvent extends ProtocolError {
  readonly address: string;
}

/** For want of room, a 503 is said to this many at a time; beyond them connections are dropped unanswered. */
const REFUSALS_AT_ONCE = 256;

/** Connections that are refused: told why, in the project's error form, and closed. */
export class Refusals {
  readonly #lingerMs: number;
  readonly #tell: (event: ProtocolErrorEvent) => void;
  readonly #refused = new WeakSet<Duplex>();
  #leaving = 0;

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

  /**
   * Refuses a connection whose memory is needed at once: politely where nothing else is under way on it and only so
   * many are being refused, else without a word.
   *
   * @param request the one that is refused, where it is not yet anybody's
   */
  giveWay(socket: Socket, problem: ProtocolError, request?: IncomingMessage): void {
    request?.resume(); // read and forgotten, rather than kept
    const response = responseUnderWay(socket);
    const isFree = response === undefined || (!response.req.complete && !response.headersSent);
    if (!isFree || this.#leaving >= REFUSALS_AT_ONCE || this.#refused.has(socket)) {
      socket.destroy();
      return;
    }
    this.#leaving += 1;
    socket.once('close', () => (this.#leaving -= 1));
    this.refuse(socket, problem);
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
