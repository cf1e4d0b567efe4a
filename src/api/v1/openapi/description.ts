import type { WebRoute } from '../../../web/request.ts';
import type { JsonSchema, SchemaName } from './schemas.ts';

/** A header field that an answer has, and whether always. */
export type HeaderName = 'Location' | 'Link' | 'Set-Cookie' | 'WWW-Authenticate';

export interface ResponseDescription {
  readonly description: string;
  /** Absent: no content. */
  readonly schema?: SchemaName | readonly SchemaName[];
  /** Those that the answer always has. */
  readonly headers?: readonly HeaderName[];
  /** Those that it may have. */
  readonly optionalHeaders?: readonly HeaderName[];
}

/** What OpenAPI needs of a route besides its line in the table. */
export interface Description {
  readonly operationId: string;
  readonly summary: string;
  readonly tag: 'Service' | 'Users' | 'Passwords' | 'Sessions';
  /** Parameters of the query. */
  readonly query?: { readonly [name: string]: { readonly description: string; readonly schema: JsonSchema } };
  readonly body?: { readonly schema: SchemaName; readonly isForm?: true };
  /** By status, besides the errors that every route may answer. */
  readonly responses: { readonly [status: number]: ResponseDescription };
}

/** A route of the API: without its description it does not compile. */
export interface ApiRoute extends WebRoute {
  readonly description: Description;
}
