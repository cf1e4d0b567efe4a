import type { Connection } from './connection.ts';
import { LostConnectionError } from './failures.ts';

/** How many connections a process writes by: enough for commits to share a sync of the disk, and few for the server. */
const MAX_CONNECTIONS = 8;

/** After a connection could not be made, none is tried for so long: every request would wait for it. */
const PAUSE_MS = 250;

/** Connections for writing, each for one transaction at a time; made when they are needed, and kept. */
export class WritePool {
  readonly #connect: () => Promise<Connection>;
  readonly #idle: Connection[] = [];
  /** Who waits: given a connection, or null to look again. */
  readonly #waiting: ((connection: Connection | null) => void)[] = [];
  /** Connections that are being made or, at the end, closed. */
  #changingCount = 0;
  #inUseCount = 0;
  #obstacle: { readonly error: unknown; readonly until: number } | null = null;
  #isClosed = false;
  #onRelease: () => void = () => {};

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
    for (const connection of this.#idle.splice(0)) connection.kill();
  }

  /** Ends every connection, those in use once their work is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wakeAll();
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
    while (this.#inUseCount + this.#changingCount > 0) {
      await new Promise<void>((resolve) => {
        this.#onRelease = resolve;
      });
    }
  }

  /** @returns a connection that counts as in use */
  async #acquire(deadline: number): Promise<Connection> {
    for (;;) {
      if (this.#isClosed) throw new LostConnectionError('the store is closed');
      const found = this.#takeIdle() ?? (this.#hasPlace ? await this.#open() : null) ?? (await this.#wait(deadline));
      if (found !== null) return found;
    }
  }

  #takeIdle(): Connection | null {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.isUsable) continue;
      this.#inUseCount += 1;
      return idle;
    }
    return null;
  }

  get #hasPlace(): boolean {
    if (this.#obstacle === null || performance.now() >= this.#obstacle.until) {
      return this.#inUseCount + this.#changingCount < MAX_CONNECTIONS;
    }
    if (this.#inUseCount === 0) throw this.#obstacle.error;
    return false;
  }

  /**
   * @returns null where there can be none, but others are in use: one of those will do
   * @throws {LostConnectionError} there can be none
   */
  async #open(): Promise<Connection | null> {
    this.#changingCount += 1;
    try {
      const connection = await this.#connect();
      this.#obstacle = null;
      this.#inUseCount += 1;
      return connection;
    } catch (error) {
      this.#obstacle = { error, until: performance.now() + PAUSE_MS };
      if (this.#inUseCount > 0) return null;
      this.#wakeAll();
      throw error;
    } finally {
      this.#changingCount -= 1;
      this.#onRelease();
    }
  }

  #wait(deadline: number): Promise<Connection | null> {
    return new Promise((resolve, reject) => {
      const give = (connection: Connection | null): void => {
        clearTimeout(timer);
        resolve(connection);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(give), 1);
        reject(new LostConnectionError('no connection was free in time'));
      }, deadline - performance.now());
      this.#waiting.push(give);
    });
  }

  #release(connection: Connection): void {
    const next = this.#isClosed || !connection.isUsable ? undefined : this.#waiting.shift();
    if (next !== undefined) return next(connection);
    this.#inUseCount -= 1;
    if (this.#isClosed) {
      this.#changingCount += 1;
      void connection.close().finally(() => {
        this.#changingCount -= 1;
        this.#onRelease();
      });
    } else if (connection.isUsable) {
      this.#idle.push(connection);
    } else {
      this.#waiting.shift()?.(null);
    }
  }

  #wakeAll(): void {
    for (const give of this.#waiting.splice(0)) give(null);
  }
}
