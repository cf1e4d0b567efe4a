import type { Socket } from 'node:net';
import { networksOf } from './client-network.ts';
import { FairShares } from './fair-share.ts';
import type { HttpLimits } from './http-limits.ts';
import type { Place } from './share-group.ts';
import { releaseLastRequest, responseUnderWay } from './socket-end.ts';
import { slowestReaders } from './unsent-answers.ts';

/** Part of all connections that a network has for sure, others' requests under way or not. */
const SHARE = 1 / 5;

/** Behind a proxy every connection is the proxy's: there are no shares, and only the total counts. */
const PROXY = ['proxy'];

interface Connection {
  place: Place<Socket>;
  readonly networks: readonly string[];
  /** What had come when it was last looked at. */
  bytesRead: number;
}

/** The open connections of one server: how many there are, whose they are, and that none stalls. */
export class Connections {
  readonly #limits: HttpLimits;
  readonly #open = new Map<Socket, Connection>();
  readonly #shares: FairShares<Socket>;
  #isInsisting = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(limits: HttpLimits) {
    this.#limits = limits;
    this.#shares = new FairShares({
      capacity: limits.maxConnections,
      yields: 'oldest',
      mayYield: (socket) => this.#isInsisting || isIdle(socket),
    });
  }

  /** @returns those that are open, in the order in which they were accepted */
  sockets(): Iterable<Socket> {
    return this.#open.keys();
  }

  /**
   * Finds room for a connection. Where all is taken, the network that has most loses the one that has been idle longest;
   * one that has less than its share gets room even where none is idle.
   *
   * @param socket just accepted; counted until it is closed
   * @returns false where there is no room
   */
  accept(socket: Socket): boolean {
    const networks = this.#limits.trustedProxies > 0 ? PROXY : networksOf(socket.remoteAddress ?? '');
    const taken = this.#shares.take(networks, socket) ?? this.#insist(networks, socket);
    if (taken === null) return false;
    this.#open.set(socket, { place: taken.place, networks, bytesRead: 0 });
    socket.once('close', () => this.#forget(socket));
    for (const other of taken.yielded) other.destroy();
    return true;
  }

  /**
   * From now on, ends a connection on which an answer waits to be sent and nothing moves, since its client does not
   * read; and lets go of what an idle one still holds. Looked at from here, neither costs a request anything.
   *
   * `server.timeout` would do the first, with two timers made for each request; here a timer is made only for a
   * connection that has something waiting: about half a microsecond a request less, by a
   * profile (`node --cpu-prof`).
   */
  watch(): void {
    this.#watch = setInterval(() => this.#lookThrough(), this.#limits.connectionsCheckingIntervalMs).unref();
  }

  /** Stops what `watch` began. */
  unwatch(): void {
    clearInterval(this.#watch);
  }

  #insist(networks: readonly string[], socket: Socket): ReturnType<FairShares<Socket>['take']> {
    const share = Math.max(1, this.#limits.maxConnections * SHARE);
    if (networks === PROXY || this.#shares.heldBy(networks) >= share) return null;
    this.#isInsisting = true;
    try {
      return this.#shares.take(networks, socket);
    } finally {
      this.#isInsisting = false;
    }
  }

  #forget(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) this.#shares.release(connection.place);
    this.#open.delete(socket);
  }

  #lookThrough(): void {
    // Only where some may soon have to give way does it matter which one was idle longest.
    const isOrderNeeded = this.#shares.used > this.#limits.maxConnections / 2;
    let unsentBytes = 0;
    for (const [socket, connection] of this.#open) {
      unsentBytes += socket.writableLength;
      releaseLastRequest(socket);
      if (socket.writableLength > 0 && (socket.timeout ?? 0) === 0) socket.setTimeout(this.#limits.stallTimeoutMs);
      if (isOrderNeeded) this.#moveToYoungest(socket, connection);
    }
    if (unsentBytes > this.#limits.maxUnsentBytes) this.#endSlowestReaders();
  }

  #endSlowestReaders(): void {
    const unsent = [...this.#open].map(([socket, { networks }]) => ({ socket, network: networks.at(-1) ?? '' }));
    for (const socket of slowestReaders(unsent, this.#limits.maxUnsentBytes)) socket.destroy();
  }

  #moveToYoungest(socket: Socket, connection: Connection): void {
    if (socket.bytesRead === connection.bytesRead) return;
    connection.bytesRead = socket.bytesRead;
    this.#shares.release(connection.place);
    const taken = this.#shares.take(connection.networks, socket);
    if (taken !== null) connection.place = taken.place;
  }
}

/** Whether no request's header has come that is not answered yet. */
function isIdle(socket: Socket): boolean {
  return responseUnderWay(socket) === undefined;
}
