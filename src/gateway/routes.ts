import type { WebRoute } from '../web/request.ts';
import { authRequest, forwardAuth } from './forward-auth.ts';

/** What proxies ask before they let a request through to an application. Each judges by itself who asks. */
export const GATEWAY_ROUTES: readonly WebRoute[] = [
  { method: '*', path: '/api/v1/auth_request', access: 'public', handler: authRequest },
  { method: '*', path: '/api/v1/forward_auth', access: 'public', handler: forwardAuth },
];
