import type { Sessions } from '../accounts/sessions.ts';
import { HttpError } from '../http/http-error.ts';
import type { Services } from './services.ts';

/** @throws {HttpError} 404 where there is nothing, or an operation found no such user */
export function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new HttpError(404);
  return value;
}

/** @throws {HttpError} 404 where AUTH_TYPE has no sessions */
export function sessionsOf({ auth }: Services): Sessions {
  return found(auth?.sessions);
}
