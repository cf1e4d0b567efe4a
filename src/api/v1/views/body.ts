import { HttpError } from '../../../http/http-error.ts';
import type { WebRequest } from '../../../web/request.ts';

/**
 * The members of a request's JSON object.
 *
 * @throws {HttpError} 400 where the body is none
 */
export async function bodyOf(request: WebRequest): Promise<Map<string, unknown>> {
  const body = await request.json();
  if (body === null) throw new HttpError(400, 'Wrong format');
  return body;
}

/** @throws {HttpError} 400 where the member is absent, null or empty */
export function required(body: ReadonlyMap<string, unknown>, name: string): unknown {
  const value = body.get(name) ?? '';
  if (value === '') throw new HttpError(400, `${name} missing`);
  return value;
}
