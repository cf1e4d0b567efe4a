import type { Identified, Repository } from '../storage/store.ts';
import { CommandError } from './operation.ts';

/** Models in one answer. */
export const PAGE_LENGTH = 1_000;

/**
 * The models that follow others that were read before.
 *
 * @param after ids of the last ones read, the newest last; empty: from the first model
 * @throws {CommandError} all of them were removed meanwhile
 */
export async function pageAfter<M extends Identified>(
  models: Pick<Repository<M>, 'page'>,
  after: readonly string[],
  limit = PAGE_LENGTH,
): Promise<M[]> {
  if (after.length === 0) return (await models.page(null, limit)) ?? [];
  for (const id of after.toReversed()) {
    const page = await models.page(id, limit);
    if (page !== null) return page;
  }
  throw new CommandError('much was removed while this was read: try again');
}

/** After which the next page is read. More than one: the last may be removed before. */
export function lastIds(entries: readonly { readonly id: string }[]): readonly string[] {
  return entries.slice(-20).map(({ id }) => id);
}
