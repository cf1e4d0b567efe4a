import { InvalidValueError } from '../errors.ts';

/** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
const MAX_EMAIL_LENGTH = 254;
const MAX_NAME_LENGTH = 200;

// PrecisIgnorableProperties = Default_Ignorable_Code_Point / Noncharacter_Code_Point (RFC 8264 section 9.13): zero
// widths, marks of direction, fillers, variation selectors. Two texts that look the same would be two users. With them
// what is as invisible: separators of lines and paragraphs, marks of annotations, the blank of Braille; and
// U+FFFD, which stands for what could not be read.
const INVISIBLE = String.raw`\p{DI}\p{NChar}\p{Zl}\p{Zp}\u2800\ufff9-\ufffd`;

// One "@" with something on both sides, and neither spaces nor characters that nobody sees: all that can be said of an
// address without sending mail to it (RFC 5321 section 4.1.2 allows almost anything before the "@"). No colon: it
// ends the user's name in Basic credentials (RFC 7617 section 2).
const LOCAL_OR_DOMAIN = String.raw`[^\s\p{Cc}${INVISIBLE}@:]+`;
const EMAIL = new RegExp(`^${LOCAL_OR_DOMAIN}@${LOCAL_OR_DOMAIN}$`, 'u');

const UNSEEN = new RegExp(String.raw`[\p{Cc}${INVISIBLE}]`, 'u');

// ZWNJ and ZWJ between letters or marks of a script that is written with them: in Persian and in the languages of India
// they are spelling (RFC 5892 appendix A.1 and A.2, which know each letter's way of joining).
const JOINING_SCRIPTS = ['Arab', 'Syrc', 'Mong', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh'];
const JOINING = `[${JOINING_SCRIPTS.map((script) => String.raw`\p{scx=${script}}`).join('')}]`;
const JOINER = new RegExp(String.raw`(?<=${JOINING})[\u200c\u200d](?=${JOINING})`, 'gu');

/**
 * @param value for a new user's email
 * @returns the same
 * @throws {InvalidValueError} it will not do
 */
export function checkedEmail(value: unknown): string {
  if (typeof value !== 'string' || !value.isWellFormed() || !EMAIL.test(value)) {
    throw new InvalidValueError(
      'email',
      'email must be an address with one @ and no spaces, colons or invisible characters, such as bob@example.com',
    );
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
  if (typeof value !== 'string' || !value.isWellFormed() || UNSEEN.test(value.replace(JOINER, ''))) {
    throw new InvalidValueError(field, `${field} must be a text without control or invisible characters, or null`);
  }
  if ([...value].length > MAX_NAME_LENGTH) {
    throw new InvalidValueError(field, `${field} must be at most ${MAX_NAME_LENGTH} characters long`);
  }
  return value;
}

/**
 * An email as it was typed to sign in, without what browsers strip from `<input type=email>`: line ends, and the
 * blanks around it, which phones add when they complete a word.
 *
 * Source: HTML standard, value sanitization algorithm of the Email state.
 */
export function typedEmail(text: string): string {
  // Not one expression: "[ ]+$" on many spaces costs their number squared.
  const line = text.replace(/[\r\n]/g, '');
  let [start, end] = [0, line.length];
  while (start < end && isBlank(line.charAt(start))) start += 1;
  while (end > start && isBlank(line.charAt(end - 1))) end -= 1;
  return line.slice(start, end);
}

/** ASCII whitespace, less the line ends. Infra standard */
function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\f';
}
