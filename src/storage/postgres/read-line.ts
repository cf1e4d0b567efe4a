import { messageOf } from '../../errors.ts';
import type { Availability } from './availability.ts';
import type { Connection, Statement } from './connection.ts';
import type { Row, SqlValue } from './driver.ts';
import { LostConnectionError } from './failures.ts';

/** How long a read may take, in milliseconds. */
const READ_LIMIT_MS = 2_000;

/** How often a database that is away is looked for. */
const RETRY_MS = 500;

/** A read that a lost connection took with it is asked again once: it changes nothing. */
const ATTEMPTS = 2;

type State =
  | { readonly kind: 'connected'; readonly connection: Connection }
  /** Reads wait for the first attempt after a loss: a server that was restarted costs a moment and no error. */
  | { readonly kind: 'connecting'; readonly attempt: Promise<Connection> }
  /** Reads fail at once, while it is tried again and again. */
  | { readonly kind: 'away'; readonly reason: LostConnectionError; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'closed' };

const CLOSED: State = { kind: 'closed' };

/**
 * The one connection that all reads share, and that says whether the database is there. The driver puts a pipelined
 * statement on the wire at once, and gives a client up for good when its connection is lost: this makes the next one.
 */
export class ReadLine {
  readonly #connect: (onLost: () => void) => Promise<Connection>;
  readonly #availability: Availability;
  #state: State = CLOSED;
  /** When a connection was last lost, by `performance.now()`. */
  #lostAt = Number.NEGATIVE_INFINITY;

  /**
   * @param connect makes a connection that is ready for reads; `onLost` is called when it ends
   */
  constructor(connect: (onLost: () => void) => Promise<Connection>, availability: Availability) {
    this.#connect = connect;
    this.#availability = availability;
  }

  /**
   * Connects.
   *
   * @param waits true: where the database cannot be reached, goes on trying; false: throws
   * @throws {UnusableDatabaseError} trying again would be of no use
   * @throws {LostConnectionError} it cannot be reached
   */
  async open(waits: boolean): Promise<void> {
    try {
      await this.#reconnect();
    } catch (error) {
      if (waits && error instanceof LostConnectionError) return;
      this.close();
      throw error;
    }
  }

  /**
   * @throws {RefusedStatementError} PostgreSQL refused it
   * @throws {LostConnectionError} the database is away
   */
  async run(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    const deadline = performance.now() + READ_LIMIT_MS;
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#ready(deadline);
      try {
        return await connection.run(statement, values, deadline - performance.now());
      } catch (error) {
        const isWorthwhile = attempt < ATTEMPTS && performance.now() < deadline;
        if (!(error instanceof LostConnectionError) || !isWorthwhile) throw error;
      }
    }
  }

  /** Asks the server again whether it is one to read from, and gives it up where it is not. */
  async recheck(): Promise<void> {
    if (this.#state.kind !== 'connected') return;
    const { connection } = this.#state;
    await connection.checkIsPrimary().catch(() => connection.kill());
  }

  async close(): Promise<void> {
    const state = this.#state;
    this.#state = CLOSED;
    if (state.kind === 'away') clearTimeout(state.timer);
    if (state.kind === 'connected') await state.connection.close();
    // Its end is seen to by `#establish`. Only waited for: who asked for it is told.
    if (state.kind === 'connecting') await state.attempt.catch(() => {});
  }

  async #ready(deadline: number): Promise<Connection> {
    const state = this.#state;
    if (state.kind === 'connected') return state.connection;
    if (state.kind === 'closed') throw new LostConnectionError('the store is closed');
    if (state.kind === 'away') throw state.reason;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LostConnectionError('no answer in time')), deadline - performance.now());
    });
    return Promise.race([state.attempt, limit]).finally(() => clearTimeout(timer));
  }

  #reconnect(): Promise<Connection> {
    const attempt = this.#establish();
    // Nobody may be waiting for it.
    attempt.catch(() => {});
    this.#state = { kind: 'connecting', attempt };
    return attempt;
  }

  /** One attempt; the state afterwards is "connected" or "away". */
  async #establish(): Promise<Connection> {
    let isLost = false;
    let isCurrent = false;
    try {
      const connection = await this.#connect(() => {
        isLost = true;
        if (isCurrent) this.#lost();
      });
      if (this.#state.kind === 'closed') await connection.close();
      if (isLost) throw new LostConnectionError('the connection was lost');
      this.#state = { kind: 'connected', connection };
      isCurrent = true;
      this.#availability.regained('reach');
      return connection;
    } catch (error) {
      this.#away(error);
      throw error;
    }
  }

  #lost(): void {
    if (this.#state.kind !== 'connected') return;
    const now = performance.now();
    const isFirst = now - this.#lostAt >= RETRY_MS;
    this.#lostAt = now;
    if (isFirst) void this.#reconnect();
    else this.#away(new LostConnectionError('connections are cut as soon as they are made'));
  }

  #away(error: unknown): void {
    if (this.#state.kind === 'closed') return;
    const reason = new LostConnectionError(messageOf(error));
    this.#availability.failed('reach', reason.message);
    const timer = setTimeout(() => {
      // Where it fails, it has called `#away`, which tells of it and sets the next try.
      this.#establish().catch(() => {});
    }, RETRY_MS).unref();
    this.#state = { kind: 'away', reason, timer };
  }
}
