import type { Connection } from './connection.ts';
import { LostConnectionError } from './failures.ts';

/** How many connections a process writes by: enough for commits to share a sync of the disk, and few for the server. */
const MAX_CONNECTIONS = 8;

/** After a connection could not be made, none is tried for so long: every request would wait for it. */
const PAUSE_MS = 250;

/** What somebody who waited gets: a connection, the place for a new one, or nothing. */
type Turn = Connection | 'place' | 'none';

/** Connections for writing, each for one transaction at a time; made when they are needed, and kept. */
export class WritePool {
  readonly #connect: () => Promise<Connection>;
  readonly #idle: Connection[] = [];
  readonly #waiting: ((turn: Turn) => void)[] = [];
  #count = 0;
  #obstacle: { readonly error: unknown; readonly until: number } | null = null;
  #isClosed = false;
  #onEmpty: (() => void) | null = null;

  constructor(connect: () => Promise<Connection>) {
    this.#connect = connect;
  }

  /**
   * Gives a connection to some work. Work that leaves a transaction open must kill the connection.
   *
   * @param deadline by `performance.now()`, for a connection to be free
   * @throws {LostConnectionError} there was none
   * @throws what `work` throws
   */
  async use<T>(deadline: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#acquire(deadline);
    try {
      return await work(connection);
    } finally {
      this.#release(connection);
    }
  }

  /** Ends the connections that nobody uses; the next ones may lead elsewhere. */
  renew(): void {
    for (const connection of this.#idle.splice(0)) {
      connection.kill();
      this.#count -= 1;
    }
  }

  /** Ends every connection, those in use once their work is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const give of this.#waiting.splice(0)) give('none');
    const idle = this.#idle.splice(0);
    await Promise.all(idle.map((connection) => connection.close()));
    this.#count -= idle.length;
    if (this.#count > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
  }

  async #acquire(deadline: number): Promise<Connection> {
    if (this.#isClosed) throw new LostConnectionError('the store is closed');
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isUsable) return idle;
      this.#count -= 1;
    }
    const turn = this.#count < MAX_CONNECTIONS ? 'place' : await this.#wait(deadline);
    if (turn === 'none') throw new LostConnectionError('no connection was free in time');
    return turn === 'place' ? this.#open() : turn;
  }

  #wait(deadline: number): Promise<Turn> {
    return new Promise((resolve) => {
      const give = (turn: Turn): void => {
        clearTimeout(timer);
        resolve(turn);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        resolve('none');
      }, deadline - performance.now());
      this.#waiting.push(give);
    });
  }

  async #open(): Promise<Connection> {
    this.#count += 1;
    try {
      if (this.#obstacle !== null && performance.now() < this.#obstacle.until) throw this.#obstacle.error;
      const connection = await this.#connect();
      this.#obstacle = null;
      return connection;
    } catch (error) {
      if (error !== this.#obstacle?.error) this.#obstacle = { error, until: performance.now() + PAUSE_MS };
      this.#leave();
      throw error;
    }
  }

  #release(connection: Connection): void {
    if (this.#isClosed) {
      void connection.close().finally(() => this.#leave());
      return;
    }
    if (!connection.isUsable) return this.#leave();
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }

  #leave(): void {
    this.#count -= 1;
    this.#waiting.shift()?.('place');
    if (this.#count === 0) this.#onEmpty?.();
  }
}
