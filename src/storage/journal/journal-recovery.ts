import { join } from 'node:path';
import { DamagedFileError } from '../../errors.ts';
import type { Collections } from '../memory/collections.ts';
import type { FileSystem, OpenFile } from './file-system.ts';
import { JournalFile } from './journal-file.ts';
import { encodeLine, headerVersion, isHeader, JOURNAL_HEADER, ownedRemovals } from './journal-line.ts';
import { readLines } from './journal-reader.ts';
import type { JournalExtent, LinePlace } from './journal-reader.ts';

export const JOURNAL_FILE = 'journal.jsonl';
/** A compaction's file, until it takes the journal's place. */
export const NEW_JOURNAL_FILE = 'journal.jsonl.new';
/** Followed by the time at which it was set aside. */
export const TORN_FILE_PREFIX = 'journal.torn-';

export interface JournalContent extends JournalExtent {
  /** Puts and removals in all. */
  readonly entryCount: number;
}

function members(content: object, name: 'put' | 'remove' | 'removeOwned'): [string, unknown][] {
  const value = name in content ? Object.getOwnPropertyDescriptor(content, name)?.value : {};
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
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
  let count = 0;
  for (const [name, ids] of members(content, 'remove')) count += load(name, [], ids, []);
  for (const [name, owners] of members(content, 'removeOwned')) count += load(name, [], [], owners);
  for (const [name, records] of members(content, 'put')) count += load(name, records, [], []);
  return count;
}

/**
 * Reads a journal into empty collections; changes no file.
 *
 * @throws {DamagedFileError} where it is damaged other than at its end
 */
export async function readJournal(file: OpenFile, path: string, collections: Collections): Promise<JournalContent> {
  let entryCount = 0;
  const extent = await readLines(file, path, (content, place) => {
    if (place.line > 1) {
      entryCount += loadCommit(content, place, path, collections);
    } else if (!isHeader(content)) {
      throw new DamagedFileError(path, 1, 0, 'it does not begin as a journal of this server does');
    } else if (headerVersion(content) !== JOURNAL_HEADER.version) {
      throw new DamagedFileError(path, 1, 0, 'a newer version of this server wrote it: start that one');
    }
  });
  return { ...extent, entryCount };
}

/**
 * Opens the journal of a directory for writing, makes it where there is none, reads it into the collections,
 * and sets a torn end aside in a file of its own.
 *
 * @param onNotice is told what was set aside
 * @returns the journal, ready to grow, and how many entries it holds
 */
export async function openJournal(
  fileSystem: FileSystem,
  directory: string,
  collections: Collections,
  onNotice: (notice: string) => void,
): Promise<{ journal: JournalFile; entryCount: number }> {
  const path = join(directory, JOURNAL_FILE);
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
    return { journal, entryCount: content.entryCount };
  } catch (error) {
    await file.close();
    throw error;
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
  const aside = await fileSystem.open(path);
  try {
    await aside.write(torn, 0);
    await aside.sync();
  } finally {
    await aside.close();
  }
  await fileSystem.syncDirectoryOf(path);
  await file.truncate(content.wholeBytes);
  await file.sync();
  return path;
}
