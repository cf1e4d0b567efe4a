import { join } from 'node:path';
import { DamagedFileError, NewerFormatError } from '../store-errors.ts';
import type { Collections } from '../memory/collections.ts';
import { refuseEmptied } from './emptied-journal.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { JournalFile } from './journal-file.ts';
import {
  COMMIT_MEMBERS,
  encodeLine,
  headerVersion,
  isTornHeader,
  JOURNAL_HEADER,
  JOURNAL_VERSION,
  LINE_START,
  ownedRemovals,
} from './journal-line.ts';
import { readLines } from './journal-reader.ts';
import type { JournalExtent, LinePlace } from './journal-reader.ts';
import type { LockHolder } from './lock-holder.ts';

export const JOURNAL_FILE = 'journal.jsonl';
/** A compaction's file, until it takes the journal's place. */
export const NEW_JOURNAL_FILE = 'journal.jsonl.new';
/** Followed by the time at which it was set aside. */
export const TORN_FILE_PREFIX = 'journal.torn-';

/** Enough for the first line of a journal, of newer versions too. */
const FIRST_LINE_BYTES = 4_096;
export interface JournalContent extends JournalExtent {
  /** Of the format; this one's for a file with nothing in it. */
  readonly version: number;
  /** Puts and removals in all. */
  readonly entryCount: number;
}

/** @returns what stands under a name, by collection; null where that is no object */
function members(content: object, name: 'put' | 'remove' | 'removeOwned'): [string, unknown][] | null {
  const value: unknown = name in content ? Object.getOwnPropertyDescriptor(content, name)?.value : {};
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
}

/** Puts one line's changes into the collections; returns how many there were. */
function loadCommit(content: object, place: LinePlace, path: string, collections: Collections): number {
  const damaged = (reason: string): DamagedFileError =>
    new DamagedFileError(path, place.line, place.byteOffset, reason);
  const load = (name: string, put: unknown, remove: unknown, owned: unknown): number => {
    const collection = collections.get(name);
    if (collection === undefined) throw damaged(`it names a collection ${name}, which this version does not know`);
    const removeOwned = ownedRemovals(owned);
    if (!Array.isArray(put) || !Array.isArray(remove)) throw damaged('it is no list of records');
    if (removeOwned === null) throw damaged(`it removes what belongs to something that is no owner in ${name}`);
    if (!remove.every((id) => typeof id === 'string')) throw damaged(`it removes something that is no id of ${name}`);
    if (!collection.load({ put, remove, removeOwned })) throw damaged(`it holds something that is no record of ${name}`);
    return put.length + remove.length + removeOwned.length;
  };
  const unknown = Object.keys(content).find((name) => !COMMIT_MEMBERS.includes(name));
  if (unknown !== undefined) throw damaged(`it has a member ${unknown}, which this version does not know`);
  const removals = members(content, 'remove');
  const ownedRemovalsOf = members(content, 'removeOwned');
  const puts = members(content, 'put');
  if (removals === null || ownedRemovalsOf === null || puts === null) throw damaged('it is no list of changes by collection');
  let count = 0;
  for (const [name, ids] of removals) count += load(name, [], ids, []);
  for (const [name, owners] of ownedRemovalsOf) count += load(name, [], [], owners);
  for (const [name, records] of puts) count += load(name, records, [], []);
  return count;
}

/**
 * Reads a journal into empty collections; changes no file.
 *
 * @throws {DamagedFileError} where it is damaged other than at its end, or is no journal
 * @throws {NewerFormatError} a newer version of this server wrote it
 */
async function readJournal(file: OpenFile, path: string, collections: Collections): Promise<JournalContent> {
  let entryCount = 0;
  let version = JOURNAL_VERSION;
  const start = Buffer.alloc(Math.min(await file.size(), FIRST_LINE_BYTES));
  await file.read(start, 0);
  // Zeros, an archive or some text have to be told from a header that was cut short: that one stood before nothing.
  const hasLine = start.includes('\n') && start.indexOf(LINE_START) === 0;
  if (!hasLine && !isTornHeader(start)) throw noJournal(path);
  const extent = await readLines(file, path, (content, place) => {
    if (place.line > 1) entryCount += loadCommit(content, place, path, collections);
    else version = checkedVersion(content, path);
  });
  collections.finishLoading();
  if (extent.lineCount === 0 && !isTornHeader(start)) throw noJournal(path);
  return { ...extent, entryCount, version };
}

