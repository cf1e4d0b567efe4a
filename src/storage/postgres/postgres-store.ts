import { UnusableDatabaseError } from '../store-errors.ts';
import type { SharedCounters } from '../shared-counters.ts';
import type { StoreObserver, StoreState } from '../store-observer.ts';
import type { Identified, Repository, Schema, Store, Transaction } from '../store.ts';
import { Availability } from './availability.ts';
import { Connection, statement } from './connection.ts';
import type { Statement } from './connection.ts';
import type { Driver, Row, SqlValue } from './driver.ts';
import { asStoreError, LostConnectionError, RefusedStatementError, tellFailure } from './failures.ts';
import { migrate } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { PostgresCollection } from './postgres-collection.ts';
import type { Access } from './postgres-collection.ts';
import { countersDefinition, PostgresCounters } from './postgres-counters.ts';
import { ReadLine } from './read-line.ts';
import { statementsOf } from './statements.ts';
import type { Statements } from './statements.ts';
import { Table } from './table.ts';
import { TransactionAccess } from './transaction-access.ts';
import { WritePool } from './write-pool.ts';
import { inTransaction, WRITE_LIMIT_MS } from './write-transaction.ts';
import type { Run } from './write-transaction.ts';

export interface PostgresStoreOptions {
  readonly driver: Driver;
  /** `postgres://…`, with the user and the password: a secret. */
  readonly url: string;
  /** What an operator should know: a line without its newline. */
  readonly onNotice?: (notice: string) => void;
  /** True: `open` waits for no database that is away; what needs it rejects until it is there. */
  readonly startsWithout?: boolean;
  /** Default: nobody measures. */
  readonly observer?: StoreObserver | null;
  /** The schema, in PostgreSQL's sense, in which the tables are. */
  readonly namespace?: string;
  /** Milliseconds since the epoch, for the counters' windows; null: the database's own clock. */
  readonly counterClock?: (() => number) | null;
  /** Migrations on top of the tables that are declared. */
  readonly migrations?: readonly Migration[];
}

const LOCK = statement('select pg_advisory_xact_lock(7238114902)');

/**
 * A store in PostgreSQL, which any number of processes may have open at once.
 *
 * Reads share one connection and see what has been committed; nothing is kept in memory. Every write is a transaction
 * of its own. Transactions take an advisory lock, so that they run one at a time whichever process they are of.
 */
export class PostgresStore implements Store {
  readonly #namespace: string;
  readonly #startsWithout: boolean;
  readonly #observer: StoreObserver | null;
  readonly #availability: Availability;
  readonly #reads: ReadLine;
  readonly #writes: WritePool;
  /** Counters that all processes share. */
  readonly counters: SharedCounters;
  readonly #declared = new Map<string, Statements>();
  readonly #definitions: string[];
  /** The names of collections that others belong to. */
  readonly #owners = new Set<string>();
  /** Resolves once the transactions of this process that came before are over. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PostgresStoreOptions) {
    const { driver, url, onNotice = () => {}, namespace = 'session_auth', migrations = [] } = options;
    this.#namespace = namespace;
    this.#definitions = [countersDefinition(namespace)];
    const runOne: Run = (one, values) => tellFailure(this.#observer, 'write', this.#runOne(one, values));
    this.counters = new PostgresCounters(namespace, runOne, options.counterClock);
    this.#startsWithout = options.startsWithout ?? false;
    this.#observer = options.observer ?? null;
    this.#availability = new Availability(onNotice);
    this.#reads = new ReadLine(async (onLost) => {
      const connection = await Connection.open(driver, url, onLost);
      await migrate(connection, { namespace, definitions: this.#definitions, migrations });
      return connection;
    }, this.#availability);
    this.#writes = new WritePool(() => Connection.open(driver, url, () => {}));
  }

  collection<M extends Identified, O extends Identified>(schema: Schema<M, O>): Repository<M, O> {
    const { collection: name, belongsTo } = schema;
    if (this.#declared.has(name)) throw new TypeError(`${name} is declared twice`);
    const owner = belongsTo?.owner ?? null;
    if (owner !== null && !this.#declared.has(owner.collection)) {
      throw new TypeError(`declare what ${name} belongs to first`);
    }
    if (owner?.belongsTo !== undefined) throw new TypeError(`${owner.collection} belongs to something itself`);
    const table = new Table(schema, this.#namespace);
    const statements = statementsOf(table);
    this.#declared.set(name, statements);
    this.#definitions.push(table.definition);
    if (owner !== null) this.#owners.add(owner.collection);
    const access: Access = {
      isTransaction: false,
      read: (select, values) => tellFailure(this.#observer, 'read', this.#reads.run(select, values)),
      write: (work, isSerial) =>
        tellFailure(this.#observer, 'write', isSerial ? this.#serially(work) : this.#write(work)),
    };
    return new PostgresCollection(table, statements, access, () => this.#owners.has(name));
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      const commit = this.#serially(async (run) => {
        const access = new TransactionAccess(run);
        const result = await work({ collection: (schema) => this.#within(schema, access) });
        await access.settled();
        return result;
      });
      return await tellFailure(this.#observer, 'write', commit);
    } catch (error) {
      throw asStoreError(error);
    }
  }

  get state(): StoreState {
    return { isUp: this.#availability.isUp('reach'), journalBytes: null };
  }

  /**
   * @throws {UnusableDatabaseError} the database cannot be used, and waiting will not change that
   * @throws {StoreUnavailableError} it cannot be reached, and the store was not told to start without it
   */
  async open(): Promise<void> {
    try {
      await this.#reads.open(this.#startsWithout);
    } catch (error) {
      throw error instanceof UnusableDatabaseError ? error : asStoreError(error);
    }
  }

