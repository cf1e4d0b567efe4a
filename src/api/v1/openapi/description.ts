import type { WebRoute } from '../../../web/request.ts';
import type { ResponseDescription } from './response.ts';
import type { JsonSchema, SchemaName } from './schemas.ts';
import type { SharedResponse } from './shared-responses.ts';

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
