import type { AddressInfo } from 'node:net';
import type { OnSecurityEvent } from '../../accounts/security-log.ts';
import { StoreUnavailableError } from '../../errors.ts';
import type { Awaitable } from '../../http/awaitable.ts';
import type { PasswordHasher } from '../../security/password.ts';
import type { StoreObserver, StoreState } from '../../storage/store-observer.ts';
import { packageVersion } from '../../version.ts';
import type { OnAnswered } from '../../web/answer-cycle.ts';
import { EventLoopMetrics } from './event-loop.ts';
import { measuredProcess } from './measured-process.ts';
import { MetricsServer } from './metrics-server.ts';
import type { MeasuredProcess } from './measured-process.ts';
import { nodeFamilies } from './node-metrics.ts';
import { processFamilies } from './process-metrics.ts';
import { RequestMetrics } from './request-metrics.ts';
import { SignInMetrics } from './sign-in-metrics.ts';
import { StoreMetrics } from './store-metrics.ts';
import { gauge, metricsText } from './text-format.ts';
import type { Family } from './text-format.ts';

/** How long an answer under way may take when the server stops. */
const ANSWER_GRACE_MS = 1_000;

interface Countable {
  /** @throws {StoreUnavailableError} it cannot be read */
  count(): Awaitable<number>;
}

/** What is asked when somebody wants to see the metrics, and costs nothing before. */
export interface MeasuredParts {
  readonly counted: { readonly users: Countable; readonly sessions: Countable };
  readonly store: { readonly state: StoreState };
  readonly passwords: Pick<PasswordHasher, 'load'>;
  openConnections(): Promise<number>;
}

export interface ServiceMetricsOptions {
  readonly host: string;
  readonly port: number;
  readonly onUnexpectedError: (error: unknown) => void;
  /** Default: this process. */
  readonly measured?: MeasuredProcess;
}

/** All metrics of one service: it is told what happens, and asks for the rest when the metrics are read. */
export class ServiceMetrics {
  readonly #requests = new RequestMetrics();
  readonly #signIns = new SignInMetrics();
  readonly #store = new StoreMetrics();
  readonly #eventLoop = new EventLoopMetrics();
  readonly #options: ServiceMetricsOptions;
  readonly #measured: MeasuredProcess;
  readonly #version = packageVersion();
  #server: MetricsServer | null = null;

  constructor(options: ServiceMetricsOptions) {
    this.#options = options;
    this.#measured = options.measured ?? measuredProcess();
  }

  readonly onAnswered: OnAnswered = ({ target, method }, status, startedAt) => {
    this.#requests.answered(target.route, method, status, (performance.now() - startedAt) / 1000);
  };

  /** A request, or a connection, was refused before there was a request. */
  onRefused(status: number): void {
    this.#requests.refused(status);
  }

  get onSecurityEvent(): OnSecurityEvent {
    return this.#signIns.onSecurityEvent;
  }

  get store(): StoreObserver {
    return this.#store;
  }

  /** The metrics as they are now, in the text format of Prometheus. */
  async text(parts: MeasuredParts): Promise<string> {
    const { waiting, running } = parts.passwords.load;
    const [ours, eventLoop, ofProcess] = await Promise.all([
      this.#counts(parts),
      this.#eventLoop.collect(),
      processFamilies(this.#measured),
    ]);
    return metricsText([
      this.#buildInfo(),
      ...this.#requests.collect(),
      ...this.#signIns.collect(),
      ...ours,
      gauge('session_auth_hash_queue_waiting', 'Password hashes that wait for their turn', waiting),
      gauge('session_auth_hash_queue_running', 'Password hashes that are being made', running),
      ...this.#store.collect(parts.store.state),
      ...ofProcess,
      ...nodeFamilies(this.#measured),
      ...eventLoop,
    ]);
  }

  /**
   * Measures the event loop from now on, and answers `GET /metrics`.
   *
   * @throws {MetricsAddressError} the address cannot be used
   */
  async listen(parts: MeasuredParts): Promise<AddressInfo> {
    const server = new MetricsServer({ ...this.#options, text: () => this.text(parts) });
    const address = await server.listen();
    this.#server = server;
    this.#eventLoop.open();
    return address;
  }

  /** Stops what `listen` began; does nothing where it did not. */
  async close(): Promise<void> {
    this.#eventLoop.close();
    await this.#server?.close(ANSWER_GRACE_MS);
  }

  async #counts({ counted, openConnections }: MeasuredParts): Promise<readonly Family[]> {
    const [users, sessions, connections] = await Promise.all([
      countOf(counted.users),
      countOf(counted.sessions),
      openConnections(),
    ]);
    return [
      gauge('session_auth_users', 'Users', users),
      gauge('session_auth_sessions', 'Sessions, those that were over less than a minute ago among them', sessions),
      gauge('session_auth_open_connections', 'Open connections', connections),
    ];
  }

  #buildInfo(): Family {
    const samples = [{ labels: [['version', this.#version] as const], value: 1 }];
    return { name: 'session_auth_build_info', help: 'Version of this server', type: 'gauge', samples };
  }
}

/** null where the store cannot be read. */
async function countOf(repository: Countable): Promise<number | null> {
  try {
    return await repository.count();
  } catch (error) {
    if (error instanceof StoreUnavailableError) return null;
    throw error;
  }
}
