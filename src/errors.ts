/**
 * The tree of domain errors: what can go wrong without a bug. Each carries its context as fields.
 * `web/error-answer.ts` turns them into HTTP answers, `cli/main.ts` and `cli/serve.ts` into exit codes.
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

/** Another live process holds the data directory, or one on another machine may. */
export class StoreLockedError extends DomainError {
  override readonly name = 'StoreLockedError';
  readonly directory: string;
  /** As its own system counts it; null where a process answers that left no note of itself. */
  readonly pid: number | null;

  /**
   * @param host name of the machine or container that it runs on; null where that is this one
   * @param isCertain false where nobody can tell from here whether it still runs
   */
  constructor(directory: string, pid: number | null, host: string | null = null, isCertain = true) {
    const who = (pid === null ? 'another process' : `process ${pid}`) + (host === null ? '' : ` on ${host}`);
    super(
      isCertain
        ? `${directory} is in use by ${who}: stop that process first, or choose another DATA_DIR`
        : `${directory} was in use by ${who}, and whether it still runs cannot be told from this machine: ` +
            `stop it there; once it is gone, remove ${directory}/lock and start again`,
    );
    this.directory = directory;
    this.pid = pid;
  }
}

/** The data directory is no longer this process's: somebody else took it, or removed the lock. */
export class StoreLostError extends DomainError {
  override readonly name = 'StoreLostError';
  readonly directory: string;

  constructor(directory: string) {
    super(
      `${directory} is no longer this process's: another process took its lock, or somebody removed it. ` +
        'Nothing more is written; find out who did, then start again',
    );
    this.directory = directory;
  }
}

/** The data directory, or a file of it, cannot be used as it is. `message` says what to do. */
export class DataDirectoryError extends DomainError {
  override readonly name = 'DataDirectoryError';
  readonly directory: string;

  constructor(directory: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.directory = directory;
  }
}

/** A newer version of this server wrote a file, which this one must not touch. */
export class NewerFormatError extends DomainError {
  override readonly name = 'NewerFormatError';
  readonly file: string;
  readonly version: number;

  constructor(file: string, version: number, knownVersion: number) {
    super(
      `${file} was written by a newer version of this server (format ${version}, and this one knows ${knownVersion}): ` +
        'start that one; nothing was changed',
    );
    this.file = file;
    this.version = version;
  }
}

/** A file of the store is damaged at a place where no crash can have cut it short. */
export class DamagedFileError extends DomainError {
  override readonly name = 'DamagedFileError';
  readonly file: string;
  readonly line: number;
  readonly byteOffset: number;

  constructor(file: string, line: number, byteOffset: number, reason: string) {
    super(
      `${file} is damaged at line ${line} (byte ${byteOffset}): ${reason}. ` +
        'Restore the file from a backup, or move it aside and repair that line by hand; nothing was changed.',
    );
    this.file = file;
    this.line = line;
    this.byteOffset = byteOffset;
  }
}

/** The database that `DATABASE_URL` names cannot be used, and waiting will not change that. */
export class UnusableDatabaseError extends DomainError {
  override readonly name = 'UnusableDatabaseError';
}

/** A record in the database is not what this version of the server writes. */
export class DamagedRecordError extends DomainError {
  override readonly name = 'DamagedRecordError';
  readonly collection: string;

  constructor(collection: string) {
    super(`a record of ${collection} in the database cannot be read: was it written by hand?`);
    this.collection = collection;
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
