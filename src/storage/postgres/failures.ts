import { StoreUnavailableError } from '../../errors.ts';
import { UnusableDatabaseError } from '../store-errors.ts';
import type { StoreObserver, StoreOperation } from '../store-observer.ts';

/**
 * What a failure of the driver or of PostgreSQL means to us. What it says is never passed on where it may hold a part
 * of `DATABASE_URL`: a password with a `/` that was not escaped becomes the name of a database, which the server then
 * names in its answer.
 */

/** An error that PostgreSQL sent: SQLSTATE and, of a constraint, its name. */
interface ServerError {
  readonly message: string;
  readonly code: string;
  readonly constraint: string | null;
}

/** Classes of SQLSTATE that mean "not now": PostgreSQL's manual, appendix A. */
const PASSING_CLASSES: ReadonlySet<string> = new Set([
  '08', // connection exception
  '25', // invalid transaction state, read only among them
  '40', // transaction rollback, deadlocks among them
  '53', // insufficient resources: disk full, out of memory, too many connections
  '55', // object not in prerequisite state, a lock that was not to be had among them
  '57', // operator intervention: cancelled, shut down, starting up
  '58', // system error: I/O
]);

/** Codes of other classes that mean "not now": a prepared statement that is not there, or no longer fits its tables. */
const STALE_STATEMENT: ReadonlySet<string> = new Set(['26000', '0A000', '42P05']);

/** Prepared by another client of a pgbouncer, or for another one. */
const BOUNCED: ReadonlySet<string> = new Set(['26000', '42P05']);
const BOUNCER_HINT = '; pgbouncer in transaction mode must be 1.21 or later, with max_prepared_statements';

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const READ_ONLY = '25006';
const TOO_MANY_CONNECTIONS = '53300';

/** What may be wrong while a connection is made, and waiting will not change, by SQLSTATE. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  ['28000', 'the server does not let this user in from here'],
  ['28P01', 'the user or the password is wrong'],
  ['3D000', 'there is no such database'],
  ['42501', 'the user may not do what is needed: it must own the database, or the schema'],
]);

/** What keeps a connection from being made, by the system's code. */
const OBSTACLES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection was cut'],
  ['EHOSTUNREACH', 'there is no way to the host'],
  ['ENETUNREACH', 'there is no way to the network'],
  ['ENOENT', 'there is no such socket, or no file that it names'],
  ['ENOTFOUND', 'the host is not known'],
  ['EAI_AGAIN', 'names cannot be looked up'],
  ['ETIMEDOUT', 'no answer'],
  ['EACCES', 'the socket, or a file that it names, may not be opened'],
  [TOO_MANY_CONNECTIONS, 'it has no connection left'],
  ['57P03', 'it is starting or stopping'],
]);

/** The connection is gone, or was never there: nothing is known of what was under way. */
export class LostConnectionError extends Error {
  override readonly name = 'LostConnectionError';
  /** Another connection of ours may work on: the server only has no place for one more. */
  readonly isFull: boolean;

  constructor(message: string, options: { readonly isFull?: boolean } = {}) {
    super(message);
    this.isFull = options.isFull ?? false;
  }
}

/** PostgreSQL refused a statement. The message is its own; it names tables and constraints, never the connection. */
export class RefusedStatementError extends Error {
  override readonly name = 'RefusedStatementError';
  readonly code: string;
  readonly constraint: string | null;

  constructor({ message, code, constraint }: ServerError) {
    super(`${message} (SQLSTATE ${code})${BOUNCED.has(code) ? BOUNCER_HINT : ''}`);
    this.code = code;
    this.constraint = constraint;
  }

  get isDuplicate(): boolean {
    return this.code === UNIQUE_VIOLATION;
  }

  get isMissingOwner(): boolean {
    return this.code === FOREIGN_KEY_VIOLATION;
  }

  get isReadOnly(): boolean {
    return this.code === READ_ONLY;
  }

  /** Another connection may lead to a server that is not read only, or has the statement prepared. */
  get isOfConnection(): boolean {
    return this.isReadOnly || STALE_STATEMENT.has(this.code);
  }

  /** Two changes stood in each other's way: that says nothing of the next one. */
  get isConflict(): boolean {
    return this.code.startsWith('40');
  }

  get isPassing(): boolean {
    return PASSING_CLASSES.has(this.code.slice(0, 2)) || STALE_STATEMENT.has(this.code);
  }
}

/** What went wrong while a connection was made. */
export function connectFailure(error: unknown): UnusableDatabaseError | LostConnectionError {
  const code = codeOf(error);
  const refusal = REFUSALS.get(code);
  if (refusal !== undefined) {
    return new UnusableDatabaseError(`the database that DATABASE_URL names cannot be used: ${refusal} (${code})`);
  }
  const obstacle = OBSTACLES.get(code) ?? (code === '' ? 'no answer, or not one of PostgreSQL' : 'it could not connect');
  return new LostConnectionError(code === '' ? obstacle : `${obstacle} (${code})`, { isFull: code === TOO_MANY_CONNECTIONS });
}

/** What went wrong with a statement. */
export function statementFailure(error: unknown): RefusedStatementError | LostConnectionError {
  if (isServerError(error)) {
    const { message, code } = error;
    return new RefusedStatementError({ message, code, constraint: error.constraint ?? null });
  }
  const code = codeOf(error);
  return new LostConnectionError(`the connection was lost${code === '' ? ', or gave no answer in time' : ` (${code})`}`);
}

/** What a caller of the store is told: the error itself, where it is none of the database. */
export function asStoreError(error: unknown): unknown {
  if (error instanceof LostConnectionError || error instanceof UnusableDatabaseError) return new StoreUnavailableError(error);
  return error instanceof RefusedStatementError && error.isPassing ? new StoreUnavailableError(error) : error;
}

/** Tells the observer of what failed by the database's fault, and gives on what it was given. */
export function tellFailure<T>(observer: StoreObserver | null, operation: StoreOperation, result: Promise<T>): Promise<T> {
  if (observer === null) return result;
  return result.catch((error: unknown) => {
    if (asStoreError(error) instanceof StoreUnavailableError) observer.failed(operation);
    throw error;
  });
}

function codeOf(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return isCoded && /^\w{1,20}$/.test(String(error.code)) ? String(error.code) : '';
}

/** `severity` is PostgreSQL's: a code of the system, such as EPIPE, may look like one of its own. */
function isServerError(error: unknown): error is Error & { readonly code: string; readonly constraint?: string } {
  return error instanceof Error && 'severity' in error && codeOf(error) !== '';
}
