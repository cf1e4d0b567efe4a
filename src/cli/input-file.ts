import { readFile } from 'node:fs/promises';
import { messageOf } from '../errors.ts';
import { decodeUtf8 } from '../http/utf8.ts';
import { CommandError } from './operation.ts';

/** Which files import takes, as an error says it. */
export const TAKEN_FILES = "import takes the lines of JSON that export prints, or the tutorial's .db_User.json";

/** What each error of the system says of a file that is to be read. */
const PROBLEMS: ReadonlyMap<string, (path: string) => string> = new Map([
  ['ENOENT', (path) => `there is no file ${path}`],
  ['ENOTDIR', (path) => `there is no file ${path}: a part of its path is a file`],
  ['EISDIR', (path) => `${path} is a directory`],
  ['EACCES', (path) => `this user may not read ${path}: run this as its owner, or give it to this user (chown)`],
  ['ESPIPE', (path) => `${path} is a pipe, which cannot be read twice: write it to a file first`],
]);

/** A file is not UTF-8: what it says would be guessed. */
export class InputEncodingError extends Error {
  override readonly name = 'InputEncodingError';

  constructor(path: string) {
    super(`${path} is not UTF-8`);
  }
}

/**
 * Reads a file of text.
 *
 * @throws {InputEncodingError} it is not UTF-8
 * @throws {CommandError} it cannot be read
 */
export async function readTextFile(path: string): Promise<string> {
  const text = decodeUtf8(await withFileErrors(path, () => readFile(path)));
  if (text === null) throw new InputEncodingError(path);
  return text;
}

/**
 * Reads a file, with each error of the system made into a sentence that says what to do.
 *
 * @throws {CommandError} it cannot be read
 */
export async function withFileErrors<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const problem = PROBLEMS.get(code)?.(path) ?? `${path} cannot be read (${messageOf(error)})`;
    throw new CommandError(`${problem}; ${TAKEN_FILES}`);
  }
}
