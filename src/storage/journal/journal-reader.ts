import { DamagedFileError } from '../store-errors.ts';
import type { OpenFile } from './file-system.ts';
import { decodeLine, LINE_START } from './journal-line.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 1_048_576;

/** What is left of a file after its last whole line. */
export interface TornEnd {
  readonly line: number;
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface JournalExtent {
  /** Bytes up to the end of the last whole line. */
  readonly wholeBytes: number;
  readonly lineCount: number;
  /** What a crash cut short, or null. */
  readonly torn: TornEnd | null;
}

/** Where a line stands, for error messages. */
export interface LinePlace {
  readonly line: number;
  readonly byteOffset: number;
}

/**
 * Reads a file of checked lines from start to end.
 *
 * A batch is one line, written and synced before the next is begun: so only the last line can have been cut
 * short by a crash, and was then never acknowledged. A line that is not whole with anything behind it is
 * damage, and nobody's to repair by guessing; so is an end in which more than one line begins.
 *
 * @param path for error messages
 * @param onLine is given each line's object in turn
 * @throws {DamagedFileError} a line before the last is not whole, or several are one
 */
export async function readLines(
  file: OpenFile,
  path: string,
  onLine: (content: object, place: LinePlace) => void,
): Promise<JournalExtent> {
  const size = await file.size();
  let position = 0;
  let wholeBytes = 0;
  let line = 1;
  let carried: Buffer = Buffer.alloc(0);
  let torn: TornEnd | null = null;

  while (position < size) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - position));
    const length = await file.read(chunk, position);
    if (length === 0) break;
    position += length;
    const read = chunk.subarray(0, length);
    const bytes = carried.length === 0 ? read : Buffer.concat([carried, read]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      const text = bytes.subarray(start, end + 1);
      if (torn !== null) throw new DamagedFileError(path, torn.line, torn.byteOffset, 'its checksum does not fit');
      const content = decodeLine(text);
      if (content === null) {
        torn = tornEnd(text, path, { line, byteOffset: wholeBytes });
      } else {
        onLine(content, { line, byteOffset: wholeBytes });
        wholeBytes += text.length;
        line += 1;
      }
      start = end + 1;
    }
    carried = bytes.subarray(start);
  }
  if (torn !== null && carried.length > 0) {
    throw new DamagedFileError(path, torn.line, torn.byteOffset, 'its checksum does not fit');
  }
  if (torn === null && carried.length > 0) torn = tornEnd(carried, path, { line, byteOffset: wholeBytes });
  return { wholeBytes, lineCount: line - 1, torn };
}

/** @throws {DamagedFileError} no crash can have left this */
function tornEnd(bytes: Buffer, path: string, { line, byteOffset }: LinePlace): TornEnd {
  if (bytes.indexOf(LINE_START, 1) !== -1) {
    throw new DamagedFileError(path, line, byteOffset, 'more lines than one begin there, and none of them ends');
  }
  return { line, byteOffset, byteLength: bytes.length };
}
