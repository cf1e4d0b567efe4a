import {
  DuplicateValueError,
  InvalidValueError,
  LastAdministratorError,
  MissingOwnerError,
  NoPublicUrlError,
  OverloadedError,
  StoreUnavailableError,
  TooManyAttemptsError,
  UnusableLinkError,
  WrongPasswordError,
} from '../errors.ts';
import { HttpError } from '../http/http-error.ts';
import { json } from '../http/respond.ts';
import type { Answer, HeaderList } from '../http/respond.ts';

/** A disk that is full now is seldom so a moment later; the client may try, and others need not wait for it. */
const STORE_RETRY_SECONDS = 5;

/**
 * What an error means to the client. The one place that says so.
 *
 * @returns null for an error that nobody foresaw
 */
export function httpErrorOf(error: unknown): HttpError | null {
  return error instanceof HttpError ? error : asHttpError(error);
}

/** An error that does not say more than that it is our fault, and under which id the log does. */
export function unexpectedError(requestId: string): HttpError {
  return new HttpError(500, undefined, [['X-Request-Id', requestId]]);
}

/**
 * The header fields of an error.
 *
 * @param challenge for a 401: every one has a challenge (RFC 9110 section 15.5.2)
 */
export function errorHeaders({ status, headers }: HttpError, challenge: string): HeaderList {
  return status === 401 ? [...headers, ['WWW-Authenticate', challenge]] : headers;
}

/** An error as programs read it. */
export function errorAsJson(error: HttpError, challenge: string): Answer {
  return json(error.status, { error: error.message }, errorHeaders(error, challenge));
}

function asHttpError(error: unknown): HttpError | null {
  if (error instanceof InvalidValueError) return new HttpError(400, error.message);
  if (error instanceof DuplicateValueError) return new HttpError(409, `${error.field} already exists`);
  if (error instanceof LastAdministratorError || error instanceof NoPublicUrlError) {
    return new HttpError(409, error.message);
  }
  if (error instanceof UnusableLinkError) return new HttpError(400, error.message);
  if (error instanceof WrongPasswordError) return new HttpError(403, error.message);
  // The user was removed while the request was under way.
  if (error instanceof MissingOwnerError) return new HttpError(404);
  if (error instanceof TooManyAttemptsError) return new HttpError(429, undefined, retryAfter(error.retryAfterSeconds));
  if (error instanceof OverloadedError) return new HttpError(503, undefined, retryAfter(error.retryAfterSeconds));
  if (error instanceof StoreUnavailableError) return new HttpError(503, undefined, retryAfter(STORE_RETRY_SECONDS));
  return null;
}

function retryAfter(seconds: number): HeaderList {
  return [['Retry-After', String(seconds)]];
}
