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
  const compaction = await Compaction.prepare(options);
  let journal: JournalFile;
  try {
    journal = await compaction.swap(path);
  } catch (error) {
    await compaction.abandon();
    throw error;
  }
  // Nobody reads it any more; all it held is in the new one.
  await options.old.close().catch(() => {});
  return { journal, entryCount: compaction.recordCount };
}
