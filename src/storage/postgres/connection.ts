import { createHash } from 'node:crypto';
import { UnusableDatabaseError } from '../store-errors.ts';
import type { Driver, DriverClient, DriverResult, Row, SqlValue } from './driver.ts';
import { connectFailure, LostConnectionError, RefusedStatementError, statementFailure } from './failures.ts';

/** How long a connection may take to be made, in milliseconds. */
const CONNECT_LIMIT_MS = 2_000;

/** How long a server may take to say good-bye. */
const END_LIMIT_MS = 1_000;

/** SQL that is prepared once a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The name is made of the text, so that no two statements share one: not even two versions of the server behind pgbouncer. */
export function statement(text: string): Statement {
  return { name: `s${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
}

/** One connection to PostgreSQL. Whatever goes wrong with it rejects what is under way, and ends nothing else. */
export class Connection {
  readonly #client: DriverClient;
  readonly #onLost: () => void;
  #isUsable = true;

  private constructor(client: DriverClient, onLost: () => void) {
    this.#client = client;
    this.#onLost = onLost;
  }

  /**
   * @param url with the user and the password; it goes nowhere but to the driver
   * @param onLost is called once, when the connection ends, whoever ended it
   * @throws {UnusableDatabaseError} the server refuses us for good
   * @throws {LostConnectionError} it cannot be reached, or only reads
   */
  static async open(driver: Driver, url: string, onLost: () => void): Promise<Connection> {
    let client: DriverClient;
    try {
      client = new driver.Client({
        connectionString: url,
        pipeline: true,
        connectionTimeoutMillis: CONNECT_LIMIT_MS,
        keepAlive: true,
        application_name: 'session-auth',
        types: { getTypeParser: () => (text) => text },
      });
    } catch {
      throw new UnusableDatabaseError('DATABASE_URL cannot be used: its format is wrong, or a file that it names cannot be read');
    }
    const connection = new Connection(client, onLost);
    // Without a listener the driver's "error" would end the process; what was under way is rejected besides.
    client.on('error', () => connection.kill());
    client.on('end', () => connection.kill());
    try {
      await client.connect();
      await connection.checkIsPrimary();
    } catch (error) {
      connection.kill();
      if (error instanceof RefusedStatementError) throw new LostConnectionError(error.message);
      throw error instanceof LostConnectionError ? error : connectFailure(error);
    }
    return connection;
  }

  get isUsable(): boolean {
    return this.#isUsable;
  }

  /**
   * Runs a prepared statement. What is run in one moment goes out together.
   *
   * @param limitMs milliseconds, after which the connection is given up
   * @throws {RefusedStatementError} PostgreSQL refused it
   * @throws {LostConnectionError} the connection is gone, or gave no answer in time
   */
  async run({ name, text }: Statement, values: readonly SqlValue[], limitMs: number): Promise<readonly Row[]> {
    const { rows } = await this.#query(limitMs, { name, text, values });
    return rows;
  }

  /** Runs SQL as it is, several statements among it. @returns the command of a single one, as PostgreSQL names it */
  async execute(text: string, limitMs: number): Promise<string> {
    const { command } = await this.#query(limitMs, { text });
    return command;
  }

  async #query(
    limitMs: number,
    query: { readonly text: string; readonly name?: string; readonly values?: readonly SqlValue[] },
  ): Promise<DriverResult> {
    if (!this.#isUsable) throw new LostConnectionError('the connection is gone');
    try {
      // The driver takes 0 for "no limit".
      return await this.#client.query({ ...query, rowMode: 'array', query_timeout: Math.max(1, Math.ceil(limitMs)) });
    } catch (error) {
      const failure = statementFailure(error);
      if (failure instanceof LostConnectionError || failure.isOfConnection) this.kill();
      throw failure;
    }
  }

  /**
   * A standby lags: a logout would not hold there. After a failover the former primary may be one.
   *
   * @throws {LostConnectionError} it is a standby
   */
  async checkIsPrimary(): Promise<void> {
    const [row] = await this.run(IS_STANDBY, [], CONNECT_LIMIT_MS);
    if (row?.[0] !== 'f') throw new LostConnectionError('it is a standby, which only reads');
  }

  /** Ends the connection at once; what is under way is rejected. */
  kill(): void {
    this.#client.connection.stream.destroy();
    if (!this.#isUsable) return;
    this.#isUsable = false;
    this.#onLost();
  }

  /** Ends the connection once what is under way is done. */
  async close(): Promise<void> {
    if (!this.#isUsable) return;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, END_LIMIT_MS)));
    // Where that fails, it is ended below all the same.
    await Promise.race([this.#client.end().catch(() => {}), limit]);
    clearTimeout(timer);
    this.kill();
  }
}

const IS_STANDBY = statement('select pg_is_in_recovery()');
