import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { hasBody } from './body.ts';
import { clientAddress } from './client-address.ts';
import { networksOf } from './client-network.ts';
import { FairShares } from './fair-share.ts';
import type { Place } from './share-group.ts';

/** What node:http holds for a request besides its header's text: 1.5 KB by measurement, and some to spare. */
const REQUEST_BYTES = 2_048;

export interface RequestMemoryOptions {
  /** For all requests together, in bytes. */
  readonly maxBytes: number;
  /** What is held of one body at most, in bytes. */
  readonly maxBodyBytes: number;
  /** As for `clientAddress`: whose network a request is counted to. */
  readonly trustedProxies: number;
  /** Ends a connection at once: its memory is given to another network's request. */
  readonly onYield: (socket: Socket) => void;
}

/**
 * The memory that clients take with bodies and with requests that wait for their turn: bounded in all, and shared
 * between networks once it is full. A body counts from its request's header until its answer is sent, by the length
 * that it declares: what is declared can arrive at any moment.
 */
export class RequestMemory {
  readonly #options: RequestMemoryOptions;
  readonly #shares: FairShares<Socket>;
  readonly #held = new Map<Socket, Set<Place<Socket>>>();

  constructor(options: RequestMemoryOptions) {
    this.#options = options;
    this.#shares = new FairShares({ capacity: options.maxBytes, yields: 'youngest' });
  }

  /** How much is held now, in bytes. */
  get used(): number {
    return this.#shares.used;
  }

  /**
   * Holds what a request takes, until it is answered or its connection is gone.
   *
   * @param waits whether it waits for the answers before it
   * @returns false where there is no room, and nobody who holds more
   */
  hold(request: IncomingMessage, response: ServerResponse, waits: boolean): boolean {
    const { socket } = request;
    const amount = (waits ? headerBytes(request) : 0) + this.#bodyBytes(request);
    if (amount === 0) return true;
    const networks = networksOf(clientAddress(request, this.#options.trustedProxies));
    const taken = this.#shares.take(networks, socket, amount);
    if (taken === null) return false;
    const places = this.#held.get(socket) ?? this.#startHolding(socket);
    places.add(taken.place);
    response.once('close', () => {
      places.delete(taken.place);
      this.#shares.release(taken.place);
    });
    for (const other of taken.yielded) this.#options.onYield(other);
    return true;
  }

  #bodyBytes(request: IncomingMessage): number {
    if (!hasBody(request)) return 0;
    const declared = Number(request.headers['content-length'] ?? this.#options.maxBodyBytes);
    return Math.min(declared, this.#options.maxBodyBytes);
  }

  /** An answer that waits for its turn is never told that its connection is closed: so this looks at that. */
  #startHolding(socket: Socket): Set<Place<Socket>> {
    const places = new Set<Place<Socket>>();
    this.#held.set(socket, places);
    socket.once('close', () => {
      for (const place of places) this.#shares.release(place);
      this.#held.delete(socket);
    });
    return places;
  }
}

function headerBytes({ url, rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + text.length, REQUEST_BYTES + (url?.length ?? 0));
}
