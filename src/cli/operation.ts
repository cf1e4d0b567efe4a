import type { Sessions } from '../accounts/sessions.ts';
import type { Database } from '../models/repositories.ts';
import type { Services } from '../web/services.ts';
import type { Guard } from './shape.ts';

/** What operations work with: the same things as the API, on the open store. */
export interface Operations {
  readonly services: Services;
  readonly sessions: Sessions;
  readonly database: Database;
}

/**
 * A step of a command that needs the store. It runs in the server while one is running, else in the command itself:
 * so what goes in and what comes out is JSON, of a bounded size.
 */
export interface Operation<I, R> {
  /** By which the server knows it. */
  readonly name: string;
  readonly isInput: Guard<I>;
  readonly isResult: Guard<R>;
  /** @throws {CommandError} it cannot be done; so it is with every error of the domain */
  perform(input: I, operations: Operations): Promise<R>;
}

/** What was asked for cannot be done. `message` says why, to the person at the command line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Runs operations, wherever the store is open. */
export interface Runner {
  /**
   * @throws {CommandError} it cannot be done, or the server did not answer
   * @throws {DomainError} it cannot be done
   */
  run<I, R>(operation: Operation<I, R>, input: I): Promise<R>;
  /** Gives the store up for now: to be called before a person is waited for, who may take minutes. */
  release(): Promise<void>;
}
