import { IncomingMessage } from 'node:http';

/**
 * A request that came over a Unix socket. Its sender has no address, and is a proxy of ours: nobody else may open the
 * socket. So its headers say who the client is, whatever `TRUST_PROXY` is for the port.
 */
export class ProxiedRequest extends IncomingMessage {}

/**
 * How many proxies in front of us are ours, for one request.
 *
 * @param trustedProxies of a request that comes to the port
 */
export function proxiesOf(request: IncomingMessage, trustedProxies: number): number {
  return trustedProxies === 0 && request instanceof ProxiedRequest ? 1 : trustedProxies;
}
