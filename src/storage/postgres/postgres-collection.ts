import { DuplicateValueError, MissingOwnerError } from '../../errors.ts';
import type { Criteria, Identified, Owned, Repository } from '../store.ts';
import { isKey } from '../key.ts';
import type { Statement } from './connection.ts';
import type { Row, SqlValue } from './driver.ts';
import { asStoreError, RefusedStatementError } from './failures.ts';
import type { GatheredReads } from './gathered-reads.ts';
import { decoded, gatheredModels, gatheredOwned } from './records.ts';
import { SWEEP_BATCH } from './statements.ts';
import type { ChangeStatements, ReadStatements, Statements } from './statements.ts';
import type { Table } from './table.ts';
import type { Run } from './write-transaction.ts';

/** How many models `all` reads at a time. */
const PAGE = 1_000;

/** How a collection reaches the database: from outside of a transaction, or from within one. */
export interface Access {
  /** Within a transaction: what is read is locked. */
  readonly isTransaction: boolean;
  readonly read: Run;
  /**
   * Does some work in one transaction.
   *
   * @param isSerial true: one at a time with `Store.transaction`, since it locks many rows, in no certain order
   */
  write<T>(work: (run: Run) => Promise<T>, isSerial: boolean): Promise<T>;
}

/** A repository over a table of PostgreSQL. */
export class PostgresCollection<M extends Identified, O extends Identified> implements Repository<M, O> {
  readonly #table: Table<M, O>;
  readonly #access: Access;
  readonly #ownsOthers: () => boolean;
  readonly #reads: ReadStatements;
  readonly #changes: ChangeStatements;
  readonly #models: GatheredReads<M>;
  /** Made when it is first needed: a transaction seldom does. */
  #owned: GatheredReads<Owned<M, O>> | null = null;

  /** @param ownsOthers whether a collection belongs to this one */
  constructor(table: Table<M, O>, statements: Statements, access: Access, ownsOthers: () => boolean) {
    this.#table = table;
    this.#access = access;
    this.#ownsOthers = ownsOthers;
    this.#reads = access.isTransaction ? statements.lockingReads : statements.reads;
    this.#changes = statements.changes;
    this.#models = gatheredModels(table.schema, this.#reads.get, access.read);
  }

