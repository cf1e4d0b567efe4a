/**
 * The tree of domain errors: what can go wrong without a bug. Each carries its context as fields.
 * `web/error-answer.ts` turns them into HTTP answers, `cli/main.ts` and `cli/serve.ts` into exit codes.
 *
 * What ends a start, or names a file or a database that is wrong, is in `storage/store-errors.ts`.
 *
 * A leaf, like `config.ts`: every layer may throw one of these, so none may be above it.
 */
export abstract class DomainError extends Error {}

/** A value that the caller gave will not do. `message` is a sentence that says what would. */
export class InvalidValueError extends DomainError {
  override readonly name = 'InvalidValueError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Another record already holds this value of a unique field. */
export class DuplicateValueError extends DomainError {
  override readonly name = 'DuplicateValueError';
  readonly collection: string;
  readonly field: string;

  constructor(collection: string, field: string) {
    super(`another record of ${collection} has this ${field}`);
    this.collection = collection;
    this.field = field;
  }
}

/** The record that a new one belongs to does not exist, or was removed meanwhile. */
export class MissingOwnerError extends DomainError {
  override readonly name = 'MissingOwnerError';
  readonly collection: string;

  constructor(collection: string) {
    super(`what a record of ${collection} belongs to does not exist`);
    this.collection = collection;
  }
}

/** The change would leave nobody who may administer accounts. */
export class LastAdministratorError extends DomainError {
  override readonly name = 'LastAdministratorError';

  constructor() {
    super('this is the last administrator who can sign in: put another user into the group admins first');
  }
}

/** The current password, asked for before a grave step, was wrong. */
export class WrongPasswordError extends DomainError {
  override readonly name = 'WrongPasswordError';

  constructor() {
    super('wrong password');
  }
}

/** A link for one use is unknown, used, replaced or too old: who guesses must not learn which. */
export class UnusableLinkError extends DomainError {
  override readonly name = 'UnusableLinkError';

  constructor() {
    super('this link has been used or is too old: ask an administrator for a new one');
  }
}

/** A link cannot be made, since nobody knows under which address browsers reach this server. */
export class NoPublicUrlError extends DomainError {
  override readonly name = 'NoPublicUrlError';

  constructor() {
    super('a link cannot be made: set PUBLIC_URL to the address under which browsers reach this server');
  }
}

/** Too many sign-ins failed: wait `retryAfterSeconds`. */
export class TooManyAttemptsError extends DomainError {
  override readonly name = 'TooManyAttemptsError';
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('too many failed sign-ins');
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** More work is waiting than this process will queue: try again after `retryAfterSeconds`. */
export class OverloadedError extends DomainError {
  override readonly name = 'OverloadedError';
  readonly retryAfterSeconds: number;

  constructor(what: string, retryAfterSeconds: number) {
    super(`${what}: the queue is full`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The store cannot be used just now. Of a write nothing is kept, in memory or on disk. */
export class StoreUnavailableError extends DomainError {
  override readonly name = 'StoreUnavailableError';

  constructor(cause: unknown) {
    super(`the store cannot be used: ${messageOf(cause)}`, { cause });
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
