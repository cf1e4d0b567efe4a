import type { EncodedChanges, OwnedRemoval } from '../memory/batch.ts';
import { crc32 } from './crc32.ts';

/**
 * One line of the journal is one commit: a JSON object whose first member is the CRC-32, in hex, of all
 * that follows it up to the end of the line.
 *
 *     {"crc32":"5b1c34a0","put":{"users":[{"id":"…", …}]},"remove":{"user_sessions":["…"]}}
 *
 * A line is whole where it ends in a newline and the checksum fits. Nothing else is believed of it before.
 */
/** Every line begins in this way. Within a line the quotes would be escaped, so it is never part of one. */
export const LINE_START = '{"crc32":"';
const CHECKSUM_END = '",';
const CHECKSUM_DIGITS = 8;
const PREFIX_LENGTH = LINE_START.length + CHECKSUM_DIGITS + CHECKSUM_END.length;
const NEWLINE = 0x0a;

/**
 * What a commit changes, by collection. Removals come before what is put, wherever they
 * stand in the line. Of the collections an owner's stands before what belongs to it.
 */
export interface Commit {
  /** Ids. What belongs to a model that is removed goes with it, and is not named. */
  readonly remove?: { readonly [collection: string]: readonly string[] };
  /** Owners whose models are removed, all or all but one. */
  readonly removeOwned?: { readonly [collection: string]: readonly OwnedRemoval[] };
  readonly put?: { readonly [collection: string]: readonly unknown[] };
}

/** Members of a commit; a line with any other is refused, since a compaction would lose it. */
export const COMMIT_MEMBERS: readonly string[] = ['put', 'remove', 'removeOwned'];

/** The first line of a journal. */
export interface JournalHeader {
  readonly format: string;
  readonly version: number;
}

/**
 * What this version writes. Each change of a line's or a record's members raises the number, so that an older server
 * refuses what it would read over.
 *
 * - 1: users and sessions of the first release. Its servers drop members that they do not know.
 * - 2: unknown members are refused.
 */
export const JOURNAL_VERSION = 2;

export const JOURNAL_HEADER: JournalHeader = { format: 'session-auth-server journal', version: JOURNAL_VERSION };

/** The commit that makes the changes of each collection; what is empty is left out. */
export function commitOf(changes: readonly EncodedChanges[]): Commit {
  const remove: Record<string, readonly string[]> = {};
  const removeOwned: Record<string, readonly OwnedRemoval[]> = {};
  const put: Record<string, readonly unknown[]> = {};
  for (const part of changes) {
    if (part.remove.length > 0) remove[part.collection] = part.remove;
    if (part.removeOwned.length > 0) removeOwned[part.collection] = part.removeOwned;
    if (part.put.length > 0) put[part.collection] = part.put;
  }
  return {
    ...(Object.keys(put).length > 0 && { put }),
    ...(Object.keys(remove).length > 0 && { remove }),
    ...(Object.keys(removeOwned).length > 0 && { removeOwned }),
  };
}

/** @returns null where a value of a line is no list of such removals */
export function ownedRemovals(value: unknown): OwnedRemoval[] | null {
  if (!Array.isArray(value)) return null;
  const removals: OwnedRemoval[] = [];
  for (const item of value) {
    if (typeof item !== 'object' || item === null) return null;
    const { owner, except, ...others }: { owner?: unknown; except?: unknown } = item;
    const isWhole = typeof owner === 'string' && (except === null || typeof except === 'string');
    if (!isWhole || Object.keys(others).length > 0) return null;
    removals.push({ owner, except });
  }
  return removals;
}

function checksumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(CHECKSUM_DIGITS, '0');
}

/**
 * @param content has at least one member
 * @returns the line, newline included
 */
export function encodeLine(content: Commit | JournalHeader): Buffer {
  const members = JSON.stringify(content).slice(1);
  const line = Buffer.from(`${LINE_START}${'0'.repeat(CHECKSUM_DIGITS)}${CHECKSUM_END}${members}\n`);
  line.write(checksumOf(line.subarray(PREFIX_LENGTH, -1)), LINE_START.length, 'latin1');
  return line;
}

/**
 * @param line the bytes of one line, newline included
 * @returns the object, or null where the line is not whole
 */
export function decodeLine(line: Buffer): object | null {
  if (line.length <= PREFIX_LENGTH || line[line.length - 1] !== NEWLINE) return null;
  const content = line.subarray(PREFIX_LENGTH, -1);
  const prefix = `${LINE_START}${checksumOf(content)}${CHECKSUM_END}`;
  if (line.toString('latin1', 0, PREFIX_LENGTH) !== prefix) return null;
  try {
    const value: unknown = JSON.parse(`{${content.toString('utf8')}`);
    return typeof value === 'object' ? value : null;
  } catch {
    // Not what was written, though the checksum fits: one damage in four thousand million.
    return null;
  }
}

/** @returns the version that a header names; null where the line is no header of ours */
export function headerVersion(value: object): number | null {
  if (!('format' in value) || value.format !== JOURNAL_HEADER.format || !('version' in value)) return null;
  const { version } = value;
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 1 ? version : null;
}

/** The header of every version that this one reads, as it is written. */
const HEADER_LINES: readonly Buffer[] = Array.from({ length: JOURNAL_VERSION }, (_, index) =>
  encodeLine({ ...JOURNAL_HEADER, version: index + 1 }),
);

/**
 * Whether a file's only line is a header that a crash cut short: its first bytes, some of which may be zero, as a
 * file system leaves what was not written when the power went.
 */
export function isTornHeader(bytes: Uint8Array): boolean {
  return HEADER_LINES.some(
    (header) => bytes.length <= header.length && bytes.every((byte, index) => byte === 0 || byte === header[index]),
  );
}
