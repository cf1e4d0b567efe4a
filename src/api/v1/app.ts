import type { IncomingMessage, ServerResponse } from 'node:http';
import { Accounts } from '../../accounts/accounts.ts';
import { ClockWatch } from '../../accounts/clock-watch.ts';
import { LastUses } from '../../accounts/last-uses.ts';
import { Passwords } from '../../accounts/passwords.ts';
import type { SecurityLog } from '../../accounts/security-log.ts';
import { Sessions } from '../../accounts/sessions.ts';
import { SignIn } from '../../accounts/sign-in.ts';
import type { Config } from '../../config.ts';
import type { AccessLog } from '../../http/access-log.ts';
import type { Database } from '../../models/repositories.ts';
import { digestSessionId } from '../../models/user-session.ts';
import type { SessionPolicy } from '../../models/user-session.ts';
import type { LoginThrottle } from '../../security/login-throttle.ts';
import type { PasswordHasher } from '../../security/password.ts';
import { JsonContent } from '../../http/json.ts';
import { GATEWAY_ROUTES } from '../../gateway/routes.ts';
import { showErrorPage } from '../../pages/error-page.ts';
import { PAGE_ROUTES } from '../../pages/routes.ts';
import type { OnAnswered } from '../../web/answer-cycle.ts';
import { createApplication } from '../../web/application.ts';
import type { Services } from '../../web/services.ts';
import { Auth } from './auth/auth.ts';
import { createAuth } from './auth/create-auth.ts';
import { openApiDocument } from './openapi/document.ts';
import { API_ROUTES } from './routes.ts';

const ROUTES = [...API_ROUTES, ...GATEWAY_ROUTES];

export interface AppDependencies {
  readonly config: Config;
  readonly database: Database;
  /** When sessions end; the database's own. */
  readonly sessionPolicy: SessionPolicy;
  /** Whether the database's sessions are in the store, and not in memory. */
  readonly areSessionsStored: boolean;
  readonly passwords: PasswordHasher;
  readonly throttle: LoginThrottle;
  readonly securityLog: SecurityLog;
  /** null: no access log. */
  readonly accessLog: AccessLog | null;
  /** Default: nobody measures. */
  readonly onAnswered?: OnAnswered | null;
  /** Where browsers reach this server, without a slash at its end; null: not known. */
  readonly publicUrl: () => string | null;
  /** Whether the server was told to stop. */
  readonly isStopping: () => boolean;
  /** Is told of an error that nobody foresaw. */
  readonly onUnexpectedError: (error: unknown, requestId: string) => void;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Milliseconds since any moment, never set. */
  readonly monotonicClock: () => number;
}

export interface App {
  /** Answers one request. */
  handle(incoming: IncomingMessage, response: ServerResponse): void;
  /** The operations, for the command line. */
  readonly services: Services;
  readonly sessions: Sessions;
}

/** Wires the API: the operations on accounts, the kind of authentication, the routes. */
export function createApp(dependencies: AppDependencies): App {
  const { config, database, passwords: hasher, throttle, securityLog: log } = dependencies;
  const { accessLog, areSessionsStored, clock, monotonicClock } = dependencies;
  const sessions = new Sessions({
    database,
    policy: dependencies.sessionPolicy,
    maxPerUser: config.sessionMaxPerUser,
    // Whoever reads the store, or a backup of it, can take over no session. In memory there is nobody to read it.
    keyOf: areSessionsStored ? digestSessionId : (sessionId) => sessionId,
    lastUses: areSessionsStored ? new LastUses(database) : null,
    clockWatch: new ClockWatch(clock, monotonicClock),
    log,
    clock,
  });
  const signIn = new SignIn({ database, passwords: hasher, throttle, log, clock });
  const { sessionName } = config;
  const auth = createAuth(config.authType, { sessionName, users: database.users, sessions, signIn, clock });
  const accounts = new Accounts({
    database,
    passwords: hasher,
    log,
    passwordMinLength: config.passwordMinLength,
    defaultGroups: config.defaultGroups,
    clock,
  });
  const passwords = new Passwords({
    database,
    accounts,
    signIn,
    sessions: auth?.sessions ?? null,
    passwords: hasher,
    throttle,
    log,
    publicUrl: dependencies.publicUrl,
    clock,
  });
  const services: Services = {
    config,
    auth,
    challenge: (auth ?? new Auth({ sessionName })).challenge,
    publicUrl: dependencies.publicUrl,
    users: database.users,
    accounts,
    passwords,
    signIn,
    openApi: once(() => new JsonContent(openApiDocument(ROUTES, sessionName, dependencies.publicUrl()))),
    isStopping: dependencies.isStopping,
    securityLog: log,
    clock,
  };
  const { onAnswered = null, onUnexpectedError } = dependencies;
  const handle = createApplication({
    routes: [...ROUTES, ...PAGE_ROUTES],
    services,
    showErrorPage: (request, error) => showErrorPage(request, error, services),
    accessLog,
    onAnswered,
    onUnexpectedError,
  });
  return { handle, services, sessions };
}

/** @returns a function that makes the value when it is first called */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
