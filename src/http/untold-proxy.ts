import type { RequestHandler } from './http-server.ts';

/** For the operator, once: what `X-Forwarded-For` means where no proxy is trusted. */
export const UNTOLD_PROXY =
  'requests come with X-Forwarded-For, but TRUST_PROXY=0: where a proxy of yours sends it, all clients count as one ' +
  'network, for every limit; set TRUST_PROXY to the number of your proxies. Without a proxy, leave it at 0';

/**
 * Tells of the first request that a proxy seems to have passed on.
 *
 * @param handler answers the requests, this one too
 */
export function tellingOfProxies(handler: RequestHandler, tell: (sentence: string) => void): RequestHandler {
  let isTold = false;
  return (request, response) => {
    if (!isTold && request.headers['x-forwarded-for'] !== undefined) {
      isTold = true;
      tell(UNTOLD_PROXY);
    }
    handler(request, response);
  };
}
