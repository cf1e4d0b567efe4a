import { Compaction } from './compaction.ts';
import type { CompactionOptions } from './compaction.ts';
import type { JournalFile } from './journal-file.ts';

/**
 * Rewrites a journal of an older format in this version's, before anything is appended to it: the server that wrote it
 * would read over what it does not know, and lose it at its next compaction. Until the rename the old one counts.
 *
 * @param options `old` is the journal, `path` where the new one is made
 * @param path of the journal
 * @returns the journal that counts from now on, and its entries
 * @throws the error of the system; the old journal is as it was, and nothing is left beside it
 */
export async function upgradeJournal(
  options: CompactionOptions,
  path: string,
): Promise<{ journal: JournalFile; entryCount: number }> {
  const { fileSystem, old } = options;
  let compaction: Compaction | null = null;
  try {
    compaction = await Compaction.prepare(options);
    const journal = await compaction.swap(path, options.path);
    await old.close();
    return { journal, entryCount: compaction.recordCount };
  } catch (error) {
    await compaction?.abandon();
    await fileSystem.remove(options.path).catch(() => {});
    throw error;
  }
}
