import type { Connection, Statement } from './connection.ts';
import type { Row, SqlValue } from './driver.ts';
import { LostConnectionError } from './failures.ts';

/** How long a change may take, in milliseconds, the wait for a connection and for locks included. */
export const WRITE_LIMIT_MS = 4_000;

/** Runs a statement within a transaction. */
export type Run = (statement: Statement, values: readonly SqlValue[]) => Promise<readonly Row[]>;

// The server's own limits, just within and beyond ours: a statement that waits for a lock must not be carried out long
// after we gave it up, and a process that was stopped in the middle of a transaction must not hold its locks for ever.
// Within the transaction, since pgbouncer takes no such setting at the start.
const BEGIN = `begin isolation level read committed;
set local statement_timeout = ${WRITE_LIMIT_MS - 500};
set local idle_in_transaction_session_timeout = ${WRITE_LIMIT_MS + 1_000}`;

/**
 * Does some work in one transaction. The commit is sent once all else has succeeded: of a change that we gave up,
 * nothing is carried out later, but where the connection breaks within the commit itself.
 *
 * @param deadline by `performance.now()`; past it the connection is given up and the promise rejects
 * @throws what `work` throws, and what `Connection.run` does; nothing changed
 */
export async function inTransaction<T>(
  connection: Connection,
  deadline: number,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const left = (): number => deadline - performance.now();
  let isOver = false;
  // On the wire together with the first statement; where it fails, the connection or the transaction is of no use.
  const begun = connection.execute(BEGIN, left());
  const run: Run = async (statement, values) => {
    if (isOver) throw new TypeError('the transaction is over');
    const [rows] = await Promise.all([connection.run(statement, values, left()), begun]);
    return rows;
  };
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LostConnectionError('it took too long')), left());
  });
  const transact = async (): Promise<T> => {
    const [result] = await Promise.all([work(run), begun]);
    const command = await connection.execute('commit', left());
    if (command !== 'COMMIT') throw new LostConnectionError('the transaction was undone');
    return result;
  };
  try {
    return await Promise.race([transact(), limit]);
  } catch (error) {
    await rollBack(connection, error, left());
    throw error;
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

async function rollBack(connection: Connection, error: unknown, limitMs: number): Promise<void> {
  if (error instanceof LostConnectionError) return connection.kill();
  try {
    await connection.execute('rollback', limitMs);
  } catch {
    connection.kill();
  }
}
