import type { CorsPolicy } from '../http/cors.ts';
import { PreparedHeaders } from '../http/respond.ts';
import type { HeaderList } from '../http/respond.ts';
import type { WebRequest } from './request.ts';

/**
 * The header fields of every answer, prepared once for each list of fields that the CORS policy gives: one for each
 * origin that is named, and one for all others.
 *
 * @param allowedMethods of what a preflight asks for
 */
export function createAnswerHeaders(
  cors: CorsPolicy,
  allowedMethods: (request: WebRequest) => readonly string[],
): (request: WebRequest, status: number) => PreparedHeaders {
  const prepared = new Map<HeaderList, PreparedHeaders>();

  return (request, status) => {
    const { origin } = request.headers;
    if (request.method === 'OPTIONS' && status === 204) {
      // A preflight's in place of an answer's: browsers refuse two `Access-Control-Allow-Origin`.
      const requested = request.headers['access-control-request-headers'];
      return new PreparedHeaders(cors.preflightHeaders(origin, allowedMethods(request), requested));
    }
    const headers = cors.responseHeaders(origin);
    const known = prepared.get(headers);
    if (known !== undefined) return known;
    const made = new PreparedHeaders(headers);
    prepared.set(headers, made);
    return made;
  };
}
