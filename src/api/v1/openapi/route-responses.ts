import type { ApiRoute } from './description.ts';
import type { ResponseDescription } from './response.ts';
import { error } from './shared-responses.ts';
import type { SharedResponse } from './shared-responses.ts';

const UNSAFE_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** By status, the errors of a route that its own description does not name: shared ones by name. */
function commonErrors(route: ApiRoute): { readonly [status: string]: SharedResponse | ResponseDescription } {
  // Whatever can be asked of a route for every method is answered by the route itself.
  if (route.method === '*') return { 500: 'Fault', 503: 'Unavailable', default: 'NotHttp' };
  const needsUser = route.access !== 'public';
  const refusals = refusalsOf(route);
  return {
    400: 'BadRequest',
    ...(needsUser && { 401: 'Unauthorized', 429: 'TooManyAttempts' }),
    ...(refusals.length > 0 && {
      403: error(`Not allowed: ${refusals.join('; ')}.`, 'Forbidden', needsUser ? { optionalHeaders: ['Set-Cookie'] } : {}),
    }),
    ...(route.description.body !== undefined && { 413: 'BodyTooLong', 415: 'BodyUnread' }),
    421: 'OtherHost',
    500: 'Fault',
    503: 'Unavailable',
    default: 'NotHttp',
  };
}

/** Why a request to a route may get 403, in words. */
function refusalsOf({ method, access, isGrave, description }: ApiRoute): string[] {
  const reasons: readonly (readonly [holds: boolean, reason: string])[] = [
    [access !== 'public', 'the credentials are those of nobody who may sign in (the cookie of a dead session is cleared)'],
    [access === 'admin', 'only administrators may'],
    [access === 'owner', 'only the user and administrators may'],
    [access === 'self', 'only the user may'],
    [UNSAFE_METHODS.has(method), 'a page of another site asks'],
    [isGrave === true, 'the sign-in is older than REAUTH_WINDOW, and the error says `sign in again`'],
  ];
  const named = reasons.filter(([holds]) => holds).map(([, reason]) => reason);
  return description.refusal === undefined ? named : [...named, description.refusal];
}

/** By status, all that a route may answer. */
export function allResponses(route: ApiRoute): { readonly [status: string]: SharedResponse | ResponseDescription } {
  return { ...commonErrors(route), ...route.description.responses };
}
