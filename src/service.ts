import type { AddressInfo } from 'node:net';
import { createApp } from './api/v1/app.ts';
import type { Config } from './config.ts';
import { createAccessLog } from './http/access-log.ts';
import type { DomainError } from './errors.ts';
import type { HttpLimits } from './http/http-limits.ts';
import { HttpServer } from './http/http-server.ts';
import { describeError } from './http/printable.ts';
import { declareModels } from './models/repositories.ts';
import type { Users } from './models/user.ts';
import { PasswordHasher } from './security/password.ts';
import { SecurityLog } from './accounts/security-log.ts';
import type { FileSystem } from './storage/journal/file-system.ts';
import { JournalStore } from './storage/journal/journal-store.ts';

/** Sessions that are over leave within a minute (the contract); this often they are looked for. */
const EXPIRY_SWEEP_INTERVAL_MS = 15_000;

/** What a service writes; each takes one line, with its newline. */
export interface ServiceLogs {
  readonly access: (line: string) => void;
  /** Sign-ins, accounts made and deleted. */
  readonly security: (line: string) => void;
  /** What an operator should know. */
  readonly notice: (line: string) => void;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly logs: ServiceLogs;
  readonly passwords?: PasswordHasher;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  readonly limits?: Partial<HttpLimits>;
  readonly fileSystem?: FileSystem;
  /** Is called once where the data directory is somebody else's by now: nothing more is written, so stop. */
  readonly onStoreLost?: (error: DomainError) => void;
}

/** A server that listens. */
export interface Service {
  readonly address: AddressInfo;
  readonly users: Users;
  /** Forgets the sessions that are over now, rather than within the minute. */
  removeExpiredSessions(): Promise<number>;
  /**
   * Stops accepting, finishes what is under way, and writes what is pending.
   *
   * @param graceMs how long the requests under way may take, in milliseconds
   */
  close(graceMs?: number): Promise<void>;
}

/**
 * Everything from the configuration to the socket: one running server. Nothing of it is shared, so a process
 * can have several.
 *
 * @throws {StoreLockedError} another process has the data directory
 * @throws {DamagedFileError} what was stored cannot be read
 * @throws {NewerFormatError} a newer version of this server wrote it
 * @throws {DataDirectoryError} the directory cannot be used as it is
 * @throws the system's error where the address cannot be used
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, logs, clock = Date.now } = options;
  const store = new JournalStore({
    directory: config.dataDirectory,
    onNotice: (notice) => logs.notice(`${notice}\n`),
    ...(options.fileSystem !== undefined && { fileSystem: options.fileSystem }),
    ...(options.onStoreLost !== undefined && { onLost: options.onStoreLost }),
  });
  const repositories = declareModels(store);
  const accessLog = createAccessLog(config.logFormat, logs.access, clock);
  const app = createApp({
    ...repositories,
    config,
    passwords: options.passwords ?? new PasswordHasher(),
    securityLog: new SecurityLog(logs.security, clock),
    accessLog,
    onUnexpectedError: (error, requestId) => logs.notice(`request ${requestId}: ${describeError(error)}\n`),
    clock,
  });
  const server = new HttpServer(app.handle, options.limits, ({ address, status }) => {
    // What could not be read as a request has neither method nor target.
    accessLog?.log(address === '' ? '-' : address, '-', '-', '-', status);
  });

  await store.open();
  let address: AddressInfo;
  try {
    address = await server.listen(config.port, config.host);
  } catch (error) {
    await store.close();
    throw error;
  }
  const sweep = setInterval(() => {
    // A disk that is full is told by the store; the next sweep tries again.
    app.removeExpiredSessions().catch(() => {});
  }, EXPIRY_SWEEP_INTERVAL_MS).unref();

  return {
    address,
    users: repositories.users,
    removeExpiredSessions: () => app.removeExpiredSessions(),
    close: async (graceMs) => {
      clearInterval(sweep);
      await server.close(graceMs);
      await store.close();
    },
  };
}
