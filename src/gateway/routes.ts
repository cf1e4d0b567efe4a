import type { ApiRoute } from '../api/v1/openapi/description.ts';
import { authRequest, forwardAuth } from './forward-auth.ts';
import { GATEWAY_OPERATIONS } from './operations.ts';

/** What proxies ask before they let a request through to an application. Each judges by itself who asks. */
export const GATEWAY_ROUTES: readonly ApiRoute[] = [
  {
    method: '*', path: '/api/v1/auth_request', access: 'public',
    handler: authRequest,
    description: GATEWAY_OPERATIONS.authRequest,
  },
  {
    method: '*', path: '/api/v1/forward_auth', access: 'public',
    handler: forwardAuth,
    description: GATEWAY_OPERATIONS.forwardAuth,
  },
];
