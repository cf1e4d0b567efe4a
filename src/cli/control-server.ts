import type { Socket } from 'node:net';
import { packageVersion } from '../version.ts';
import { encodeMessage, isRequest, MAX_REQUEST_BYTES, PROTOCOL, readMessage, TRANSFER_MS } from './control-protocol.ts';
import type { Message } from './control-protocol.ts';
import type { Operation, Operations } from './operation.ts';
import { problemOf } from './problem.ts';

export interface ControlServerOptions {
  readonly operations: Operations;
  /** What may be asked for. */
  readonly table: readonly Operation<unknown, unknown>[];
  /** Is told of an error that nobody foresaw. */
  readonly onUnexpectedError: (error: unknown) => void;
  /** How long a request, and the writing of an answer, may take, in milliseconds. */
  readonly transferMs?: number;
}

/**
 * Serves the command line: one operation a connection. Who may connect is the socket's matter: it is its owner's alone,
 * in a directory that is its owner's alone.
 */
export class ControlServer {
  readonly #operations: Operations;
  readonly #table: ReadonlyMap<string, Operation<unknown, unknown>>;
  readonly #onUnexpectedError: (error: unknown) => void;
  readonly #transferMs: number;
  readonly #version = packageVersion();
  readonly #underWay = new Set<Promise<void>>();
  readonly #reading = new Set<Socket>();
  readonly #isOpen: Promise<void>;
  #open = (): void => {};
  #isClosed = false;

  constructor(options: ControlServerOptions) {
    this.#operations = options.operations;
    this.#table = new Map(options.table.map((operation) => [operation.name, operation]));
    this.#onUnexpectedError = options.onUnexpectedError;
    this.#transferMs = options.transferMs ?? TRANSFER_MS;
    this.#isOpen = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Lets operations run: the store is open. Those that came before have waited. */
  open(): void {
    this.#open();
  }

  /** Takes a connection. */
  accept(socket: Socket): void {
    socket.on('error', () => {});
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    const work = this.#serve(socket).catch(this.#onUnexpectedError);
    this.#underWay.add(work);
    void work.finally(() => this.#underWay.delete(work));
  }

  /** Takes no more, and finishes what is under way; to be called before the store closes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const socket of this.#reading) socket.destroy();
    await Promise.all(this.#underWay);
  }

  async #serve(socket: Socket): Promise<void> {
    this.#reading.add(socket);
    socket.write(encodeMessage({ protocol: PROTOCOL, version: this.#version }));
    let request: Message;
    try {
      request = await readMessage(socket, MAX_REQUEST_BYTES, this.#transferMs);
    } catch {
      // Who only looks whether somebody is here leaves without a word; the others are not ours.
      socket.destroy();
      return;
    } finally {
      this.#reading.delete(socket);
    }
    await this.#answer(socket, { protocol: PROTOCOL, version: this.#version, ...(await this.#perform(request)) });
  }

  async #perform(request: Message): Promise<{ readonly result: unknown } | { readonly problem: string }> {
    const operation = isRequest(request) ? this.#table.get(request.operation) : undefined;
    if (operation === undefined || !operation.isInput(request.input)) {
      return { problem: otherVersion(this.#version, request.version) };
    }
    await this.#isOpen;
    try {
      return { result: await operation.perform(request.input, this.#operations) };
    } catch (error) {
      const problem = problemOf(error);
      if (problem !== null) return { problem };
      this.#onUnexpectedError(error);
      return { problem: 'the server failed: its log says how' };
    }
  }

  /** @returns once the answer is with the other side, or it is gone, or too slow */
  #answer(socket: Socket, message: Message): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), this.#transferMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      if (socket.destroyed) {
        clearTimeout(timer);
        resolve();
      } else {
        socket.resume().end(encodeMessage(message));
      }
    });
  }
}

function otherVersion(server: string, client: string): string {
  const versions =
    server === client ? `both say that they are version ${server}` : `version ${server} runs, and ${client} asks`;
  return (
    `the server that runs does not know this command (${versions}): ` +
    'use the command line that the server was started from, or restart the server'
  );
}
