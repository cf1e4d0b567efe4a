import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessLog } from '../http/access-log.ts';
import { HostPolicy } from '../http/allowed-hosts.ts';
import { whenReady } from '../http/awaitable.ts';
import type { Awaitable } from '../http/awaitable.ts';
import { CorsPolicy } from '../http/cors.ts';
import { HttpError } from '../http/http-error.ts';
import type { Answer } from '../http/respond.ts';
import { CROSS_SITE_MESSAGES, crossSiteReason } from '../security/cross-site.ts';
import { createAnswerCycle } from './answer-cycle.ts';
import type { OnAnswered } from './answer-cycle.ts';
import { createAnswerHeaders } from './answer-headers.ts';
import { errorAsJson } from './error-answer.ts';
import { admit, identify } from './gate.ts';
import { WebRequest } from './request.ts';
import type { WebRoute } from './request.ts';
import type { Services } from './services.ts';
import { createTargets, excludedPaths } from './targets.ts';

export interface ApplicationOptions {
  readonly routes: readonly WebRoute[];
  readonly services: Services;
  /** Shows an error to a person who asked for a page. */
  readonly showErrorPage: (request: WebRequest, error: HttpError) => Answer;
  /** null: no access log. */
  readonly accessLog: AccessLog | null;
  /** Default: nobody measures. */
  readonly onAnswered?: OnAnswered | null;
  /** Is told of an error that nobody foresaw. */
  readonly onUnexpectedError: (error: unknown, requestId: string) => void;
}

/**
 * Answers the requests to a table of routes, in this order: a proxy's question, a name of ours, the target can be read,
 * a preflight, no other site asks, who asks, the route, whether that user may use it, the route's handler.
 */
export function createApplication(
  options: ApplicationOptions,
): (incoming: IncomingMessage, response: ServerResponse) => void {
  const { routes, services, showErrorPage, accessLog, onUnexpectedError } = options;
  const { auth, challenge, config, securityLog } = services;
  const hasSessions = auth?.sessions != null;
  const served = routes.filter(({ needsSessions }) => needsSessions !== true || hasSessions);
  const targets = createTargets(served, auth, excludedPaths(routes), (target) => accessLog?.shown(target) ?? '');
  const { router } = targets;
  const publicUrl = config.publicUrl === null ? null : new URL(config.publicUrl);
  const hosts = new HostPolicy({ ...config, ownHosts: publicUrl === null ? [] : [publicUrl.hostname] });
  const cors = new CorsPolicy(config.corsOrigins);
  const ownOrigin = publicUrl?.origin;
  /** Behind a proxy that rewrites `Host`, PUBLIC_URL tells which origin is ours. */
  const isListedOrigin = (origin: string): boolean => origin === ownOrigin || cors.allows(origin);

  function answer(request: WebRequest): Awaitable<Answer> {
    const { path, anyMethod } = request.target;
    // Proxies that ask pass the application's name.
    if (anyMethod !== null) return anyMethod.handler(request, services);
    hosts.check(request);
    // Only OPTIONS may ask about the server as a whole (RFC 9112 section 3.2.4).
    if (path === null || (path === '*' && request.method !== 'OPTIONS')) throw new HttpError(400);
    if (request.method === 'OPTIONS') return answerOptions(request);
    refuseCrossSite(request);
    const identified = identify(request, services);
    return identified instanceof Promise ? identified.then(() => dispatch(request)) : dispatch(request);
  }

  function dispatch(request: WebRequest): Awaitable<Answer> {
    const route = routeOf(request);
    admit(request, route, services);
    return route.handler(request, services);
  }

  /** Judges once more. Whom another cookie of the request names by now is not the user who was let through. */
  function judgeAgain(request: WebRequest): Awaitable<void> {
    const { userId } = request;
    return whenReady(identify(request, services), () => {
      if (request.userId !== userId) throw new HttpError(403);
      admit(request, routeOf(request), services);
    });
  }

  function refuseCrossSite(request: WebRequest): void {
    const reason = crossSiteReason(request.method, request.headers, request.host, isListedOrigin);
    if (reason === null) return;
    securityLog.log('cross_site_refused', request, { reason, origin: request.headers.origin });
    throw new HttpError(403, CROSS_SITE_MESSAGES[reason]);
  }

  function routeOf({ target: { resource }, method }: WebRequest): WebRoute {
    if (resource === null) throw new HttpError(404);
    const route = resource.handlers.get(method);
    if (route === undefined) throw new HttpError(405, undefined, [['Allow', resource.methods.join(', ')]]);
    return route;
  }

  /** `OPTIONS *` asks for the server as a whole (RFC 9110 section 9.3.7). */
  function allowedMethods({ target: { path, resource } }: WebRequest): readonly string[] {
    return path === '*' ? router.allMethods : (resource?.methods ?? []);
  }

  /** A CORS preflight carries no credentials, so this comes before the gate. */
  function answerOptions(request: WebRequest): Answer {
    const methods = allowedMethods(request);
    if (methods.length === 0) throw new HttpError(404);
    return { status: 204, content: null, headers: [['Allow', methods.join(', ')]] };
  }

  const server = { trustedProxies: config.trustedProxies, judgeAgain };
  return createAnswerCycle({
    requestOf: (incoming, response) =>
      new WebRequest(incoming, response, targets.cache.of(incoming.url ?? ''), server),
    answer,
    showError: (request, error) =>
      request.kind === 'api' ? errorAsJson(error, challenge) : showErrorPage(request, error),
    headersOf: createAnswerHeaders(cors, allowedMethods),
    accessLog,
    onAnswered: options.onAnswered ?? null,
    onOverload: (request) => securityLog.overloaded(request),
    onUnexpectedError,
  });
}
