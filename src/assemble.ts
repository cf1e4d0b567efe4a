import type { Socket } from 'node:net';
import { SecurityLog } from './accounts/security-log.ts';
import type { OnSecurityEvent } from './accounts/security-log.ts';
import { createApp } from './api/v1/app.ts';
import type { App } from './api/v1/app.ts';
import type { Config } from './config.ts';
import type { DomainError } from './errors.ts';
import { createAccessLog } from './http/access-log.ts';
import type { AccessLog } from './http/access-log.ts';
import { describeError } from './http/printable.ts';
import { declareModels, withSessionsInMemory } from './models/repositories.ts';
import type { Database } from './models/repositories.ts';
import { sessionPolicyOf } from './models/session-policy.ts';
import type { LoginThrottle } from './security/login-throttle.ts';
import { MemoryLoginThrottle } from './security/memory-login-throttle.ts';
import { PasswordHasher } from './security/password.ts';
import { SharedLoginThrottle } from './security/shared-login-throttle.ts';
import type { FileSystem } from './storage/journal/file-system.ts';
import { createStore } from './storage/open-store.ts';
import type { SharedCounters } from './storage/shared-counters.ts';
import type { StoreObserver, StoreState } from './storage/store-observer.ts';
import type { Store } from './storage/store.ts';
import type { OnAnswered } from './web/answer-cycle.ts';

/** What a service writes; each takes one line, with its newline. */
export interface ServiceLogs {
  readonly access: (line: string) => void;
  /** Sign-ins, and what happened to accounts. */
  readonly security: (line: string) => void;
  /** What an operator should know. */
  readonly notice: (line: string) => void;
}

/** Whoever measures: told of what happens. */
export interface Observer {
  readonly onAnswered: OnAnswered;
  readonly onSecurityEvent: OnSecurityEvent;
  readonly store: StoreObserver;
}

export interface AssemblyOptions {
  readonly config: Config;
  readonly logs: ServiceLogs;
  /** Where browsers reach this server, without a slash at its end; null: not known. */
  readonly publicUrl: () => string | null;
  /** Whether the server was told to stop. */
  readonly isStopping?: () => boolean;
  readonly passwords?: PasswordHasher;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Milliseconds since any moment, never set. */
  readonly monotonicClock?: () => number;
  readonly fileSystem?: FileSystem;
  /** Is called once where the data directory is somebody else's by now: nothing more is written, so stop. */
  readonly onStoreLost?: (error: DomainError) => void;
  /** Whether the store opens while its database is away, and answers once it is back: for a server. */
  readonly startsWithoutDatabase?: boolean;
  /** What is done to a data directory; see `JournalStoreOptions`. */
  readonly access?: 'read' | 'change' | 'write';
  /** Is given what connects to the data directory's socket: the command line. */
  readonly onConnection?: (socket: Socket) => void;
  /** Default: nobody measures. */
  readonly observer?: Observer | null;
}

/** Everything from the configuration to the operations: all of a server but its sockets. */
export interface Assembly {
  /** Not open yet. */
  readonly store: Store & { readonly state: StoreState };
  readonly database: Database;
  readonly app: App;
  readonly accessLog: AccessLog | null;
}

/** Wires store and application; for the service, and for a command that works while none runs. */
export function assemble(options: AssemblyOptions): Assembly {
  const { config, logs, clock = Date.now, monotonicClock = () => performance.now(), observer = null } = options;
  const { store, sharedCounters } = createStore({
    databaseUrl: config.databaseUrl,
    dataDirectory: config.dataDirectory,
    onNotice: (notice) => logs.notice(`${notice}\n`),
    startsWithoutDatabase: options.startsWithoutDatabase ?? false,
    ...(options.clock !== undefined && { clock: options.clock }),
    observer: observer?.store ?? null,
    journal: {
      ...(options.fileSystem !== undefined && { fileSystem: options.fileSystem }),
      ...(options.onStoreLost !== undefined && { onLost: options.onStoreLost }),
      ...(options.access !== undefined && { access: options.access }),
      ...(options.onConnection !== undefined && { onConnection: options.onConnection }),
    },
  });
  const sessionPolicy = sessionPolicyOf(config, clock());
  const stored = declareModels(store, { sessionPolicy, defaultGroups: config.defaultGroups });
  // The tutorial's tasks 2 and 9: their sessions end with the process.
  const areSessionsStored = config.authType !== 'session_auth' && config.authType !== 'session_exp_auth';
  const database = areSessionsStored ? stored : withSessionsInMemory(stored, sessionPolicy);
  const accessLog = createAccessLog(config.logFormat, logs.access, clock);
  const app = createApp({
    config,
    database,
    sessionPolicy,
    areSessionsStored,
    passwords: options.passwords ?? new PasswordHasher(),
    throttle: throttleOf(config, sharedCounters, clock),
    securityLog: new SecurityLog(logs.security, clock, { onEvent: observer?.onSecurityEvent ?? null }),
    accessLog,
    onAnswered: observer?.onAnswered ?? null,
    publicUrl: options.publicUrl,
    isStopping: options.isStopping ?? (() => false),
    onUnexpectedError: (error, requestId) => logs.notice(`request ${requestId}: ${describeError(error)}\n`),
    clock,
    monotonicClock,
  });
  return { store, database, app, accessLog };
}

/** Counts failed sign-ins where all who share the store see them. */
function throttleOf(config: Config, shared: SharedCounters | null, clock: () => number): LoginThrottle {
  const { loginMaxFailures: maxFailures, loginWindowSeconds: windowSeconds } = config;
  if (shared !== null) return new SharedLoginThrottle(shared, { maxFailures, windowSeconds });
  return new MemoryLoginThrottle({ maxFailures, windowSeconds, clock });
}
