import type { ApiRoute, ResponseDescription } from './description.ts';

const UNSAFE_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** An answer with an `error` that reads as the example does. */
export function error(
  description: string,
  example: string,
  more: Pick<ResponseDescription, 'headers' | 'optionalHeaders'> = {},
): ResponseDescription {
  return { description, schema: 'Error', example: { error: example }, ...more };
}

/** Errors that many routes answer in the same way; they stand in the document once. */
export const SHARED_RESPONSES = {
  BadRequest: error('The request cannot be read, or a value will not do: the error says which.', 'Bad request'),
  Unauthorized: error('Nobody is signed in.', 'Unauthorized', { headers: ['WWW-Authenticate'] }),
  BodyTooLong: error('The body is longer than 64 KiB, or a form has more than 100 fields.', 'Payload too large'),
  BodyUnread: error('The body is in a content coding or a charset that is not read.', 'Unsupported media type', {
    optionalHeaders: ['Accept-Encoding'],
  }),
  OtherHost: error(
    'The server does not answer to this host name (ALLOWED_HOSTS).',
    'Misdirected request: this server does not answer to that name; whoever runs it can add the name to ALLOWED_HOSTS',
  ),
  TooManyAttempts: error('Too many sign-ins have failed.', 'Too many requests', { headers: ['Retry-After'] }),
  Fault: error('A fault of the server. Its log says more, under the id of the request.', 'Internal server error', {
    headers: ['X-Request-Id'],
  }),
  Unavailable: error('Too much waits, the store cannot be used, or the server is about to stop.', 'Service unavailable', {
    headers: ['Retry-After'],
  }),
  // Such a request has not reached a route, and not always a method.
  NotHttp: error(
    'What HTTP itself does not allow: 408, it did not arrive whole in 30 seconds; 414, the target is too long; 417, an ' +
      'expectation other than `100-continue`; 431, the header is longer than 16 KiB; 501, a transfer coding that is not ' +
      'read. The connection ends.',
    'Request timeout',
  ),
} satisfies { readonly [name: string]: ResponseDescription };

export type SharedResponse = keyof typeof SHARED_RESPONSES;

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
