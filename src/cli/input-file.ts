import { readFile } from 'node:fs/promises';
import { decodeUtf8 } from '../http/utf8.ts';

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
 * @throws the system's error where it cannot be read
 */
export async function readTextFile(path: string): Promise<string> {
  const text = decodeUtf8(await readFile(path));
  if (text === null) throw new InputEncodingError(path);
  return text;
}
