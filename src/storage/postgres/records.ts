import { DamagedRecordError } from '../store-errors.ts';
import { RecentValues } from '../../http/recent-values.ts';
import type { Identified, Owned, Schema } from '../store.ts';
import type { Statement } from './connection.ts';
import { GatheredReads } from './gathered-reads.ts';
import type { Run } from './write-transaction.ts';

/**
 * A model from what was stored.
 *
 * @throws {DamagedRecordError} it is not what `encode` writes
 */
export function decoded<M extends Identified, O extends Identified>(
  schema: Schema<M, O>,
  record: string | null | undefined,
): M {
  const model = schema.decode(JSON.parse(record ?? 'null'), (id) => id);
  if (model === null) throw new DamagedRecordError(schema.collection);
  return model;
}

/**
 * Look-ups of models by id, those of one moment in one query.
 *
 * @param get ids → id, record
 */
export function gatheredModels<M extends Identified, O extends Identified>(
  schema: Schema<M, O>,
  get: Statement,
  read: Run,
): GatheredReads<M> {
  return new GatheredReads(async (ids) => {
    const rows = await read(get, [ids]);
    return new Map(rows.map(([id, record]) => [String(id), decoded(schema, record)]));
  });
}

/**
 * The same with their owners.
 *
 * Nothing is remembered of what is stored: each text has just been read. But a text that is the same as before is the
 * same owner, who never changes: of 6 µs for the models of a request, 3 µs are the user's.
 *
 * @param get ids → id, record, record of the owner
 */
export function gatheredOwned<M extends Identified, O extends Identified>(
  schema: Schema<M, O>,
  owners: Schema<O>,
  get: Statement,
  read: Run,
): GatheredReads<Owned<M, O>> {
  const ownerOf = new RecentValues((record) => decoded(owners, record));
  return new GatheredReads(async (ids) => {
    const rows = await read(get, [ids]);
    return new Map(
      rows.map(([id, record, owner]) => [
        String(id),
        { model: decoded(schema, record), owner: ownerOf.of(owner ?? 'null') },
      ]),
    );
  });
}
