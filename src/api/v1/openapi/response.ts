import type { HeaderName } from './headers.ts';
import type { SchemaName } from './schemas.ts';

/** One answer of a route. */
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
