import { InvalidValueError } from '../errors.ts';

/** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
const MAX_EMAIL_LENGTH = 254;
const MAX_NAME_LENGTH = 200;

// One "@" with something on both sides, and neither spaces nor control characters: all that can be said of an
// address without sending mail to it (RFC 5321 section 4.1.2 allows almost anything before the "@"). No colon: it
// ends the user's name in Basic credentials (RFC 7617 section 2).
const EMAIL = /^[^\s\p{Cc}@:]+@[^\s\p{Cc}@:]+$/u;

/**
 * @param value for a new user's email
 * @returns the same
 * @throws {InvalidValueError} it will not do
 */
export function checkedEmail(value: unknown): string {
  if (typeof value !== 'string' || !value.isWellFormed() || !EMAIL.test(value)) {
    throw new InvalidValueError('email', 'email must be an address with one @ and no spaces or colons, such as bob@example.com');
  }
  if ([...value].length > MAX_EMAIL_LENGTH) {
    throw new InvalidValueError('email', `email must be at most ${MAX_EMAIL_LENGTH} characters long`);
  }
  return value;
}

/**
 * @param field name of the field, for the message
 * @param value null and undefined: no name
 * @throws {InvalidValueError} it will not do
 */
export function checkedName(field: 'first_name' | 'last_name', value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string' || !value.isWellFormed() || /\p{Cc}/u.test(value)) {
    throw new InvalidValueError(field, `${field} must be a text without control characters, or null`);
  }
  if ([...value].length > MAX_NAME_LENGTH) {
    throw new InvalidValueError(field, `${field} must be at most ${MAX_NAME_LENGTH} characters long`);
  }
  return value;
}
