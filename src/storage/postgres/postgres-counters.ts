import type { CounterKey, Places, SharedCounters } from '../shared-counters.ts';
import { statement } from './connection.ts';
import type { Statement } from './connection.ts';
import type { Row, SqlValue } from './driver.ts';
import { quoted } from './table.ts';

/** Full of what is under way: a moment later it is known what it was. */
const MOMENT_SECONDS = 1;

/** How often counters whose window is over are removed, in milliseconds. */
const SWEEP_INTERVAL_MS = 60_000;

/** Where a clock is not given, the database's: those of the processes differ, and there a window must not. */
const NOW = 'coalesce($1::float8, extract(epoch from clock_timestamp())::float8 * 1000)';

/** Runs one statement in a transaction of its own. */
export type RunOne = (statement: Statement, values: readonly SqlValue[]) => Promise<readonly Row[]>;

/**
 * SQL that makes the table. Unlogged: to write it costs no sync of the disk, and a crash of the database empties it,
 * which forgives some guesses. `started_at` names the window, so that nothing is settled in a later one.
 */
export function countersDefinition(namespace: string): string {
  return (
    `create unlogged table ${quoted(namespace)}.counters (key text collate "C" primary key, "group" text collate "C", ` +
    'counted integer not null, under_way integer not null, since double precision not null, ' +
    'started_at double precision not null)'
  );
}

/** Counters in PostgreSQL. Rows are always locked in the order of their keys, so that no two statements block each other. */
export class PostgresCounters implements SharedCounters {
  readonly #run: RunOne;
  readonly #clock: (() => number) | null;
  readonly #reserve: Statement;
  readonly #settle: Statement;
  readonly #forget: Statement;
  readonly #sweep: Statement;
  #nextSweep = performance.now() + SWEEP_INTERVAL_MS;

  /** @param clock milliseconds since the epoch; null: the database's */
  constructor(namespace: string, run: RunOne, clock: (() => number) | null = null) {
    const table = `${quoted(namespace)}.counters`;
    this.#run = run;
    this.#clock = clock;
    this.#reserve = statement(reserveText(table));
    this.#settle = statement(settleText(table));
    this.#forget = statement(`delete from ${table} where "group" = $1`);
    this.#sweep = statement(
      `delete from ${table} where key in (select key from ${table} where since <= ${NOW} - $2 order by key limit 10000 ` +
        'for update skip locked)',
    );
  }

  async reserve(keys: readonly CounterKey[], windowMs: number): Promise<Places | number> {
    this.#sweepNowAndThen(windowMs);
    const rows = await this.#run(this.#reserve, [
      this.#now(),
      windowMs,
      keys.map(({ key }) => key),
      keys.map(({ limit }) => String(limit)),
      // An array of text has nulls only as the word, which a digest is not.
      keys.map(({ group }) => group ?? ''),
    ]);
    const taken = rows.filter(([, , , , isTaken]) => isTaken === 't');
    const places = this.#placesAt(taken);
    const waitSeconds = waitOf(keys, rows);
    if (waitSeconds === 0) return places;
    // Another process took the last place between the look and the taking.
    if (taken.length > 0) await places.release();
    return waitSeconds;
  }

  async forget(group: string): Promise<void> {
    await this.#run(this.#forget, [group]);
  }

  #now(): number | null {
    return this.#clock === null ? null : this.#clock();
  }

  #placesAt(rows: readonly Row[]): Places {
    const keys = rows.map(([key]) => String(key));
    const windows = rows.map(([, , , startedAt]) => String(startedAt));
    const settle = async (counts: boolean, forgotten: readonly string[]): Promise<void> => {
      await this.#run(this.#settle, [this.#now(), keys, windows, counts ? 1 : 0, forgotten]);
    };
    return {
      count: () => settle(true, []),
      release: () => settle(false, []),
      releaseAndForget: (forgotten) => settle(false, forgotten),
    };
  }

  #sweepNowAndThen(windowMs: number): void {
    if (performance.now() < this.#nextSweep) return;
    this.#nextSweep = performance.now() + SWEEP_INTERVAL_MS;
    // What it leaves, the next one takes. The store has told of the failure, as of that of any write.
    this.#run(this.#sweep, [this.#now(), windowMs]).catch(() => {});
  }
}

/** Seconds until there is room at the first key that has none; 0: there is room at each. */
function waitOf(keys: readonly CounterKey[], rows: readonly Row[]): number {
  const byKey = new Map(rows.map((row) => [row[0], row]));
  for (const { key, limit } of keys) {
    const [, counted, underWay, , isTaken, waitMs] = byKey.get(key) ?? [];
    const others = Number(counted ?? 0) + Number(underWay ?? 0) - (isTaken === 't' ? 1 : 0);
    if (others < limit) continue;
    return Number(counted) < limit ? MOMENT_SECONDS : Math.max(MOMENT_SECONDS, Math.ceil(Number(waitMs) / 1000));
  }
  return 0;
}

/**
 * Now, window, keys, limits, groups → a row a key that has a counter: key, counted, under way, start, whether a place
 * was taken, milliseconds until its window is over. Where the look finds a full one, nothing is written.
 */
function reserveText(table: string): string {
  const isOver = 'clock.now < c.since or clock.now - c.since >= $2::float8';
  return (
    `with clock as materialized (select ${NOW} as now), ` +
    'asked as (select * from unnest($3::text[], $4::int[], $5::text[]) as a (key, most, "group")), ' +
    `found as (select c.* from ${table} c join asked using (key), clock where not (${isOver})), ` +
    'taken as (' +
    `insert into ${table} as c select key, nullif("group", ''), 0, 1, now, now from asked, clock ` +
    'where not exists (select from found join asked using (key) where counted + under_way >= most) order by key ' +
    'on conflict (key) do update set ' +
    ['counted', 'under_way', 'since', 'started_at']
      .map((column) => {
        const fresh = column === 'counted' ? '0' : `excluded.${column}`;
        const kept = column === 'under_way' ? 'c.under_way + 1' : `c.${column}`;
        const over = 'excluded.since < c.since or excluded.since - c.since >= $2::float8';
        return `${column} = case when ${over} then ${fresh} else ${kept} end`;
      })
      .join(', ') +
    ' returning *) ' +
    'select key, counted, under_way, started_at, true, since + $2::float8 - now from taken, clock ' +
    'union all select key, counted, under_way, started_at, false, since + $2::float8 - now from found, clock ' +
    'where not exists (select from taken)'
  );
}

/** Now, keys, starts, whether they count (1 or 0), keys to forget. A counter at which nothing is left goes. */
function settleText(table: string): string {
  return (
    'with asked as (select * from unnest($2::text[], $3::float8[]) as a (key, started_at)), ' +
    `held as (select c.*, case when c.key = any($5::text[]) then 0 else c.counted + $4::int end as left_over ` +
    `from ${table} c join asked using (key, started_at) order by c.key for update of c), ` +
    `gone as (delete from ${table} c using held where c.key = held.key and held.left_over = 0 and held.under_way <= 1) ` +
    `update ${table} c set counted = held.left_over, under_way = greatest(held.under_way - 1, 0), ` +
    `since = case when held.counted = 0 and $4::int = 1 then ${NOW} else held.since end ` +
    'from held where c.key = held.key and not (held.left_over = 0 and held.under_way <= 1)'
  );
}
