import type { ResponseDescription } from './response.ts';

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
