import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { decodeUtf8 } from '../http/utf8.ts';
import type { StoredRecord } from '../storage/store.ts';
import { exportLines, importLines } from '../storage/transfer.ts';
import type { Transferable } from '../storage/transfer.ts';
import { InputEncodingError, withFileErrors } from './input-file.ts';
import {
  COLLECTIONS,
  exportPageOperation,
  importEmptyOperation,
  importRecordsOperation,
  recordTest,
} from './moved-collections.ts';
import type { CollectionName } from './moved-collections.ts';
import { CommandError } from './operation.ts';
import type { Runner } from './operation.ts';
import { lastIds } from './pages.ts';

const LINE_FEED = 0x0a;
/** Longer than any record is. */
const MAX_LINE_BYTES = 1024 * 1024;
const BEGINNING = '{"format":"session-auth export"';

/** Everything that is stored, as lines without their newlines, wherever the store is open. */
export function exportOver(runner: Runner): AsyncGenerator<string> {
  return exportLines(COLLECTIONS.map((name) => collectionOver(name, runner, [])));
}

/**
 * Stores what `exportOver` gave, wherever the store is open.
 *
 * @returns how many records there were
 * @throws {InvalidValueError} the store is not empty, or a line will not do
 * @throws {CommandError} the signal was aborted
 */
export function importOver(runner: Runner, path: string, signal: AbortSignal): Promise<number> {
  const waiting: { collection: CollectionName; record: StoredRecord }[] = [];
  const collections = COLLECTIONS.map((name) => collectionOver(name, runner, waiting));
  const store: Parameters<typeof importLines>[0] = {
    async transaction(work) {
      const done = await work({ collection: () => unreachable() });
      await runner.run(importRecordsOperation, { records: waiting.splice(0) });
      return done;
    },
  };
  return importLines(store, collections, () => linesOf(path, signal));
}

function collectionOver(
  name: CollectionName,
  runner: Runner,
  waiting: { collection: CollectionName; record: StoredRecord }[],
): Transferable {
  return {
    name,
    owner: name === 'users' ? null : 'users',
    isEmpty: () => runner.run(importEmptyOperation, { collection: name }),
    async *pages() {
      let after: readonly string[] = [];
      do {
        const page = await runner.run(exportPageOperation, { collection: name, after });
        if (page.length > 0) yield page;
        after = lastIds(page);
      } while (after.length > 0);
    },
    takes: recordTest(name),
    save: async (_, record) => {
      if (isObject(record)) waiting.push({ collection: name, record });
    },
  };
}

/**
 * Whether a file begins as an export does.
 *
 * @throws {CommandError} it cannot be read
 */
export function isExport(path: string): Promise<boolean> {
  return withFileErrors(path, () => beginsAsExport(path));
}

async function beginsAsExport(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === BEGINNING;
  } finally {
    await file.close();
  }
}

/** @throws {InputEncodingError} a line is not UTF-8, or longer than any record */
async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  const text = (bytes: Buffer): string => {
    const line = bytes.length > MAX_LINE_BYTES ? null : decodeUtf8(bytes);
    if (line === null) throw new InputEncodingError(path);
    return line;
  };
  for await (const chunk of createReadStream(path)) {
    if (signal.aborted) throw new CommandError('interrupted: what was stored until now is there; empty the store before the next try');
    let bytes: Buffer = Buffer.concat([rest, Buffer.from(chunk)]);
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED)) {
      yield text(bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    if (bytes.length > MAX_LINE_BYTES) throw new InputEncodingError(path);
    rest = bytes;
  }
  if (rest.length > 0) yield text(rest);
}

function isObject(value: unknown): value is StoredRecord {
  return typeof value === 'object' && value !== null;
}

function unreachable(): never {
  throw new TypeError('records are stored where the store is open');
}
