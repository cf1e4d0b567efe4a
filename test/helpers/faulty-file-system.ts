import { setImmediate as nextTurn } from 'node:timers/promises';
import { nodeFileSystem } from '../../src/storage/journal/node-file-system.ts';
import type { FileSystem, OpenFile } from '../../src/storage/journal/file-system.ts';

/** What a store asks of a file system. Reading and closing change nothing, and are no steps. */
export type Operation = 'open' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'syncDirectory';

/** Who did what to which file. */
export interface Step {
  readonly operation: Operation;
  readonly path: string;
  readonly byteLength: number;
}

/** What an open file is called now. */
interface Name {
  path: string;
}

/** An error as the system gives one. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

/** Turns of the event loop that a condition may take: minutes, where a test should fail. */
const MAX_TURNS = 2_000_000;

/** Waits for what other code is about to bring about. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn === MAX_TURNS) throw new Error('what was waited for did not happen');
    await nextTurn();
  }
}

/**
 * The real file system, with faults to order:
 *
 * - `failWith(code, concerns)`: the operations named fail, until `heal()`;
 * - `quotaBytes`: so many bytes may still be written; what goes beyond fails with ENOSPC after the part that fits;
 * - `crashAtStep`: from this step on nothing reaches the disk and every call rejects; with `crashCutsWrite` half
 *   of the write at which it happens still does.
 */
export class FaultyFileSystem implements FileSystem {
  readonly steps: Step[] = [];
  quotaBytes = Number.POSITIVE_INFINITY;
  crashAtStep = Number.POSITIVE_INFINITY;
  crashCutsWrite = false;
  /** A sync that fails may have done its work all the same: nobody knows. */
  doFailedSyncsReachTheDisk = false;
  /** Called before each step, once it is counted. */
  onStep: (step: Step) => void | Promise<void> = () => {};
  readonly #inner: FileSystem;
  /** Of the files that are open. */
  readonly #names = new Set<Name>();
  #isConcerned: (step: Step) => boolean = () => false;
  #code = 'EIO';

  constructor(inner: FileSystem = nodeFileSystem) {
    this.#inner = inner;
  }

  get isCrashed(): boolean {
    return this.steps.length > this.crashAtStep;
  }

  /** Whether a compaction has come to its end: a rename, and the sync of the directory after it. */
  get hasSwapped(): boolean {
    const renamed = this.steps.findLastIndex(({ operation }) => operation === 'rename');
    const synced = this.steps.findLastIndex(({ operation }) => operation === 'syncDirectory');
    return renamed !== -1 && synced > renamed;
  }

  failWith(code: string, isConcerned: (step: Step) => boolean): void {
    this.#code = code;
    this.#isConcerned = isConcerned;
  }

  heal(): void {
    this.quotaBytes = Number.POSITIVE_INFINITY;
    this.#isConcerned = () => false;
  }

  count(operation: Operation, part = ''): number {
    return this.steps.filter((step) => step.operation === operation && step.path.includes(part)).length;
  }

  async open(path: string): Promise<OpenFile> {
    await this.#step({ operation: 'open', path, byteLength: 0 });
    return this.#wrap({ path }, await this.#inner.open(path));
  }

  async create(path: string): Promise<OpenFile> {
    await this.#step({ operation: 'open', path, byteLength: 0 });
    return this.#wrap({ path }, await this.#inner.create(path));
  }

  async openExisting(path: string): Promise<OpenFile | null> {
    this.#failWhereCrashed();
    const file = await this.#inner.openExisting(path);
    return file === null ? null : this.#wrap({ path }, file);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step({ operation: 'rename', path: to, byteLength: 0 });
    await this.#inner.rename(from, to);
    for (const name of this.#names) {
      if (name.path === from) name.path = to;
    }
  }

  async remove(path: string): Promise<void> {
    await this.#step({ operation: 'remove', path, byteLength: 0 });
    await this.#inner.remove(path);
  }

  async syncDirectoryOf(path: string): Promise<void> {
    await this.#step({ operation: 'syncDirectory', path, byteLength: 0 });
    await this.#inner.syncDirectoryOf(path);
  }

  #wrap(name: Name, file: OpenFile): OpenFile {
    this.#names.add(name);
    return {
      size: () => file.size(),
      read: (buffer, position) => {
        this.#failWhereCrashed();
        return file.read(buffer, position);
      },
      write: (bytes, position) => this.#write(name.path, file, bytes, position),
      truncate: async (length) => {
        await this.#step({ operation: 'truncate', path: name.path, byteLength: length });
        await file.truncate(length);
      },
      sync: async () => {
        try {
          await this.#step({ operation: 'sync', path: name.path, byteLength: 0 });
        } catch (error) {
          if (this.doFailedSyncsReachTheDisk && !this.isCrashed) await file.sync();
          throw error;
        }
        await file.sync();
      },
      close: async () => {
        this.#names.delete(name);
        await file.close();
      },
    };
  }

  async #write(path: string, file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
    const wasCrashed = this.isCrashed;
    try {
      await this.#step({ operation: 'write', path, byteLength: bytes.length });
    } catch (error) {
      const isCut = this.isCrashed && !wasCrashed && this.crashCutsWrite;
      if (isCut) await file.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), position);
      throw error;
    }
    const length = Math.min(bytes.length, this.quotaBytes);
    this.quotaBytes -= length;
    await file.write(bytes.subarray(0, length), position);
    if (length < bytes.length) throw systemError('ENOSPC');
  }

  async #step(step: Step): Promise<void> {
    this.steps.push(step);
    this.#failWhereCrashed();
    await this.onStep(step);
    this.#failWhereCrashed();
    if (this.#isConcerned(step)) throw systemError(this.#code);
  }

  #failWhereCrashed(): void {
    if (this.isCrashed) throw systemError('ECRASHED');
  }
}
