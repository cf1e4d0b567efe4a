import type { HeaderList } from './field-value.ts';

/** Reason phrases as the error body shows them; one table, so that no two places word a status differently. */
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [400, 'Bad request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not found'],
  [405, 'Method not allowed'],
  [408, 'Request timeout'],
  [409, 'Conflict'],
  [413, 'Payload too large'],
  [414, 'URI too long'],
  [415, 'Unsupported media type'],
  [417, 'Expectation failed'],
  [429, 'Too many requests'],
  [431, 'Request header fields too large'],
  [500, 'Internal server error'],
  [501, 'Not implemented'],
  [503, 'Service unavailable'],
]);

/** An answer other than success: thrown anywhere, turned into a response in one place. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** Header fields that the answer needs besides the usual ones, in order. */
  readonly headers: HeaderList;

  /**
   * @param status 400 to 599
   * @param message what the client reads; the status's own where not given
   * @param headers field names and values
   * @throws {TypeError} where the status is no error, or has no message of its own and none was given
   */
  constructor(status: number, message?: string, headers: HeaderList = []) {
    const text = message ?? MESSAGES.get(status);
    if (!Number.isInteger(status) || status < 400 || status > 599) throw new TypeError('status must be 400 to 599');
    if (text === undefined) throw new TypeError('message is required for a status without one of its own');
    super(text);
    this.status = status;
    this.headers = headers;
  }
}
