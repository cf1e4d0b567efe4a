import { packageVersion } from '../../../version.ts';
import type { ApiRoute, Description, HeaderName, ResponseDescription } from './description.ts';
import { SCHEMAS } from './schemas.ts';
import type { SchemaName } from './schemas.ts';

const UNSAFE_METHODS: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const TAGS = [
  { name: 'Service', description: 'The server itself.' },
  { name: 'Users', description: 'Users and their groups.' },
  { name: 'Passwords', description: 'How passwords change.' },
  { name: 'Sessions', description: 'Signing in and out, and where a user is signed in.' },
];

const HEADERS: { readonly [name in HeaderName]: object } = {
  Location: { description: 'Where the new resource is.', schema: { type: 'string' } },
  Link: { description: 'The next page, with `rel="next"` (RFC 8288).', schema: { type: 'string' } },
  'Set-Cookie': { description: 'The session cookie, or its removal.', schema: { type: 'string' } },
  'WWW-Authenticate': { description: 'How to authenticate (RFC 9110).', schema: { type: 'string' } },
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', required: true, schema: { type: 'integer' } } };

/**
 * The OpenAPI document of the API, made of its table of routes.
 *
 * Source: OpenAPI Specification 3.1.1.
 */
export function openApiDocument(routes: readonly ApiRoute[], sessionName: string, publicUrl: string | null): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Session authentication server',
      version: packageVersion(),
      description: 'Users, sign-ins and sessions. Errors are `{"error": "…"}` everywhere.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: TAGS,
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: sessionName,
          description: 'Under AUTH_TYPE session_auth, session_exp_auth and session_db_auth.',
        },
        basic: { type: 'http', scheme: 'basic', description: 'Under AUTH_TYPE basic_auth.' },
      },
    },
  };
}

function operation({ path, method, access, description }: ApiRoute): object {
  const { operationId, summary, tag, query, body } = description;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'id' ? 'The id of a user; `me` is the one who asks.' : 'As the list of sessions shows it.',
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, parameter]) => ({ name, in: 'query', ...parameter }));
  const parameters = [...inPath, ...inQuery];
  return {
    operationId,
    summary,
    tags: [tag],
    security: access === 'public' ? [] : [{ session: [] }, { basic: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: requestContent(body) } }),
    responses: responses(description, access !== 'public', UNSAFE_METHODS.has(method)),
  };
}

function requestContent({ schema, isForm }: NonNullable<Description['body']>): object {
  const content = { schema: reference(schema) };
  if (isForm !== true) return { 'application/json': content };
  return { 'application/json': content, 'application/x-www-form-urlencoded': content, 'multipart/form-data': content };
}

/** Those of the route, and the errors that every route may answer. */
function responses(description: Description, needsUser: boolean, isUnsafe: boolean): object {
  const error = (text: string, more: Partial<ResponseDescription> = {}): ResponseDescription => ({
    description: text,
    schema: 'Error',
    ...more,
  });
  const all: Record<string, ResponseDescription> = {
    400: error('The request cannot be read, or a value will not do: the error says which.'),
    ...(needsUser && { 401: error('Nobody is signed in.', { headers: ['WWW-Authenticate'] }) }),
    ...((needsUser || isUnsafe) && {
      403: error('Not allowed: by the user’s groups, from another site, or before signing in again.', {
        optionalHeaders: ['Set-Cookie'],
      }),
    }),
    ...(needsUser && { 404: error('There is none.'), 429: error('Too many sign-ins have failed.') }),
    ...(description.body !== undefined && {
      413: error('The body is longer than 64 KiB.'),
      415: error('The body is in an encoding that is not read.'),
    }),
    421: error('The server does not answer to this host name.'),
    500: error('A fault of the server.'),
    503: error('Too much waits, or the store cannot be reached.'),
    ...description.responses,
  };
  return Object.fromEntries(Object.entries(all).map(([status, response]) => [status, responseObject(status, response)]));
}

function responseObject(status: string, { description, schema, headers = [], optionalHeaders = [] }: ResponseDescription): object {
  const named = [
    ...headers.map((name) => [name, { ...HEADERS[name], required: true }] as const),
    ...optionalHeaders.map((name) => [name, HEADERS[name]] as const),
  ];
  const allHeaders = { ...Object.fromEntries(named), ...((status === '429' || status === '503') && RETRY_AFTER) };
  return {
    description,
    ...(Object.keys(allHeaders).length > 0 && { headers: allHeaders }),
    ...(schema !== undefined && { content: { 'application/json': { schema: schemaOf(schema) } } }),
  };
}

function schemaOf(schema: SchemaName | readonly SchemaName[]): object {
  return typeof schema === 'string' ? reference(schema) : { oneOf: schema.map(reference) };
}

function reference(name: SchemaName): object {
  return { $ref: `#/components/schemas/${name}` };
}
