import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { FileSystem, OpenFile } from '../../src/storage/journal/file-system.ts';
import { systemError } from './faulty-file-system.ts';

/** A file as the process sees it, and as the disk has it. */
interface Inode {
  seen: Buffer;
  durable: Buffer;
}

/**
 * A file system in memory that keeps apart what processes see and what is on the disk: `sync` puts a file's bytes
 * there, `syncDirectoryOf` the names. It survives the processes that use it, until the power is cut.
 */
export class PowerCutFileSystem implements FileSystem {
  #seen = new Map<string, Inode>();
  #durable = new Map<string, Inode>();

  /**
   * What a disk may hold after a power cut now: all that was synced, and of the rest whatever `chance` says.
   *
   * @param chance gives a number from 0 and below the bound
   */
  afterPowerCut(chance: (bound: number) => number): Map<string, Buffer> {
    // Names reach the disk in their order, all of them or none.
    const names = chance(2) === 0 ? this.#durable : this.#seen;
    return new Map([...names].map(([name, inode]) => [name, survivingBytes(inode, chance)]));
  }

  async open(path: string): Promise<OpenFile> {
    const name = basename(path);
    const inode = this.#seen.get(name) ?? { seen: Buffer.alloc(0), durable: Buffer.alloc(0) };
    this.#seen.set(name, inode);
    return openFile(inode);
  }

  async create(path: string): Promise<OpenFile> {
    if (this.#seen.has(basename(path))) throw systemError('EEXIST');
    return this.open(path);
  }

  async openExisting(path: string): Promise<OpenFile | null> {
    const inode = this.#seen.get(basename(path));
    return inode === undefined ? null : openFile(inode);
  }

  async rename(from: string, to: string): Promise<void> {
    const inode = this.#seen.get(basename(from));
    if (inode === undefined) throw systemError('ENOENT');
    this.#seen.delete(basename(from));
    this.#seen.set(basename(to), inode);
  }

  async remove(path: string): Promise<void> {
    this.#seen.delete(basename(path));
  }

  async syncDirectoryOf(): Promise<void> {
    this.#durable = new Map(this.#seen);
  }
}

function openFile(inode: Inode): OpenFile {
  return {
    size: async () => inode.seen.length,
    read: async (buffer, position) => inode.seen.copy(buffer, 0, position, position + buffer.length),
    write: async (bytes, position) => {
      const gap = Buffer.alloc(Math.max(0, position - inode.seen.length));
      const behind = inode.seen.subarray(position + bytes.length);
      inode.seen = Buffer.concat([inode.seen.subarray(0, position), gap, bytes, behind]);
    },
    truncate: async (length) => {
      const gap = Buffer.alloc(Math.max(0, length - inode.seen.length));
      inode.seen = Buffer.concat([inode.seen, gap]).subarray(0, length);
    },
    sync: async () => {
      inode.durable = Buffer.from(inode.seen);
    },
    close: async () => {},
  };
}

const PAGE_BYTES = 512;

/** The synced bytes, with any of the pages written since, and a length between the two. */
function survivingBytes({ seen, durable }: Inode, chance: (bound: number) => number): Buffer {
  const luck = chance(3);
  if (luck === 0) return Buffer.from(durable);
  if (luck === 1) return Buffer.from(seen);
  const length = chance(2) === 0 ? seen.length : durable.length;
  const bytes = Buffer.alloc(length);
  for (let start = 0; start < length; start += PAGE_BYTES) {
    const source = chance(2) === 0 ? seen : durable;
    bytes.set(source.subarray(start, Math.min(start + PAGE_BYTES, length)), start);
  }
  return bytes;
}

/** Puts files into an empty or a used directory. */
export function restore(directory: string, files: ReadonlyMap<string, Buffer>): void {
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
}
