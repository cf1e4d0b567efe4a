import type { WebRoute } from '../../../web/request.ts';
import type { SharedResponse } from './errors.ts';
import type { HeaderName } from './headers.ts';
import type { JsonSchema, SchemaName } from './schemas.ts';

export interface ResponseDescription {
  readonly description: string;
  /** Absent: no content. Of several, one of them holds. */
  readonly schema?: SchemaName | readonly SchemaName[];
  /** In place of the schema's own example. */
  readonly example?: unknown;
  /** Those that the answer always has. */
  readonly headers?: readonly HeaderName[];
  /** Those that it may have. */
  readonly optionalHeaders?: readonly HeaderName[];
}

/** A parameter of the query, or a field of the header that a proxy sends. */
export interface ParameterDescription {
  readonly description: string;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

/** What OpenAPI needs of a route besides its line in the table. */
export interface Description {
  readonly operationId: string;
  readonly summary: string;
  /** What the summary leaves out. */
  readonly details?: string;
  readonly tag: 'Service' | 'Users' | 'Passwords' | 'Sessions' | 'Gateway';
  readonly query?: { readonly [name: string]: ParameterDescription };
  readonly requestHeaders?: { readonly [name: string]: ParameterDescription };
  readonly body?: { readonly schema: SchemaName; readonly isForm?: true };
  /** What else is refused with 403. */
  readonly refusal?: string;
  /** By status, a shared one by its name; besides the errors that every such route may answer. */
  readonly responses: { readonly [status: number]: ResponseDescription | SharedResponse };
}

/** A route of the API: without its description it does not compile. */
export interface ApiRoute extends WebRoute {
  readonly description: Description;
}
