import { packageVersion } from '../../../version.ts';
import type { ApiRoute, Description, ParameterDescription } from './description.ts';
import { EXAMPLES } from './examples.ts';
import { HEADERS } from './headers.ts';
import type { HeaderName } from './headers.ts';
import type { ResponseDescription } from './response.ts';
import { allResponses } from './route-responses.ts';
import { SCHEMAS } from './schemas.ts';
import type { SchemaName } from './schemas.ts';
import { SHARED_RESPONSES } from './shared-responses.ts';

const INTRODUCTION = `Users, sign-ins and sessions.

- An error is \`{"error": "…"}\`, whatever its status.
- Every answer has \`Cache-Control: no-store\`, \`X-Content-Type-Options: nosniff\` and the CORS fields that CORS_ORIGINS asks for.
- HEAD is answered wherever GET is, without a body. OPTIONS is answered with 204 and \`Allow\`, before authentication.
- A method that a path does not have is 405 with \`Allow\`; a path that is not here is 404; both are 401 for whoever is not signed in.
- A slash at the end of a path makes no difference.`;

const TAGS = [
  { name: 'Service', description: 'The server itself.' },
  { name: 'Users', description: 'Users and their groups.' },
  { name: 'Passwords', description: 'How passwords change.' },
  { name: 'Sessions', description: 'Signing in and out, and where a user is signed in.' },
  { name: 'Gateway', description: 'What a proxy asks before it lets a request through to an application.' },
];

const PATH_PARAMETERS: ReadonlyMap<string, ParameterDescription> = new Map([
  ['id', { description: 'The id of a user; `me` is the one who asks.', schema: { type: 'string' }, example: 'me' }],
  ['handle', { description: 'As the list of sessions shows it.', schema: { type: 'string' }, example: 'uQ0fX1s8aLr3bq_D' }],
]);

/**
 * The OpenAPI document of the API, made of its tables of routes.
 *
 * @param routes those that take every method stand under GET
 * @param sessionName of the cookie
 * @param publicUrl where browsers reach the server; null: the document's own host
 * Source: OpenAPI Specification 3.1.1.
 */
export function openApiDocument(routes: readonly ApiRoute[], sessionName: string, publicUrl: string | null): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method === '*' ? 'get' : route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Session authentication server',
      version: packageVersion(),
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: TAGS,
    paths,
    components: {
      schemas: SCHEMAS,
      responses: Object.fromEntries(Object.entries(SHARED_RESPONSES).map(([name, shared]) => [name, responseObject(shared)])),
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

function operation(route: ApiRoute): object {
  const { path, access, description } = route;
  const { operationId, summary, details, tag, body } = description;
  const parameters = parametersOf(path, description);
  return {
    operationId,
    summary,
    ...(details !== undefined && { description: details }),
    tags: [tag],
    // The gateway judges by itself who asks.
    security: access === 'public' && tag !== 'Gateway' ? [] : [{ session: [] }, { basic: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: requestContent(body) } }),
    responses: Object.fromEntries(
      Object.entries(allResponses(route)).map(([status, response]) => [
        status,
        typeof response === 'string' ? { $ref: `#/components/responses/${response}` } : responseObject(response),
      ]),
    ),
  };
}

function parametersOf(path: string, { query = {}, requestHeaders = {} }: Description): object[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true, ...PATH_PARAMETERS.get(name) },
  }));
  const inQuery = Object.entries(query).map(([name, parameter]) => ({ name, in: 'query', ...parameter }));
  const inHeader = Object.entries(requestHeaders).map(([name, parameter]) => ({ name, in: 'header', ...parameter }));
  return [...inPath, ...inQuery, ...inHeader];
}

function requestContent({ schema, isForm }: NonNullable<Description['body']>): object {
  const content = { schema: reference(schema), example: EXAMPLES[schema] };
  if (isForm !== true) return { 'application/json': content };
  return { 'application/json': content, 'application/x-www-form-urlencoded': content, 'multipart/form-data': content };
}

function responseObject({ description, schema, example, headers = [], optionalHeaders = [] }: ResponseDescription): object {
  const named = [
    ...headers.map((name) => [name, { ...headerObject(name), required: true }] as const),
    ...optionalHeaders.map((name) => [name, headerObject(name)] as const),
  ];
  return {
    description,
    ...(named.length > 0 && { headers: Object.fromEntries(named) }),
    ...(schema !== undefined && { content: { 'application/json': contentOf(schema, example) } }),
  };
}

function headerObject(name: HeaderName): object {
  return HEADERS[name];
}

function contentOf(schema: SchemaName | readonly SchemaName[], example: unknown): object {
  if (typeof schema === 'string') return { schema: reference(schema), example: example ?? EXAMPLES[schema] };
  const examples = Object.fromEntries(schema.map((name) => [name, { value: EXAMPLES[name] }]));
  return { schema: { oneOf: schema.map(reference) }, examples };
}

function reference(name: SchemaName): object {
  return { $ref: `#/components/schemas/${name}` };
}
