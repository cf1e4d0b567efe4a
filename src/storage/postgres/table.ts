import type { Identified, Index, Schema } from '../store.ts';
import { indexKey, isKey } from '../key.ts';
import type { SqlValue } from './driver.ts';

/** A column with what an index is made of. */
export interface KeyColumn<M> {
  readonly field: string;
  readonly index: Index<M>;
  /** Quoted. */
  readonly column: string;
  readonly isUnique: boolean;
  readonly isOwner: boolean;
}

/**
 * A collection as a table: what its columns are called, and what a model puts into them.
 *
 * `position` is the order in which ids were first saved; `record` is the model as the journal has it too. A model that
 * ends by itself has `ends_at`, its end, and `sweep_at`, the time at which a sweep next looks at it: no later than the
 * end, and indexed. A change that moves the end on leaves `sweep_at` alone, so that PostgreSQL need not touch an index
 * (a HOT update); the sweep moves it.
 */
export class Table<M extends Identified, O extends Identified = never> {
  readonly schema: Schema<M, O>;
  /** Quoted, with its namespace. */
  readonly name: string;
  /** The same of the owner; null where there is none, or none in this store. */
  readonly ownerName: string | null;
  readonly keys: readonly KeyColumn<M>[];

  /**
   * @param namespace the schema, in PostgreSQL's sense, in which the tables are
   * @throws {TypeError} the field of the owner is not indexed, or folds: a foreign key compares the ids themselves
   */
  constructor(schema: Schema<M, O>, namespace: string) {
    this.schema = schema;
    this.name = `${quoted(namespace)}.${quoted(schema.collection)}`;
    const { belongsTo } = schema;
    const ownerCollection = belongsTo?.owner?.collection;
    this.ownerName = ownerCollection === undefined ? null : `${quoted(namespace)}.${quoted(ownerCollection)}`;
    const toKey = (isUnique: boolean) => (index: Index<M>): KeyColumn<M> => ({
      field: index.field,
      index,
      column: quoted(`key_${inSnakeCase(index.field)}`),
      isUnique,
      isOwner: index.field === belongsTo?.field,
    });
    this.keys = [...schema.unique.map(toKey(true)), ...schema.indexed.map(toKey(false))];
    if (belongsTo === undefined) return;
    const owner = this.keys.find(({ isOwner }) => isOwner);
    if (owner === undefined) throw new TypeError(`${schema.collection} has no index on ${belongsTo.field}`);
    if (owner.index.fold !== undefined) throw new TypeError(`${schema.collection}: ${belongsTo.field} must not fold`);
  }

  get expires(): boolean {
    return this.schema.expiresAt !== undefined;
  }

  /** The column of the owner's id; null where the schema has no `belongsTo`. */
  get ownerColumn(): string | null {
    return this.keys.find(({ isOwner }) => isOwner)?.column ?? null;
  }

  /** @throws {TypeError} there is no index on the field */
  keyOf(field: string): KeyColumn<M> {
    const key = this.keys.find((other) => other.field === field);
    if (key === undefined) throw new TypeError(`${this.schema.collection} has no index on ${field}`);
    return key;
  }

  /** The field whose unique index has this name. */
  fieldOf(constraint: string | null): string | null {
    return this.keys.find((key) => this.#indexName(key) === constraint)?.field ?? null;
  }

  /** The columns that a model fills, in the order of `valuesOf`; `id` is the first. */
  get columns(): readonly string[] {
    return ['id', 'created_at', 'record', ...this.keys.map(({ column }) => column), ...(this.expires ? ['ends_at'] : [])];
  }

  /** The type of one of `columns`, as `definition` has it. */
  typeOf(column: string): string {
    if (column === 'record') return 'json';
    return column.endsWith('_at') ? 'double precision' : 'text';
  }

  /**
   * What the columns hold for a model.
   *
   * @throws {TypeError} its id, or an indexed value, is no key
   */
  valuesOf(model: M): SqlValue[] {
    const values: SqlValue[] = [
      checkedKey(this.schema.collection, 'id', model.id),
      model.createdAt,
      JSON.stringify(this.schema.encode(model)),
    ];
    for (const { field, index } of this.keys) {
      const key = indexKey(index, model);
      values.push(key === null ? null : checkedKey(this.schema.collection, field, key));
    }
    if (this.schema.expiresAt !== undefined) values.push(this.schema.expiresAt(model));
    return values;
  }

  /** SQL that makes the table. Keys compare by their bytes, whatever the collation of the database. */
  get definition(): string {
    const columns = [
      'id text collate "C" primary key',
      'position bigint generated always as identity',
      'created_at double precision not null',
      'record json not null',
      ...this.keys.map((key) => `${key.column} text collate "C"${key.isOwner ? this.#reference() : ''}`),
      ...(this.expires ? ['ends_at double precision', 'sweep_at double precision'] : []),
    ];
    // Space for the next version of a row beside it, or no update is HOT.
    const options = this.expires ? ' with (fillfactor = 85)' : '';
    const index = (name: string, column: string, kind = ''): string =>
      `create ${kind} index ${quoted(name)} on ${this.name} (${column})`;
    return [
      `create table ${this.name} (${columns.join(', ')})${options}`,
      index(`${this.schema.collection}_position`, 'position', 'unique'),
      ...this.keys.map((key) => index(this.#indexName(key), key.column, key.isUnique ? 'unique' : '')),
      ...(this.expires ? [index(`${this.schema.collection}_sweep_at`, 'sweep_at')] : []),
    ].join(';\n');
  }

  #reference(): string {
    return ` not null${this.ownerName === null ? '' : ` references ${this.ownerName} (id) on delete cascade`}`;
  }

  #indexName({ field }: KeyColumn<M>): string {
    return `${this.schema.collection}_${inSnakeCase(field)}`;
  }
}

function checkedKey(collection: string, field: string, value: string): string {
  if (!isKey(value)) throw new TypeError(`${collection}: ${field} must be well-formed text without NUL, and not longer than a key`);
  return value;
}

/** An identifier of SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function inSnakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
