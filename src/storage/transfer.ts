import { InvalidValueError } from '../errors.ts';
import type { Identified, Repository, Schema, Store, StoredRecord, Transaction } from './store.ts';

/** How many models are read at a time, and written in one commit. */
const BATCH = 200;

const FORMAT = 'session-auth export';
const VERSION = 1;

/** A collection to be moved from store to store; as `transferable` makes it. */
export interface Transferable {
  readonly name: string;
  /** The collection that owns it; null: none. */
  readonly owner: string | null;
  isEmpty(): Promise<boolean>;
  /** Pages of every model, oldest first. */
  pages(): AsyncIterable<readonly { readonly id: string; readonly ownerId: string | null; readonly record: StoredRecord }[]>;
  /** Whether a record is one of this collection. */
  takes(record: unknown): boolean;
  save(transaction: Transaction, record: unknown): Promise<void>;
}

/** @param repository of the schema, in a store that is open */
export function transferable<M extends Identified, O extends Identified>(
  schema: Schema<M, O>,
  repository: Repository<M, O>,
): Transferable {
  const ownerIndex = schema.indexed.concat(schema.unique).find(({ field }) => field === schema.belongsTo?.field);
  const decode = (record: unknown): M | null => schema.decode(record, (id) => id);
  return {
    name: schema.collection,
    owner: schema.belongsTo?.owner?.collection ?? null,
    isEmpty: async () => (await repository.page(null, 1))?.length === 0,
    async *pages() {
      for await (const models of pagesOf(repository)) {
        yield models.map((model) => ({
          id: model.id,
          ownerId: ownerIndex?.valueOf(model) ?? null,
          record: schema.encode(model),
        }));
      }
    },
    takes: (record) => decode(record) !== null,
    async save(transaction, record) {
      const model = decode(record);
      if (model !== null) await transaction.collection(schema).save(model);
    },
  };
}

/** Every model by pages, also while models are removed: where the last one of a page is gone, from the one before it. */
async function* pagesOf<M extends Identified>(repository: Pick<Repository<M>, 'page'>): AsyncGenerator<readonly M[]> {
  let last: readonly M[] = [];
  for (;;) {
    let page: M[] | null = last.length === 0 ? await repository.page(null, BATCH) : null;
    const seen = new Set(last.map(({ id }) => id));
    for (const { id } of last.toReversed()) page ??= await repository.page(id, BATCH);
    if (page === null) throw new InvalidValueError('store', 'the store changes too fast to be read: stop its servers first');
    const fresh = page.filter(({ id }) => !seen.has(id));
    if (fresh.length === 0 && page.length < BATCH) return;
    if (fresh.length > 0) yield fresh;
    last = page;
  }
}

/**
 * Everything in a store, as lines of JSON without their newlines: what it is, each record, and how many there were.
 *
 * @param collections owners before what belongs to them
 */
export async function* exportLines(collections: readonly Transferable[]): AsyncGenerator<string> {
  yield JSON.stringify({ format: FORMAT, version: VERSION });
  const written = new Map<string, Set<string>>();
  let count = 0;
  for (const { name, owner, pages } of collections) {
    const isOwner = collections.some((other) => other.owner === name);
    const ids = new Set<string>();
    const owners = owner === null ? null : (written.get(owner) ?? null);
    for await (const page of pages()) {
      for (const { id, ownerId, record } of page) {
        // Its owner was made after the owners were written: who exports while a server runs gets what there was.
        if (owners !== null && (ownerId === null || !owners.has(ownerId))) continue;
        if (isOwner) ids.add(id);
        count += 1;
        yield JSON.stringify({ collection: name, record });
      }
    }
    written.set(name, ids);
  }
  yield JSON.stringify({ records: count });
}

/**
 * Puts into an empty store what `exportLines` gave. The lines are read twice: all of them are looked at before the first
 * one is written.
 *
 * @param collections of the store, owners before what belongs to them
 * @param readLines gives the lines from the beginning, each time
 * @returns how many records there were
 * @throws {InvalidValueError} the store is not empty, or a line will not do: nothing was written
 * @throws what `Store.transaction` throws: what was written until then is there
 */
export async function importLines(
  store: Pick<Store, 'transaction'>,
  collections: readonly Transferable[],
  readLines: () => AsyncIterable<string>,
): Promise<number> {
  for (const { name, isEmpty } of collections) {
    if (!(await isEmpty())) throw new InvalidValueError('store', `the store has ${name} already: an import needs an empty one`);
  }
  const byName = new Map(collections.map((collection) => [collection.name, collection]));
  for await (const _ of parsedLines(byName, readLines())) {
    // Each is looked at on the way.
  }
  let batch: Parsed[] = [];
  let count = 0;
  const write = async (): Promise<void> => {
    const records = batch;
    batch = [];
    await store.transaction(async (transaction) => {
      for (const { collection, record } of records) await collection.save(transaction, record);
    });
    count += records.length;
  };
  for await (const parsed of parsedLines(byName, readLines())) {
    batch.push(parsed);
    if (batch.length === BATCH) await write();
  }
  if (batch.length > 0) await write();
  return count;
}

interface Parsed {
  readonly collection: Transferable;
  readonly record: unknown;
}

async function* parsedLines(
  byName: ReadonlyMap<string, Transferable>,
  lines: AsyncIterable<string>,
): AsyncGenerator<Parsed> {
  let number = 0;
  let count = 0;
  let isOver = false;
  const refuse = (reason: string): never => {
    throw new InvalidValueError('file', `line ${number}: ${reason}; nothing was imported`);
  };
  for await (const line of lines) {
    number += 1;
    if (isOver) refuse('there is more after the last line');
    const parsed = parseObject(line) ?? refuse('this is no JSON object');
    if (number === 1) {
      if (parsed['format'] !== FORMAT) refuse('this is no export');
      if (parsed['version'] !== VERSION) refuse('another version of this server wrote it');
    } else if (typeof parsed['collection'] === 'string') {
      const { collection: name, record } = parsed;
      const collection = byName.get(name) ?? refuse(`there is no collection ${JSON.stringify(name)}`);
      if (!collection.takes(record)) refuse(`this is no record of ${collection.name}`);
      count += 1;
      yield { collection, record };
    } else {
      if (parsed['records'] !== count) refuse(`there are ${count} records, and were ${JSON.stringify(parsed['records'])}`);
      isOver = true;
    }
  }
  if (!isOver) throw new InvalidValueError('file', 'the end is missing: the file was cut short; nothing was imported');
}

function parseObject(line: string): { readonly [name: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
