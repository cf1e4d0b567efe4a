import { DomainError } from '../errors.ts';

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
