import type { Auth, Identity } from '../api/v1/auth/auth.ts';
import type { Awaitable } from '../http/awaitable.ts';
import { HttpError } from '../http/http-error.ts';
import { ADMINS, isAdministrator } from '../models/user.ts';
import type { User } from '../models/user.ts';
import type { WebRequest, WebRoute } from './request.ts';
import { sessionCookie } from './session-cookie.ts';
import { SignInNeeded } from './sign-in-needed.ts';
import type { Services } from './services.ts';

/**
 * Finds out who asks, where the path is not public (the tutorial's `before_request`, tasks 0 and 5).
 *
 * @returns once `currentUser` and `currentSession` of the request are set
 * @throws {HttpError} 401 where the request names nobody, 403 where it names nobody who may sign in
 */
export function identify(request: WebRequest, services: Services): Awaitable<void> {
  const { auth } = services;
  if (auth === null || !request.target.needsUser) return undefined;
  const identity = auth.authenticate(request);
  if (identity instanceof Promise) return identity.then((later) => note(later, auth, request, services));
  return note(identity, auth, request, services);
}

function note(identity: Identity | null, auth: Auth, request: WebRequest, services: Services): void {
  if (identity === null) throw refusal(auth, request, services);
  request.currentUser = identity.user;
  request.currentSession = identity.session;
}

/** A dead session's cookie would stay in the browser for ever: it is cleared. */
function refusal(auth: Auth, request: WebRequest, services: Services): HttpError {
  if (auth.isAnonymous(request)) return new SignInNeeded(401);
  const isDeadSession = auth.sessions !== null && auth.sessionCookie(request) !== null;
  return new SignInNeeded(403, undefined, isDeadSession ? sessionCookie(request, services, null) : []);
}

/**
 * Judges whether the user may use a route, by the route's `access` and nothing else.
 *
 * @throws {HttpError} 403, which does not tell whether what the path names exists
 */
export function admit(request: WebRequest, route: WebRoute, services: Services): void {
  const { currentUser } = request;
  // Nobody: the path is public, or AUTH_TYPE=none leaves everything open.
  if (currentUser === null) return;
  if (!mayUse(currentUser, route, request)) throw new HttpError(403);
  if (route.isGrave === true) assertFresh(request, services);
}

/** @throws {SignInNeeded} the sign-in is too old for a grave step */
function assertFresh(request: WebRequest, services: Services): void {
  if (!isFresh(request, services)) throw new SignInNeeded(403, 'sign in again');
}

/**
 * To add an administrator is as grave as to make somebody one.
 *
 * @param groups of the new user, as they were sent; absent: those of DEFAULT_GROUPS
 * @throws {SignInNeeded} the sign-in is too old for it
 */
export function assertMayAddTo(groups: unknown, request: WebRequest, services: Services): void {
  const wanted = groups ?? services.config.defaultGroups;
  if (Array.isArray(wanted) && wanted.includes(ADMINS)) assertFresh(request, services);
}

function mayUse(user: User, { access }: WebRoute, request: WebRequest): boolean {
  switch (access) {
    case 'public':
    case 'user':
      return true;
    case 'self':
      return request.targetUserId() === user.id;
    case 'owner':
      return isAdministrator(user) || request.targetUserId() === user.id;
    case 'admin':
      return isAdministrator(user);
  }
}

/**
 * Whether the session was signed in to a short time ago. Basic sends the password each time.
 *
 * Source: OWASP ASVS 5.0, 7.5.1 and 7.5.3.
 */
export function isFresh({ currentSession }: WebRequest, { config, clock }: Services): boolean {
  if (config.reauthWindowSeconds === 0 || currentSession === null) return true;
  return clock() - currentSession.createdAt <= config.reauthWindowSeconds * 1000;
}
