import type { Description, ParameterDescription } from '../api/v1/openapi/description.ts';
import type { ResponseDescription } from '../api/v1/openapi/response.ts';

const GROUP: { readonly [name: string]: ParameterDescription } = {
  group: {
    description: 'The user must be in one of these groups.',
    schema: { type: 'array', items: { type: 'string' } },
    example: ['ops'],
  },
};

const FORWARDED: { readonly [name: string]: ParameterDescription } = {
  'X-Forwarded-Proto': { description: 'Of the request that is judged.', schema: { enum: ['http', 'https'] } },
  'X-Forwarded-Host': { description: 'Of the request that is judged.', schema: { type: 'string' }, example: 'wiki.example.com' },
  'X-Forwarded-Uri': { description: 'Path and query of the request that is judged.', schema: { type: 'string' }, example: '/page' },
};

const ALLOWED: ResponseDescription = {
  description: 'Somebody who may is signed in. The application is told who.',
  headers: ['Remote-User', 'Remote-Email', 'Remote-Name', 'Remote-Groups', 'Remote-Id'],
};

const DENIED = 'The user is in none of the groups, or the query has a parameter other than `group`.';

/** What proxies ask, and what they are told. No answer has content. By the handler's name. */
export const GATEWAY_OPERATIONS = {
  authRequest: {
    operationId: 'authRequest',
    summary: 'Tells nginx (auth_request) and HAProxy whether a request may go on.',
    details: 'Any method. `Location` is where the page to sign in is, with where the user was going.',
    tag: 'Gateway',
    query: GROUP,
    requestHeaders: {
      'X-Original-URL': {
        description: 'Where the user was going.',
        schema: { type: 'string' },
        example: 'https://wiki.example.com/page',
      },
      ...FORWARDED,
    },
    responses: {
      204: ALLOWED,
      401: { description: 'Nobody is signed in.', headers: ['WWW-Authenticate'], optionalHeaders: ['Location'] },
      403: {
        description: `${DENIED} With \`Retry-After\`: who asks cannot be told now; nginx would make a 500 of any other status.`,
        optionalHeaders: ['Retry-After'],
      },
    },
  },
  forwardAuth: {
    operationId: 'forwardAuth',
    summary: 'Tells Caddy (forward_auth) and Traefik (ForwardAuth) whether a request may go on, or what to answer.',
    details: 'Any method.',
    tag: 'Gateway',
    query: GROUP,
    requestHeaders: {
      ...FORWARDED,
      'X-Forwarded-Method': {
        description: 'Of the request that is judged: GET and HEAD that take text/html are led to the sign-in.',
        schema: { type: 'string' },
        example: 'GET',
      },
    },
    responses: {
      204: ALLOWED,
      303: { description: 'Nobody is signed in, and a browser asks: to the page to sign in.', headers: ['Location'] },
      401: { description: 'Nobody is signed in.', headers: ['WWW-Authenticate'] },
      403: { description: DENIED },
      429: { description: 'Too many sign-ins have failed.', headers: ['Retry-After'] },
      503: { description: 'Too much waits, or the store cannot be used.', headers: ['Retry-After'] },
    },
  },
} satisfies { readonly [handler: string]: Description };
