import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { proxiesOf } from './proxied-request.ts';

// Visible ASCII without `"` and `\`, so that an id stands in any log as it is. Two fields, which node:http joins with
// ", ", are no id: nobody could tell which of them is meant.
const REQUEST_ID = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/**
 * The id by which one request can be followed through the logs: that of `X-Request-Id` where a proxy of ours has set
 * it, else a new one. Without a trusted proxy a client could give its requests another's id.
 *
 * @param trustedProxies as for `clientAddress`
 */
export function requestIdOf(request: IncomingMessage, trustedProxies: number): string {
  const given = proxiesOf(request, trustedProxies) > 0 ? request.headers['x-request-id'] : undefined;
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
