import type { Identified } from '../store.ts';
import { statement } from './connection.ts';
import type { Statement } from './connection.ts';
import type { Table } from './table.ts';

/** How many models one commit of a sweep looks at. */
export const SWEEP_BATCH = 1_000;

/** What a collection asks of its table. */
export interface ReadStatements {
  /** Ids → id, record. */
  readonly get: Statement;
  /** Ids → id, record, record of the owner; null where there is no owner. */
  readonly getWithOwner: Statement | null;
  /** A position and a limit → position, record. */
  readonly page: Statement;
  readonly positionOf: Statement;
  readonly count: Statement;
  /** Fields → a statement that takes a value each → record. */
  readonly search: (columns: readonly string[]) => Statement;
}

/** What a collection changes in its table. */
export interface ChangeStatements {
  /** An id → record, which nobody else changes until the transaction is over. */
  readonly lock: Statement;
  /** What `Table.valuesOf` gives. */
  readonly save: Statement;
  /** The same, of a model that is there. */
  readonly update: Statement;
  /** Ids → record, of those that nobody changes just now, and that nobody else changes until the transaction is over. */
  readonly lockFree: Statement;
  /** The same as `update` of many models: a list for each column. */
  readonly updateAll: Statement;
  readonly remove: Statement;
  /** An owner and the id to leave → how many; null where there is no owner. */
  readonly removeOwned: Statement | null;
  /** A time → how many it looked at, how many it removed; null where nothing ends. */
  readonly sweep: Statement | null;
}

/** All that a collection sends, made once: from outside of a transaction, and from within one. */
export interface Statements {
  readonly reads: ReadStatements;
  readonly lockingReads: ReadStatements;
  readonly changes: ChangeStatements;
}

export function statementsOf<M extends Identified, O extends Identified>(table: Table<M, O>): Statements {
  return {
    reads: readStatements(table, false),
    lockingReads: readStatements(table, true),
    changes: changeStatements(table),
  };
}

/**
 * @param lock true: within a transaction, so that nobody else changes what was read until it is over
 */
function readStatements<M extends Identified, O extends Identified>(
  table: Table<M, O>,
  lock: boolean,
): ReadStatements {
  const { name, ownerName } = table;
  const suffix = lock ? ' for update' : '';
  const searches = new Map<string, Statement>();
  return {
    get: statement(`select id, record from ${name} where id = any($1)${suffix}`),
    getWithOwner:
      ownerName === null
        ? null
        : statement(
            `select m.id, m.record, o.record from ${name} m join ${ownerName} o on o.id = m.${table.ownerColumn} ` +
              `where m.id = any($1)${suffix}`,
          ),
    page: statement(`select position, record from ${name} where position > $1 order by position limit $2${suffix}`),
    positionOf: statement(`select position from ${name} where id = $1`),
    count: statement(`select count(*) from ${name}`),
    search: (columns) => {
      const condition = columns.map((column, index) => `${column} = $${index + 1}`).join(' and ');
      const known = searches.get(condition);
      if (known !== undefined) return known;
      const search = statement(`select record from ${name} where ${condition}${suffix}`);
      searches.set(condition, search);
      return search;
    },
  };
}

function changeStatements<M extends Identified, O extends Identified>(table: Table<M, O>): ChangeStatements {
  const { name, columns, expires } = table;
  const parameters = columns.map((_, index) => `$${index + 1}`);
  const others = columns.slice(1);
  const [end] = parameters.slice(-1);
  // `least` passes over nulls, which mean "never".
  const sweepAt = (value: string): string => (expires ? `, sweep_at = least(t.sweep_at, ${value})` : '');
  return {
    lock: statement(`select record from ${name} where id = $1 for update`),
    save: statement(
      `insert into ${name} as t (${columns.join(', ')}${expires ? ', sweep_at' : ''}) ` +
        `values (${parameters.join(', ')}${expires ? `, ${end}` : ''}) on conflict (id) do update set ` +
        others.map((column) => `${column} = excluded.${column}`).join(', ') +
        sweepAt('excluded.ends_at'),
    ),
    update: statement(
      `update ${name} as t set ${others.map((column, index) => `${column} = $${index + 2}`).join(', ')}` +
        `${sweepAt(`${end}`)} where id = $1`,
    ),
    lockFree: statement(`select record from ${name} where id = any($1) for update skip locked`),
    updateAll: statement(
      `update ${name} as t set ${others.map((column) => `${column} = v.${column}`).join(', ')}${sweepAt('v.ends_at')} ` +
        `from unnest(${columns.map((column, index) => `$${index + 1}::${table.typeOf(column)}[]`).join(', ')}) ` +
        `as v (${columns.join(', ')}) where t.id = v.id`,
    ),
    remove: statement(`delete from ${name} where id = $1 returning record`),
    removeOwned:
      table.ownerColumn === null
        ? null
        : statement(
            `with gone as (delete from ${name} where ${table.ownerColumn} = $1 and id is distinct from $2 returning 1) ` +
              'select count(*) from gone',
          ),
    sweep: expires ? statement(sweepText(name)) : null,
  };
}

/** Takes what no other sweep has: none waits for another, nor for a change under way. */
function sweepText(name: string): string {
  return (
    `with due as (select id, ends_at from ${name} where sweep_at <= $1 order by sweep_at limit ${SWEEP_BATCH} ` +
    'for update skip locked), ' +
    `moved as (update ${name} t set sweep_at = due.ends_at from due ` +
    'where t.id = due.id and (due.ends_at > $1 or due.ends_at is null)), ' +
    `gone as (delete from ${name} t using due where t.id = due.id and due.ends_at <= $1 returning 1) ` +
    'select (select count(*) from due), (select count(*) from gone)'
  );
}
