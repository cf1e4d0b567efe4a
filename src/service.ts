import type { AddressInfo } from 'node:net';
import { assemble } from './assemble.ts';
import type { AssemblyOptions } from './assemble.ts';
import { ControlServer } from './cli/control-server.ts';
import { OPERATIONS } from './cli/operations.ts';
import type { Config } from './config.ts';
import { StoreUnavailableError } from './errors.ts';
import { ServiceMetrics } from './gateway/metrics/service-metrics.ts';
import { isLoopback } from './http/client-address.ts';
import type { HttpLimits } from './http/http-limits.ts';
import type { InheritedSocket } from './http/inherited-sockets.ts';
import { Listeners } from './http/listeners.ts';
import { describeError } from './http/printable.ts';
import { tellingOfProxies } from './http/untold-proxy.ts';
import type { Users } from './models/user.ts';
import { PasswordHasher } from './security/password.ts';
import type { Services } from './web/services.ts';

/** Sessions that are over leave within a minute: they are looked for this often. */
const SWEEP_INTERVAL_MS = 15_000;

/** When sessions were last used is written this often, or at a tenth of the idle timeout where that is less. */
const LAST_USE_INTERVAL_MS = 60_000;

/** The costs of stored hashes are learnt from so many users at the start: the oldest have the oldest ones. */
const LEARNT_USERS = 10_000;

const NO_PORT: AddressInfo = { address: '', family: '', port: 0 };

export type { ServiceLogs } from './assemble.ts';

/** What a service sets by itself. */
type OwnOptions = 'publicUrl' | 'observer' | 'isStopping' | 'onConnection' | 'startsWithoutDatabase';

export interface ServiceOptions extends Omit<AssemblyOptions, OwnOptions> {
  readonly limits?: Partial<HttpLimits>;
  /** Sockets that listen already, in place of the configuration's host and port. */
  readonly inherited?: readonly InheritedSocket[];
}

/** A server that listens. */
export interface Service {
  /** The port; where it has none, as with Unix sockets alone, the port is 0. */
  readonly address: AddressInfo;
  /** Of `GET /metrics`; null: METRICS_PORT is not set. */
  readonly metricsAddress: AddressInfo | null;
  /** Every address and path on which it listens. */
  readonly places: readonly (AddressInfo | string)[];
  readonly users: Users;
  readonly services: Services;
  /** Removes the sessions that are over now, rather than within the minute. */
  removeExpiredSessions(): Promise<number>;
  /** Writes now when sessions were last used. */
  writeLastUses(): Promise<void>;
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
 * @throws {MetricsAddressError} that of the metrics cannot be used
 * @throws the system's error where the address cannot be used
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, logs } = options;
  let address: AddressInfo | null = null;
  let isStopping = false;
  const passwords = options.passwords ?? new PasswordHasher();
  const metrics = metricsOf(config, (error) => logs.notice(`metrics: ${describeError(error)}\n`));
  const { store, database, app, accessLog } = assemble({
    ...options,
    passwords,
    startsWithoutDatabase: true,
    isStopping: () => isStopping,
    publicUrl: () => config.publicUrl ?? (address === null ? null : ownUrl(address)),
    onConnection: (socket) => control.accept(socket),
    observer: metrics,
  });
  const control = new ControlServer({
    operations: { services: app.services, sessions: app.sessions, database },
    table: OPERATIONS,
    onUnexpectedError: (error) => logs.notice(`command: ${describeError(error)}\n`),
  });
  const limits = { trustedProxies: config.trustedProxies, ...options.limits };
  const handle = config.trustedProxies > 0 ? app.handle : tellingOfProxies(app.handle, (it) => logs.notice(`${it}\n`));
  const listeners = new Listeners({
    handler: handle,
    proxiedHandler: app.handle,
    limits,
    onProtocolError: ({ address: client, status }) => {
      metrics?.onRefused(status);
      // What could not be read as a request has neither method nor target.
      accessLog?.log(client === '' ? '-' : client, '-', '-', '-', status);
    },
  });

  await store.open();
  await learnCosts(database.users, passwords);
  let metricsAddress: AddressInfo | null = null;
  let places: readonly (AddressInfo | string)[];
  try {
    const counted = { users: database.users, sessions: database.userSessions };
    const openConnections = (): Promise<number> => listeners.openConnections();
    if (metrics !== null) metricsAddress = await metrics.listen({ counted, store, passwords, openConnections });
    places = await listeners.open({ ...config, inherited: options.inherited ?? [] });
    address = places.find((place) => typeof place !== 'string') ?? null;
  } catch (error) {
    await metrics?.close();
    await store.close();
    throw error;
  }
  control.open();

  const inBackground = (work: () => Promise<unknown>, intervalMs: number): NodeJS.Timeout => {
    const run = (): void => {
      work().catch((error: unknown) => {
        // A disk that is full is told by the store; the next time tries again.
        if (!(error instanceof StoreUnavailableError)) logs.notice(`unexpected: ${describeError(error)}\n`);
      });
    };
    return setInterval(run, intervalMs).unref();
  };
  const timers = [
    inBackground(() => app.sessions.sweep(), SWEEP_INTERVAL_MS),
    inBackground(() => app.sessions.writeLastUses(), lastUseIntervalMs(config)),
  ];

  return {
    address: address ?? NO_PORT,
    metricsAddress,
    places,
    users: database.users,
    services: app.services,
    removeExpiredSessions: () => app.sessions.sweep(),
    writeLastUses: () => app.sessions.writeLastUses(),
    close: async (graceMs) => {
      isStopping = true;
      for (const timer of timers) clearInterval(timer);
      await listeners.close(graceMs);
      await metrics?.close();
      await control.close();
      await app.sessions.writeLastUses().catch((error: unknown) => {
        if (!(error instanceof StoreUnavailableError)) throw error;
      });
      await store.close();
      app.services.securityLog.flush();
    },
  };
}

/**
 * Tells the hasher what the stored hashes cost, before the first request: a cost that no "no" includes yet would tell
 * who has it.
 */
async function learnCosts(users: Users, passwords: PasswordHasher): Promise<void> {
  try {
    for (const { passwordHash } of (await users.page(null, LEARNT_USERS)) ?? []) {
      if (passwordHash !== null) passwords.learnCost(passwordHash);
    }
  } catch (error) {
    // A database that is away: each hash tells its cost when it is first looked at.
    if (!(error instanceof StoreUnavailableError)) throw error;
  }
}

function metricsOf({ metricsHost: host, metricsPort: port }: Config, onUnexpectedError: (error: unknown) => void): ServiceMetrics | null {
  return port === null ? null : new ServiceMetrics({ host, port, onUnexpectedError });
}

/** How often the last use of sessions is written, in milliseconds. */
function lastUseIntervalMs({ sessionIdleTimeoutSeconds }: Config): number {
  if (sessionIdleTimeoutSeconds === 0) return LAST_USE_INTERVAL_MS;
  return Math.min(LAST_USE_INTERVAL_MS, sessionIdleTimeoutSeconds * 100);
}

/** Where browsers on this machine reach a server that listens on loopback; nobody knows that of others. */
function ownUrl({ address, family, port }: AddressInfo): string | null {
  if (!isLoopback(address)) return null;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
