import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../../config.ts';
import type { AccessLog } from '../../http/access-log.ts';
import { RequestAbortedError } from '../../http/body.ts';
import { HostPolicy } from '../../http/allowed-hosts.ts';
import { CorsPolicy } from '../../http/cors.ts';
import { HttpError } from '../../http/http-error.ts';
import { PreparedHeaders, send } from '../../http/respond.ts';
import type { Answer, HeaderList } from '../../http/respond.ts';
import { Router } from '../../http/router.ts';
import type { Route } from '../../http/router.ts';
import type { Repositories } from '../../models/repositories.ts';
import { isCrossSite } from '../../security/cross-site.ts';
import { LoginThrottle } from '../../security/login-throttle.ts';
import type { PasswordHasher } from '../../security/password.ts';
import type { SecurityLog } from '../../accounts/security-log.ts';
import { whenReady } from '../../http/awaitable.ts';
import type { Awaitable } from '../../http/awaitable.ts';
import { Auth } from './auth/auth.ts';
import { createAuth } from './auth/create-auth.ts';
import { SessionAuth } from './auth/session-auth.ts';
import { SignIn } from '../../accounts/sign-in.ts';
import { errorAnswer, unexpectedErrorAnswer } from '../../web/error-answer.ts';
import { createTargets } from '../../web/targets.ts';
import { ApiRequest } from '../../web/request.ts';
import type { Handler, Target } from '../../web/request.ts';
import { login, logout } from './views/login.ts';
import { showForbidden, showStats, showStatus, showUnauthorized } from './views/status.ts';
import { createUser, deleteUser, getUser, listUsers, updateUser } from './views/users.ts';

function routeTable(auth: Auth | null, config: Config): readonly Route<Handler>[] {
  const routes: Route<Handler>[] = [
    { method: 'GET', path: '/api/v1/status', handler: showStatus },
    { method: 'GET', path: '/api/v1/stats', handler: showStats },
    { method: 'GET', path: '/api/v1/unauthorized', handler: showUnauthorized },
    { method: 'GET', path: '/api/v1/forbidden', handler: showForbidden },
    { method: 'GET', path: '/api/v1/users', handler: listUsers },
    { method: 'POST', path: '/api/v1/users', handler: createUser },
    { method: 'GET', path: '/api/v1/users/:id', handler: getUser },
    { method: 'PUT', path: '/api/v1/users/:id', handler: updateUser },
    { method: 'DELETE', path: '/api/v1/users/:id', handler: deleteUser(auth) },
  ];
  if (!(auth instanceof SessionAuth)) return routes;
  return [
    ...routes,
    { method: 'POST', path: '/api/v1/auth_session/login', handler: login(auth, config.cookieSecure) },
    { method: 'DELETE', path: '/api/v1/auth_session/logout', handler: logout(auth, config.cookieSecure) },
  ];
}

export interface AppDependencies extends Repositories {
  readonly config: Config;
  readonly passwords: PasswordHasher;
  readonly securityLog: SecurityLog;
  /** null: no access log. */
  readonly accessLog: AccessLog | null;
  /** Is told of an error that nobody foresaw. */
  readonly onUnexpectedError: (error: unknown, requestId: string) => void;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
}

export interface App {
  /** Answers one request. */
  handle(incoming: IncomingMessage, response: ServerResponse): void;
  /** Forgets the sessions that are over. To be called now and then. */
  removeExpiredSessions(): Promise<number>;
}

