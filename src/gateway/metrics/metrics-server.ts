import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DomainError, messageOf } from '../../errors.ts';
import { HostPolicy } from '../../http/allowed-hosts.ts';
import { HttpError } from '../../http/http-error.ts';
import { HttpServer } from '../../http/http-server.ts';
import { requestPath } from '../../http/request-target.ts';
import { json, PreparedHeaders, send } from '../../http/respond.ts';
import { METRICS_MEDIA_TYPE } from './text-format.ts';

/** Few ask for metrics, and each for one answer at a time. */
const MAX_CONNECTIONS = 32;

/** The address for metrics cannot be used. */
export class MetricsAddressError extends DomainError {
  override readonly name = 'MetricsAddressError';

  constructor(host: string, port: number, cause: unknown) {
    super(`cannot serve metrics on ${host} port ${port}: ${messageOf(cause)}; choose another METRICS_PORT or METRICS_HOST`, { cause });
  }
}

export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  /** Gives the metrics as they are now. */
  readonly text: () => Promise<string>;
  readonly onUnexpectedError: (error: unknown) => void;
}

/**
 * `GET /metrics`, on a port of its own: whoever can reach the server is not told how it is, and a firewall can keep the
 * two apart.
 */
export class MetricsServer {
  readonly #options: MetricsServerOptions;
  readonly #server: HttpServer;
  readonly #headers = new PreparedHeaders([]);
  readonly #hosts: HostPolicy;

  constructor(options: MetricsServerOptions) {
    this.#options = options;
    // On the loopback a page of any site could read it, by a name of its own that leads here.
    this.#hosts = new HostPolicy({ allowedHosts: 'auto', host: options.host, trustedProxies: 0 });
    const limits = { maxConnections: MAX_CONNECTIONS, drainMs: 0 };
    this.#server = new HttpServer((request, response) => void this.#answer(request, response), limits);
  }

  /** @throws {MetricsAddressError} the address cannot be used */
  async listen(): Promise<AddressInfo> {
    const { host, port } = this.#options;
    try {
      return await this.#server.listen(port, host);
    } catch (error) {
      throw new MetricsAddressError(host, port, error);
    }
  }

  /** @param graceMs how long an answer under way may take, in milliseconds */
  close(graceMs?: number): Promise<void> {
    return this.#server.close(graceMs);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#check(request);
      const text = await this.#options.text();
      response.writeHead(200, {
        'Content-Type': METRICS_MEDIA_TYPE,
        'Content-Length': Buffer.byteLength(text),
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      });
      response.end(text);
    } catch (error) {
      if (!(error instanceof HttpError)) this.#options.onUnexpectedError(error);
      const { status, message, headers } = error instanceof HttpError ? error : new HttpError(500);
      send(request, response, json(status, { error: message }, headers), this.#headers);
    }
  }

  /** @throws {HttpError} it is no GET for the metrics */
  #check(request: IncomingMessage): void {
    if (!this.#hosts.allows(request)) throw new HttpError(421, 'Misdirected request: ask by the name localhost');
    if (requestPath(request.url ?? '') !== '/metrics') throw new HttpError(404);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead) throw new HttpError(405, undefined, [['Allow', 'GET, HEAD']]);
  }
}
