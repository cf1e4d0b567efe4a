import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What one hostile client does, for as long as it is let. */
export const ATTACKS = ['pipelining', 'idle', 'bodies', 'hashes'] as const;
export type Attack = (typeof ATTACKS)[number];

export interface HostileClientOptions {
  readonly port: number;
  /** Its own, of the loopback network: to the server each is a network of its own. */
  readonly address: string;
  readonly attack: Attack;
  /** That it holds at once. */
  readonly connections: number;
  /** Pipelined on each connection; for `pipelining` only. */
  readonly requests?: number;
  /** The Cookie field of a signed-in user. */
  readonly cookie: string;
}

/** A connection that it lost is opened anew, one of them this often: what is attacked is what it holds. */
const REOPEN_INTERVAL_MS = 10;

const request = (line: string, fields: string): string => `${line} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;

const LOGIN = 'POST /api/v1/auth_session/login';
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';
const WRONG = 'email=nobody%40example.com&password=a+wrong+password';

function bytesOf({ attack, requests = 650, cookie }: HostileClientOptions): string {
  switch (attack) {
    case 'pipelining':
      return request('GET /api/v1/users', `Cookie: ${cookie}\r\n`).repeat(requests);
    case 'idle':
      return request('GET /api/v1/status', '');
    case 'bodies':
      return request(LOGIN, `${FORM}Content-Length: 65536\r\n`) + 'x'.repeat(65_000);
    case 'hashes':
      return request(LOGIN, `${FORM}Content-Length: ${WRONG.length}\r\n`) + WRONG;
  }
}

/** A client that takes all that it can get. Everything that it does ends with `stop()`. */
export class HostileClient {
  /** How often it connected. */
  opened = 0;
  /** How many of its connections the server ended. */
  lost = 0;
  readonly #options: HostileClientOptions;
  readonly #bytes: Buffer;
  readonly #sockets = new Set<Socket>();
  #reopening: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: HostileClientOptions) {
    this.#options = options;
    this.#bytes = Buffer.from(bytesOf(options));
  }

  /** How many connections it has now. */
  get held(): number {
    return this.#sockets.size;
  }

  /** Opens its connections, so many a turn of the event loop. */
  async start(): Promise<void> {
    for (let i = 0; i < this.#options.connections && !this.#isStopped; i += 1) {
      this.#open();
      if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (this.#isStopped) return;
    this.#reopening = setInterval(() => {
      if (this.held < this.#options.connections) this.#open();
    }, REOPEN_INTERVAL_MS);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#reopening);
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(): void {
    const { port, address, attack } = this.#options;
    const socket = connect({ port, host: '127.0.0.1', localAddress: address });
    this.#sockets.add(socket);
    this.opened += 1;
    socket.on('error', () => {});
    socket.on('connect', () => socket.write(this.#bytes));
    if (attack === 'pipelining') socket.pause();
    else if (attack === 'hashes') socket.on('data', () => socket.write(this.#bytes));
    else socket.resume();
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (!this.#isStopped) this.lost += 1;
    });
  }
}