/** The API: the gate before every route, the routes, and the answers to what goes wrong. */
export function createApp(dependencies: AppDependencies): App {
  const { config, users, userSessions, passwords, securityLog, accessLog, onUnexpectedError } = dependencies;
  const clock = dependencies.clock ?? Date.now;
  const throttle = new LoginThrottle({
    maxFailures: config.loginMaxFailures,
    windowSeconds: config.loginWindowSeconds,
    clock,
  });
  const signIn = new SignIn({ users, passwords, throttle, log: securityLog });
  const auth = createAuth(config.authType, {
    sessionName: config.sessionName,
    sessionDuration: config.sessionDurationSeconds,
    users,
    userSessions,
    signIn,
    clock,
  });
  const { challenge } = auth ?? new Auth();
  const router = new Router(routeTable(auth, config));
  const targets = createTargets(router, auth);
  const hosts = new HostPolicy(config);
  const cors = new CorsPolicy(config.corsOrigins);
  const isListedOrigin = (origin: string): boolean => cors.allows(origin);
  const services = { users, passwords, signIn, securityLog, passwordMinLength: config.passwordMinLength, clock };

  /** Who may go on, in the order of the contract (the tutorial's `before_request`, tasks 0 and 5); then the route. */
  function answer(request: ApiRequest): Awaitable<Answer> {
    const { path, needsUser } = request.target;
    if (path === null) throw new HttpError(400);
    if (request.method === 'OPTIONS') return answerOptions(request);
    if (isCrossSite(request.method, request.headers, isListedOrigin)) throw new HttpError(403);
    if (auth === null || !needsUser) return route(request);
    return whenReady(auth.currentUser(request), (user) => {
      if (user === null) throw new HttpError(isAnonymous(auth, request) ? 401 : 403);
      request.currentUser = user;
      return route(request);
    });
  }

  function route(request: ApiRequest): Awaitable<Answer> {
    const { resource } = request.target;
    if (resource === null) throw new HttpError(404);
    const handler = resource.handlers.get(request.method);
    if (handler === undefined) throw new HttpError(405, undefined, [['Allow', resource.methods.join(', ')]]);
    return handler(request, services);
  }

  /** `OPTIONS *` asks for the server as a whole (RFC 9110 section 9.3.7). */
  function allowedMethods({ path, resource }: Target): readonly string[] {
    return path === '*' ? router.allMethods : (resource?.methods ?? []);
  }

  /** A CORS preflight carries no credentials, so this comes before the gate. */
  function answerOptions(request: ApiRequest): Answer {
    const methods = allowedMethods(request.target);
    if (methods.length === 0) throw new HttpError(404);
    return { status: 204, content: null, headers: [['Allow', methods.join(', ')]] };
  }

  /** By what the CORS policy gives: one list for each origin that is named, and one for all others. */
  const preparedHeaders = new Map<HeaderList, PreparedHeaders>();

  /** A preflight's in place of an answer's, not besides them: browsers refuse two `Access-Control-Allow-Origin`. */
  function headersOf(request: ApiRequest, status: number): PreparedHeaders {
    const { origin } = request.headers;
    if (request.method === 'OPTIONS' && status === 204) {
      return new PreparedHeaders(cors.preflightHeaders(origin, allowedMethods(request.target)));
    }
    const headers = cors.responseHeaders(origin);
    const known = preparedHeaders.get(headers);
    if (known !== undefined) return known;
    const made = new PreparedHeaders(headers);
    preparedHeaders.set(headers, made);
    return made;
  }

  /** @returns null where nobody is there to answer */
  function answerToError(error: unknown): Answer | null {
    if (error instanceof RequestAbortedError) return null;
    return errorAnswer(error, challenge) ?? unexpectedError(error);
  }

  function unexpectedError(error: unknown): Answer {
    const requestId = randomUUID();
    onUnexpectedError(error, requestId);
    return unexpectedErrorAnswer(requestId);
  }

  /** @param result null: nobody is there to answer */
  function finish(incoming: IncomingMessage, response: ServerResponse, request: ApiRequest, result: Answer | null): void {
    if (result === null) return;
    try {
      send(incoming, response, result, headersOf(request, result.status));
      accessLog?.log(request.address, request.method, incoming.url ?? '', incoming.httpVersion, result.status);
    } catch (error) {
      // The answer has begun and cannot be taken back: the client must not take it for a whole one.
      onUnexpectedError(error, randomUUID());
      response.destroy();
    }
  }

  function handle(incoming: IncomingMessage, response: ServerResponse): void {
    const request = new ApiRequest(incoming, response, targets.of(incoming.url ?? ''), config.trustedProxies);
    let result: Awaitable<Answer | null>;
    try {
      hosts.check(incoming);
      result = answer(request);
    } catch (error) {
      result = answerToError(error);
    }
    if (result instanceof Promise) {
      void result.catch(answerToError).then((later) => finish(incoming, response, request, later));
    } else {
      finish(incoming, response, request, result);
    }
  }

  return {
    handle,
    removeExpiredSessions: async () => (auth instanceof SessionAuth ? auth.removeExpired() : 0),
  };
}

function isAnonymous(auth: Auth, request: ApiRequest): boolean {
  return auth.authorizationHeader(request) === null && auth.sessionCookie(request) === null;
}