function noJournal(path: string): DamagedFileError {
  return new DamagedFileError(path, 1, 0, 'it does not begin as a journal of this server does');
}

function checkedVersion(header: object, path: string): number {
  const version = headerVersion(header);
  if (version === null) throw noJournal(path);
  if (version > JOURNAL_VERSION) throw new NewerFormatError(path, version, JOURNAL_VERSION);
  if (Object.keys(header).length !== Object.keys(JOURNAL_HEADER).length) {
    throw new DamagedFileError(path, 1, 0, 'its header has a member that this version does not know');
  }
  return version;
}

/**
 * Opens the journal of a directory for writing, makes it where there is none, reads it into the collections,
 * and sets a torn end aside in a file of its own. Only a journal of this version's format may then grow.
 *
 * @param previous who had the directory before, and did not give it up
 * @param onNotice is told what was set aside
 * @returns the journal, how many entries it holds, and the version of its format
 */
export async function openJournal(
  fileSystem: FileSystem,
  directory: string,
  collections: Collections,
  onNotice: (notice: string) => void,
  previous: LockHolder | null = null,
): Promise<{ journal: JournalFile; entryCount: number; version: number }> {
  const path = join(directory, JOURNAL_FILE);
  await refuseEmptied(path, TORN_FILE_PREFIX, previous, onNotice);
  const file = await fileSystem.open(path);
  try {
    const content = await readJournal(file, path, collections);
    if (content.torn !== null) {
      const aside = await setTornEndAside(fileSystem, directory, file, content);
      onNotice(
        `${path}: the last write was cut short and never acknowledged; its ${content.torn.byteLength} bytes ` +
          `(line ${content.torn.line}) were set aside in ${aside}. Everything before it is here.`,
      );
    }
    const journal = new JournalFile(file, content.wholeBytes);
    if (content.lineCount === 0) await journal.append(encodeLine(JOURNAL_HEADER));
    // A process that was killed may have written and renamed without syncing. What is served and built upon
    // from here on must outlive a power cut.
    await journal.sync();
    await fileSystem.syncDirectoryOf(path);
    // A compaction that did not come to its end: the journal is whole without it.
    await fileSystem.remove(join(directory, NEW_JOURNAL_FILE));
    return { journal, entryCount: content.entryCount, version: content.version };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads the journal of a directory into the collections; changes nothing.
 *
 * @returns what was read, or null where there is no journal
 * @throws what `readJournal` throws
 */
export async function loadJournal(
  fileSystem: FileSystem,
  directory: string,
  collections: Collections,
  previous: LockHolder | null,
  onNotice: (notice: string) => void,
): Promise<JournalContent | null> {
  const path = join(directory, JOURNAL_FILE);
  await refuseEmptied(path, TORN_FILE_PREFIX, previous, onNotice);
  const file = await fileSystem.openExisting(path);
  if (file === null) return null;
  try {
    return await readJournal(file, path, collections);
  } finally {
    await file.close();
  }
}

/** Copies what follows the last whole line to a new file, and only then cuts it off. */
async function setTornEndAside(
  fileSystem: FileSystem,
  directory: string,
  file: OpenFile,
  content: JournalContent,
): Promise<string> {
  const torn = Buffer.alloc((await file.size()) - content.wholeBytes);
  await file.read(torn, content.wholeBytes);
  const time = new Date().toISOString().replaceAll(':', '-');
  const path = join(directory, `${TORN_FILE_PREFIX}${time}.jsonl`);
  const aside = await fileSystem.create(path);
  try {
    await aside.write(torn, 0);
    await aside.sync();
  } catch (error) {
    // Of a disk that is full, say: each start would leave one more. Why it could not be written matters more than this.
    await fileSystem.remove(path).catch(() => {});
    throw error;
  } finally {
    await aside.close();
  }
  await fileSystem.syncDirectoryOf(path);
  await file.truncate(content.wholeBytes);
  await file.sync();
  return path;
}
