import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DomainError, messageOf } from '../../errors.ts';
import { HostPolicy } from '../../http/allowed-hosts.ts';
import { Content } from '../../http/content.ts';
import { HttpError } from '../../http/http-error.ts';
import { HttpServer } from '../../http/http-server.ts';
import { requestPath } from '../../http/request-target.ts';
import { json, NO_HEADERS, PreparedHeaders, send } from '../../http/respond.ts';
import type { Answer } from '../../http/respond.ts';
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
    send(request, response, await this.#answerOf(request), this.#headers);
  }

  async #answerOf(request: IncomingMessage): Promise<Answer> {
    try {
      this.#check(request);
      const content = new Content(await this.#options.text(), METRICS_MEDIA_TYPE);
      return { status: 200, content, headers: NO_HEADERS };
    } catch (error) {
      if (!(error instanceof HttpError)) this.#options.onUnexpectedError(error);
      const { status, message, headers } = error instanceof HttpError ? error : new HttpError(500);
      return json(status, { error: message }, headers);
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
