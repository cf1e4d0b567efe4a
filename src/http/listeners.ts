import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import type { HttpLimits } from './http-limits.ts';
import { HttpServer } from './http-server.ts';
import type { RequestHandler } from './http-server.ts';
import type { InheritedSocket } from './inherited-sockets.ts';
import type { ProtocolErrorEvent } from './refusals.ts';
import { openToGroup, removeStaleSocket } from './socket-path.ts';

export interface ListenersOptions {
  /** Answers what comes to a port. */
  readonly handler: RequestHandler;
  /** Answers what comes to a Unix socket: `ProxiedRequest`s. */
  readonly proxiedHandler: RequestHandler;
  /** Of each server: a Unix socket has as many connections as the port. */
  readonly limits: Partial<HttpLimits>;
  readonly onProtocolError: (event: ProtocolErrorEvent) => void;
}

/** Where to listen. */
export interface Places {
  readonly host: string;
  readonly port: number;
  /** A Unix socket besides; null: none. */
  readonly socketPath: string | null;
  /** In place of host and port, where there are any. */
  readonly inherited: readonly InheritedSocket[];
}

/** The servers of one service: for a port, for a Unix socket, for what systemd has opened. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #servers: HttpServer[] = [];

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /**
   * Listens everywhere, or nowhere.
   *
   * @returns the addresses and paths in use
   * @throws {Error} what listen(2) says: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`…
   */
  async open({ host, port, socketPath, inherited }: Places): Promise<readonly (AddressInfo | string)[]> {
    const places: (AddressInfo | string)[] = [];
    try {
      for (const { descriptor, path } of inherited) {
        const place = await this.#server(path !== null).listenOn({ fd: descriptor });
        places.push(path ?? place ?? '');
      }
      if (inherited.length === 0) places.push(await this.#server(false).listen(port, host));
      if (socketPath !== null) {
        await removeStaleSocket(socketPath);
        await this.#server(true).listenOn({ path: socketPath });
        places.push(socketPath);
        await openToGroup(socketPath);
      }
      return places;
    } catch (error) {
      await this.close(0);
      throw error;
    }
  }

  /** How many connections are open, of all servers together. */
  async openConnections(): Promise<number> {
    const counts = this.#servers.map(({ server }) => promisify(server.getConnections.bind(server))());
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** @param graceMs as for `HttpServer.close` */
  async close(graceMs?: number): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close(graceMs)));
  }

  #server(isProxied: boolean): HttpServer {
    const { handler, proxiedHandler, limits, onProtocolError } = this.#options;
    const server = isProxied
      ? new HttpServer(proxiedHandler, { ...limits, trustedProxies: limits.trustedProxies || 1 }, onProtocolError, true)
      : new HttpServer(handler, limits, onProtocolError);
    this.#servers.push(server);
    return server;
  }
}
