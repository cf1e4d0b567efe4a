import { DomainError, DuplicateValueError, messageOf } from '../errors.ts';
import { CommandError } from './operation.ts';

/**
 * What an error means to the person at the command line.
 *
 * @returns a sentence; null for an error that nobody foresaw
 */
export function problemOf(error: unknown): string | null {
  if (error instanceof DuplicateValueError) return `a user with this ${error.field} exists already`;
  if (error instanceof DomainError || error instanceof CommandError) return error.message;
  return null;
}

/** The same, for whatever was thrown. */
export function anyProblemOf(error: unknown): string {
  return problemOf(error) ?? messageOf(error);
}
