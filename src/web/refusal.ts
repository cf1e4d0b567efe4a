import { DuplicateValueError, InvalidValueError, TooManyAttemptsError, WrongPasswordError } from '../errors.ts';
import type { HeaderList } from '../http/respond.ts';
import { httpErrorOf } from './error-answer.ts';
import { fromNow, sentence } from './words.ts';

/** Why a form is shown again. */
export interface Refusal {
  readonly status: number;
  /** What to put right, as a sentence. */
  readonly text: string;
  /** Where; null: in no field. */
  readonly field: string | null;
  readonly headers: HeaderList;
}

/** The errors that a form shows itself, with the status of its answer; for what was typed that is 422. */
const STATUSES: ReadonlyMap<number, number> = new Map([
  ...[400, 409].map((status) => [status, 422] as const),
  ...[413, 415, 429, 503].map((status) => [status, status] as const),
]);

/** @returns null for an error that the form does not show */
export function refusalOf(error: unknown): Refusal | null {
  const known = httpErrorOf(error);
  const isWrongPassword = error instanceof WrongPasswordError;
  const status = isWrongPassword ? 422 : STATUSES.get(known?.status ?? 0);
  if (known === null || status === undefined) return null;
  const isOfField = error instanceof InvalidValueError || error instanceof DuplicateValueError;
  const field = isWrongPassword ? 'current_password' : isOfField ? error.field : null;
  return { status, text: textOf(error, status, known.message), field, headers: known.headers };
}

function textOf(error: unknown, status: number, message: string): string {
  if (status === 503) return 'This could not be done right now. Try again in a minute.';
  if (!(error instanceof TooManyAttemptsError)) return sentence(message);
  return `Too many tries from here. Try again ${fromNow(Math.ceil(error.retryAfterSeconds / 60) * 60_000)}.`;
}