  async close(): Promise<void> {
    await this.#writes.close();
    await this.#reads.close();
  }

  #within<M extends Identified, O extends Identified>(
    schema: Schema<M, O>,
    access: TransactionAccess,
  ): Repository<M, O> {
    const statements = this.#declared.get(schema.collection);
    if (statements === undefined) throw new TypeError(`${schema.collection} is not declared`);
    return new PostgresCollection(new Table(schema, this.#namespace), statements, access, () => false);
  }

  /** In the order of the calls, so that those of this process that wait hold no connection. */
  #serially<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const deadline = performance.now() + WRITE_LIMIT_MS;
    const result = this.#turn.then(() =>
      this.#write(async (run) => {
        await run(LOCK, []);
        return work(run);
      }, deadline),
    );
    // Only for the order: whoever asked has the result.
    this.#turn = result.catch(() => {});
    return result;
  }

  async #write<T>(work: (run: Run) => Promise<T>, deadline = performance.now() + WRITE_LIMIT_MS): Promise<T> {
    if (!this.#availability.isUp('reach')) throw new LostConnectionError('it is away');
    try {
      const result = await this.#writes.use(deadline, (connection) => inTransaction(connection, deadline, work));
      this.#availability.worked('writes');
      return result;
    } catch (error) {
      this.#noteFailedWrite(error);
      throw error;
    }
  }

  /** One statement of which it is no matter where it is carried out after all, when nobody waits for it any more. */
  async #runOne(one: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    const deadline = performance.now() + WRITE_LIMIT_MS;
    try {
      if (!this.#availability.isUp('reach')) throw new LostConnectionError('it is away');
      return await this.#writes.use(deadline, (connection) => connection.run(one, values, deadline - performance.now()));
    } catch (error) {
      this.#noteFailedWrite(error);
      throw asStoreError(error);
    }
  }

  #noteFailedWrite(error: unknown): void {
    const isRefused = error instanceof UnusableDatabaseError || (error instanceof LostConnectionError && error.isFull);
    if (isRefused) this.#availability.failed('writes', error.message);
    // A connection that was lost is told by the reads, which lose theirs too.
    if (!(error instanceof RefusedStatementError) || !error.isPassing || error.isConflict) return;
    this.#availability.failed('writes', error.message);
    if (!error.isReadOnly) return;
    // After a failover every connection may lead to the former primary.
    this.#writes.renew();
    void this.#reads.recheck();
  }
}