  async all(): Promise<M[]> {
    const models: M[] = [];
    let position = '0';
    for (;;) {
      const rows = await this.#read(this.#reads.page, [position, PAGE]);
      models.push(...rows.map(([, record]) => decoded(this.#table.schema, record)));
      position = rows.at(-1)?.[0] ?? position;
      if (rows.length < PAGE) return models;
    }
  }

  async page(after: string | null, limit: number): Promise<M[] | null> {
    const position = after === null ? '0' : await this.#positionOf(after);
    if (position === null) return null;
    const rows = await this.#read(this.#reads.page, [position, limit]);
    return rows.map(([, record]) => decoded(this.#table.schema, record));
  }

  async get(id: string): Promise<M | null> {
    return isKey(id) ? this.#models.get(id).catch(rethrow) : null;
  }

  async getWithOwner(id: string): Promise<Owned<M, O> | null> {
    const { schema } = this.#table;
    const owners = schema.belongsTo?.owner ?? null;
    const { getWithOwner } = this.#reads;
    if (owners === null || getWithOwner === null) throw new TypeError(`the owners of ${schema.collection} are not in this store`);
    this.#owned ??= gatheredOwned(schema, owners, getWithOwner, this.#access.read);
    return isKey(id) ? this.#owned.get(id).catch(rethrow) : null;
  }

  async search(criteria: Criteria): Promise<M[]> {
    const fields = Object.entries(criteria);
    if (fields.length === 0) throw new TypeError('search needs at least one field; all() gives every model');
    const keys = fields.map(([field]) => this.#table.keyOf(field));
    const values = fields.map(([, value], index) => {
      const { fold } = keys[index]?.index ?? {};
      return fold === undefined ? value : fold(value);
    });
    if (!values.every(isKey)) return [];
    const rows = await this.#read(this.#reads.search(keys.map(({ column }) => column)), values);
    return rows.map(([record]) => decoded(this.#table.schema, record));
  }

  async count(): Promise<number> {
    return Number((await this.#read(this.#reads.count, []))[0]?.[0]);
  }

  async save(model: M): Promise<M> {
    const values = this.#valuesOf(model);
    await this.#write((run) => run(this.#changes.save, values));
    return model;
  }

  async update(id: string, change: (current: M) => M): Promise<M | null> {
    if (!isKey(id)) return null;
    return this.#write(async (run) => {
      const [row] = await run(this.#changes.lock, [id]);
      if (row === undefined) return null;
      const current = decoded(this.#table.schema, row[0]);
      const next = changed(current, change);
      if (next !== current) await run(this.#changes.update, this.#valuesOf(next));
      return next;
    });
  }

  async updateAll(ids: readonly string[], change: (current: M) => M): Promise<M[]> {
    const models = await this.#write(async (run) => {
      const rows = await run(this.#changes.lockFree, [ids.filter(isKey)]);
      const found = rows.map(([record]) => changed(decoded(this.#table.schema, record), change));
      const values = found.map((model) => this.#valuesOf(model));
      const columns = this.#table.columns.map((_, index) => values.map((row) => row[index] ?? null));
      if (found.length > 0) await run(this.#changes.updateAll, columns);
      return found;
    });
    // Whatever others have locked is changed one by one: who waits while holding many locks could wait for ever.
    const done = new Set(models.map(({ id }) => id));
    for (const id of ids) {
      const model = done.has(id) ? null : await this.update(id, change);
      if (model !== null) models.push(model);
    }
    return models;
  }

  async remove(id: string): Promise<M | null> {
    if (!isKey(id)) return null;
    const [row] = await this.#write((run) => run(this.#changes.remove, [id]), this.#ownsOthers());
    return row === undefined ? null : decoded(this.#table.schema, row[0]);
  }

  async removeOwned(ownerId: string, exceptId: string | null): Promise<number> {
    const { removeOwned } = this.#changes;
    if (removeOwned === null) throw new TypeError(`${this.#table.schema.collection} belongs to nothing`);
    if (!isKey(ownerId)) return 0;
    const except = exceptId !== null && isKey(exceptId) ? exceptId : null;
    return Number((await this.#write((run) => run(removeOwned, [ownerId, except]), true))[0]?.[0]);
  }

  async removeExpired(now: number): Promise<number> {
    const { sweep } = this.#changes;
    if (sweep === null) return 0;
    for (let removed = 0; ; ) {
      const [row] = await this.#write((run) => run(sweep, [now]));
      removed += Number(row?.[1]);
      if (Number(row?.[0]) < SWEEP_BATCH) return removed;
    }
  }

  async #positionOf(id: string): Promise<string | null> {
    return isKey(id) ? ((await this.#read(this.#reads.positionOf, [id]))[0]?.[0] ?? null) : null;
  }

  /** @throws {MissingOwnerError} it has no owner, or one that can be none */
  #valuesOf(model: M): SqlValue[] {
    const { schema, keys } = this.#table;
    const owner = keys.find(({ isOwner }) => isOwner)?.index.valueOf(model);
    if (owner === null || (owner !== undefined && !isKey(owner))) throw new MissingOwnerError(schema.collection);
    return this.#table.valuesOf(model);
  }

  async #read(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#access.read(statement, values).catch(rethrow);
  }

  async #write<T>(work: (run: Run) => Promise<T>, isSerial = false): Promise<T> {
    try {
      return await this.#access.write(work, isSerial);
    } catch (error) {
      if (error instanceof RefusedStatementError) {
        const { collection } = this.#table.schema;
        const field = this.#table.fieldOf(error.constraint);
        if (error.isDuplicate && field !== null) throw new DuplicateValueError(collection, field);
        if (error.isMissingOwner) throw new MissingOwnerError(collection);
      }
      return rethrow(error);
    }
  }
}

/** @throws {TypeError} the change gives another id */
function changed<M extends Identified>(current: M, change: (current: M) => M): M {
  const next = change(current);
  if (next.id !== current.id) throw new TypeError('update must keep the id');
  return next;
}

function rethrow(error: unknown): never {
  throw asStoreError(error);
}
