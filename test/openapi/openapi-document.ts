import { API_ROUTES } from '../../src/api/v1/routes.ts';
import { openApiDocument } from '../../src/api/v1/openapi/document.ts';
import { GATEWAY_ROUTES } from '../../src/gateway/routes.ts';

/** Values as JSON has them. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** A member of an object, or undefined where there is none. */
export function member(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce((inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined), value);
}

/** An object; one without members where the value is none. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The document of a server with no settings, as JSON. */
export function documentOf(sessionName = '_my_session_id', publicUrl: string | null = null): JsonObject {
  const text = JSON.stringify(openApiDocument([...API_ROUTES, ...GATEWAY_ROUTES], sessionName, publicUrl));
  return objectOf(JSON.parse(text));
}

/** What `$ref` leads to, or the value itself. */
export function resolved(document: JsonObject, value: unknown): JsonObject {
  const target = member(value, '$ref');
  if (typeof target !== 'string') return objectOf(value);
  return objectOf(member(document, ...target.replace(/^#\//, '').split('/')));
}
