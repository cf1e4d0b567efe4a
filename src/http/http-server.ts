import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { hasBody } from './body.ts';
import { Connections } from './connections.ts';
import type { HttpLimits } from './http-limits.ts';
import { DEFAULT_HTTP_LIMITS } from './http-limits.ts';
import { ProxiedRequest } from './proxied-request.ts';
import type { ProtocolError } from './protocol-errors.ts';
import { protocolErrorFor, requestProblem } from './protocol-errors.ts';
import { Refusals } from './refusals.ts';
import type { ProtocolErrorEvent } from './refusals.ts';
import { RequestMemory } from './request-memory.ts';
import { closeAfterAnswer, shutDown } from './shutdown.ts';
import { responseUnderWay } from './socket-end.ts';
import { Turns } from './turns.ts';

const TOO_MUCH: ProtocolError = { status: 503, reason: 'too many bodies and waiting requests' };

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * A node:http server with limits, whose every refusal has the project's error form, and that can be closed
 * without cutting off a request under way.
 */
export class HttpServer {
  /** The node:http server, for what this class leaves open. */
  readonly server: Server;
  readonly #limits: HttpLimits;
  readonly #handler: RequestHandler;
  readonly #onProtocolError: (event: ProtocolErrorEvent) => void;
  readonly #connections: Connections;
  readonly #memory: RequestMemory;
  readonly #turns = new Turns();
  readonly #refusals: Refusals;
  #closing: Promise<void> | null = null;

  /**
   * @param handler called for each sound request
   * @param limits those that differ from DEFAULT_HTTP_LIMITS
   * @param onProtocolError told of each request refused before the handler
   * @param isProxied whether it is for a Unix socket, which only proxies of ours can open
   */
  constructor(
    handler: RequestHandler,
    limits: Partial<HttpLimits> = {},
    onProtocolError: (event: ProtocolErrorEvent) => void = () => {},
    isProxied = false,
  ) {
    this.#limits = { ...DEFAULT_HTTP_LIMITS, ...limits };
    this.#handler = handler;
    this.#onProtocolError = onProtocolError;
    this.#refusals = new Refusals(this.#limits.lingerMs, onProtocolError);
    this.#connections = new Connections(this.#limits);
    const { maxRequestMemoryBytes: maxBytes, maxBodyBytes, trustedProxies } = this.#limits;
    const onYield = (socket: Socket): void => this.#refusals.giveWay(socket, TOO_MUCH);
    this.#memory = new RequestMemory({ maxBytes, maxBodyBytes, trustedProxies, onYield });
    this.server = this.#createServer(isProxied);
  }

  /**
   * Starts to accept connections.
   *
   * @param port 0 to 65535; 0 picks a free port
   * @param host the address to listen on
   * @returns the address and port in use
   * @throws {Error} what listen(2) says: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`…
   */
  async listen(port: number, host: string): Promise<AddressInfo> {
    const place = await this.listenOn({ port, host });
    if (place === null || typeof place === 'string') throw new TypeError('not listening on a port');
    return place;
  }

  /**
   * Starts to accept connections at a port, a path, or a descriptor that listens already.
   *
   * @returns the address and port, or the path, in use; null where it is a path that Node was not told
   * @throws {Error} as `listen`
   */
  listenOn(options: ListenOptions & { readonly fd?: number }): Promise<AddressInfo | string | null> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(options, () => {
        this.server.off('error', reject);
        this.#connections.watch();
        resolve(this.server.address());
      });
    });
  }

  /**
   * Stops accepting, answers idle connections for a while and closes them, the others as soon as their answer is sent.
   *
   * @param graceMs after which the connections left are destroyed, in milliseconds
   * @returns once no connection is open; the same promise however often it is called
   */
  close(graceMs = 10_000): Promise<void> {
    const { drainMs } = this.#limits;
    this.#closing ??= shutDown(this.server, () => this.#connections.sockets(), { drainMs, graceMs }).finally(() =>
      this.#connections.unwatch(),
    );
    return this.#closing;
  }

  #createServer(isProxied: boolean): Server {
    const limits = this.#limits;
    const server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      insecureHTTPParser: false,
      ...(isProxied && { IncomingMessage: ProxiedRequest }),
      // requestProblem() looks for Host, and answers in the project's form.
      requireHostHeader: false,
    });
    // Past its default of 2,000 node:http drops header lines and says nothing; requestProblem() refuses them.
    server.maxHeadersCount = 0;
    // A client that ends its side after the request (`nc -N`) still wants the answer.
    Object.assign(server, { httpAllowHalfOpen: true });
    const onRequest = this.#onRequest.bind(this);
    server.on('request', onRequest);
    // Whoever reads the body says 100 first; a request refused before that never sends it.
    server.on('checkContinue', onRequest);
    server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
      // Expect = #expectation: an empty list expects nothing (RFC 9110 sections 5.6.1.2 and 10.1.1).
      if (request.headers.expect === '') return onRequest(request, response);
      this.#refuse(request.socket, { status: 417, reason: 'an expectation other than 100-continue' }, response);
    });
    server.on('connect', (_request, socket) => {
      socket.on('error', () => socket.destroy());
      this.#refuse(socket, { status: 405, reason: 'CONNECT' });
    });
    server.on('clientError', (error, socket) => this.#onClientError(error, socket));
    // accept(2) fails where file descriptors run out: without a listener that would end the process.
    server.on('error', (error) => {
      if (server.listening) this.#onProtocolError({ address: '', status: 503, reason: error.message });
    });
    this.#limitConnections(server);
    return server;
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const problem = requestProblem(request, this.#limits.maxHeaders);
    if (problem !== null) return this.#refuse(request.socket, problem, response);
    const waits = response.socket === null;
    // What is left of one piece is still read once the connection is given up.
    if (waits && (request.socket.destroyed || this.#refusals.has(request.socket))) return;
    if ((waits || hasBody(request)) && !this.#memory.hold(request, response, waits)) {
      this.#refusals.giveWay(request.socket, TOO_MUCH, request);
    } else if (!waits) this.#begin(request, response);
    else this.#turns.wait(request, response, () => this.#begin(request, response));
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // Nothing can be answered any more, as behind an Upgrade: then nothing is to be done either.
    if (!socket.writable) return;
    // node:http drops what came in one piece with an Upgrade that nobody makes, and reads on in the middle of the rest:
    // a field's value would be a request. So what follows is never looked at (RFC 9110 section 7.8 lets us ignore it).
    if (this.#closing !== null || request.headers.upgrade !== undefined) closeAfterAnswer(socket);
    this.#handler(request, response);
  }

  #onClientError(error: Error, socket: Duplex): void {
    // The parser complains again of each packet that comes while the client reads its answer.
    if (this.#refusals.has(socket)) return;
    const problem = protocolErrorFor(error);
    if (problem === null || !socket.writable) socket.destroy();
    else this.#refuse(socket, problem);
  }

  #refuse(socket: Duplex, problem: ProtocolError, own?: ServerResponse): void {
    const response = responseUnderWay(socket);
    const isBehindUpgrade = response !== own && response?.req.complete && response.req.headers.upgrade !== undefined;
    if (isBehindUpgrade !== true) this.#refusals.refuse(socket, problem, own);
  }

  #limitConnections(server: Server): void {
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (this.#connections.accept(socket)) {
        for (const listener of listeners) listener.call(server, socket);
        return;
      }
      // No parser ever sees this one, so that it costs next to nothing.
      socket.on('error', () => socket.destroy());
      this.#refusals.giveWay(socket, { status: 503, reason: 'too many connections' });
    });
  }
}
