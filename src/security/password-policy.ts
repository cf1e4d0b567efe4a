import { COMMON_PASSWORDS } from './common-passwords.ts';

/**
 * The longest password, in bytes of UTF-8 after NFC. NIST asks that 64 characters at least be allowed;
 * a bound there must be, or whoever sends a password decides what its normalisation and its hash cost.
 */
export const MAX_PASSWORD_BYTES = 1024;

/**
 * No password is longer before NFC, in UTF-16 units. To be looked at first: NFC takes time in the square of a run
 * of accents, a second for what fits into a request.
 */
export const MAX_UNNORMALIZED_LENGTH = 2 * MAX_PASSWORD_BYTES;

/**
 * Why a new password will not do. Any character but NUL will, spaces and emoji among them, and there is no rule
 * of composition: those make people write `Password1!`.
 *
 * @param password as given: neither trimmed nor cut
 * @param minLength in code points, counted after NFC, so that the same text typed on another keyboard counts alike
 * @returns a sentence that says what would do, without the password; null where this one does
 * Source: NIST 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2.1, 6.2.4, 6.2.5, 6.2.8 and 6.2.9.
 */
export function passwordProblem(password: string, minLength: number): string | null {
  // Every lone surrogate becomes the same U+FFFD in UTF-8: passwords that differ would be equal.
  if (!password.isWellFormed()) return 'password must be well-formed Unicode: half of a surrogate pair will not do';
  // Old hashes take it for padding, so that it would add nothing; no field of a form lets anybody type it.
  if (password.includes('\0')) return 'password must not hold NUL (U+0000)';
  const tooLong = `password must be at most ${MAX_PASSWORD_BYTES} bytes long in UTF-8`;
  if (password.length > MAX_UNNORMALIZED_LENGTH) return tooLong;
  const normalized = password.normalize('NFC');
  if (Buffer.byteLength(normalized) > MAX_PASSWORD_BYTES) return tooLong;
  if ([...normalized].length < minLength) return `password must be at least ${minLength} characters long`;
  if (COMMON_PASSWORDS.has(normalized.toLowerCase())) {
    return 'password must not be one of the commonest, which are guessed first: choose one that others do not use';
  }
  return null;
}
