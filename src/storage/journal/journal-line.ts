import { crc32 } from './crc32.ts';

/**
 * One line of the journal is one commit: a JSON object whose first member is the CRC-32, in hex, of all
 * that follows it up to the end of the line.
 *
 *     {"crc32":"5b1c34a0","put":{"users":[{"id":"…", …}]},"remove":{"user_sessions":["…"]}}
 *
 * A line is whole where it ends in a newline and the checksum fits. Nothing else is believed of it before.
 */
const CHECKSUM_START = '{"crc32":"';
const CHECKSUM_END = '",';
const CHECKSUM_DIGITS = 8;
const PREFIX_LENGTH = CHECKSUM_START.length + CHECKSUM_DIGITS + CHECKSUM_END.length;
const NEWLINE = 0x0a;

/** What a commit changes: models to put and ids to remove, by collection. */
export interface Commit {
  readonly put?: { readonly [collection: string]: readonly unknown[] };
  readonly remove?: { readonly [collection: string]: readonly string[] };
}

/** The first line of a journal. */
export interface JournalHeader {
  readonly format: string;
  readonly version: number;
}

export const JOURNAL_HEADER: JournalHeader = { format: 'session-auth-server journal', version: 1 };

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(CHECKSUM_DIGITS, '0');
}

/**
 * @param content has at least one member
 * @returns the line, newline included
 */
export function encodeLine(content: Commit | JournalHeader): Buffer {
  const members = JSON.stringify(content).slice(1);
  const line = Buffer.from(`${CHECKSUM_START}${'0'.repeat(CHECKSUM_DIGITS)}${CHECKSUM_END}${members}\n`);
  line.write(checksumOf(line.subarray(PREFIX_LENGTH, -1)), CHECKSUM_START.length, 'latin1');
  return line;
}

/**
 * @param line the bytes of one line, newline included
 * @returns the object, or null where the line is not whole
 */
export function decodeLine(line: Buffer): object | null {
  if (line.length <= PREFIX_LENGTH || line[line.length - 1] !== NEWLINE) return null;
  const content = line.subarray(PREFIX_LENGTH, -1);
  const prefix = `${CHECKSUM_START}${checksumOf(content)}${CHECKSUM_END}`;
  if (line.toString('latin1', 0, PREFIX_LENGTH) !== prefix) return null;
  try {
    const value: unknown = JSON.parse(`{${content.toString('utf8')}`);
    return typeof value === 'object' ? value : null;
  } catch {
    // Not what was written, though the checksum fits: one damage in four thousand million.
    return null;
  }
}

export function isHeader(value: object): boolean {
  return 'format' in value && value.format === JOURNAL_HEADER.format && 'version' in value;
}

/** The version that a header names. */
export function headerVersion(value: object): unknown {
  return 'version' in value ? value.version : undefined;
}
