import type { CorsPolicy } from '../http/cors.ts';
import { PreparedHeaders } from '../http/respond.ts';
import type { HeaderList } from '../http/respond.ts';
import type { WebRequest } from './request.ts';

/**
 * Not `no-referrer`: with it Chromium sends `Origin: null` from a page on plain http, and no `Sec-Fetch-Site`, so that
 * every form of ours would count as another site's. Addresses of pages can hold the token of a link for one use; no
 * other origin learns them.
 */
const PAGE_HEADERS: HeaderList = [['Referrer-Policy', 'same-origin']];

/** The address changes with the content. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The header fields of every answer by the kind of its path. Those of the API are prepared once for each list of fields
 * that the CORS policy gives: one for each origin that is named, and one for all others. Pages are for this origin
 * alone.
 *
 * @param allowedMethods of what a preflight asks for
 */
export function createAnswerHeaders(
  cors: CorsPolicy,
  allowedMethods: (request: WebRequest) => readonly string[],
): (request: WebRequest, status: number) => PreparedHeaders {
  const prepared = new Map<HeaderList, PreparedHeaders>();
  const pages = new PreparedHeaders(PAGE_HEADERS);
  const assets = new PreparedHeaders(PAGE_HEADERS, FOR_EVER);

  return (request, status) => {
    const { kind } = request;
    if (kind !== 'api') return kind === 'asset' && status === 200 ? assets : pages;
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
