import { scrypt } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { HASH_BYTES, scryptMemoryBytes } from './password-hash.ts';
import type { ScryptCost } from './password-hash.ts';

/** Of libuv's four threads the last one stays with the journal, whose fdatasync would otherwise wait behind hashes. */
const MAX_IN_POOL = 3;

/** A thread that has had nothing to do for so long ends, and its memory goes back. */
const IDLE_MS = 60_000;

// In a string, since a worker's file would have another name in `dist/` than here, and Node 20 reads no TypeScript.
const WORKER_SOURCE = `
  const { scryptSync } = require('node:crypto');
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', ({ input, salt, length, options }) => {
    parentPort.postMessage(scryptSync(input, salt, length, options));
  });
`;

/**
 * scrypt off the main thread: the first three at a time in libuv's pool, the others in threads of our own, made when
 * they are first needed. libuv's pool cannot grow once the process runs, and has four threads for everything.
 *
 * It sets no bound: that is for the caller.
 */
export class ScryptThreads {
  readonly #idle: Worker[] = [];
  readonly #idleMs: number;
  #inPool = 0;
  #threads = 0;

  /** @param options.idleMs milliseconds without work after which a thread of our own ends */
  constructor(options: { idleMs?: number } = {}) {
    this.#idleMs = options.idleMs ?? IDLE_MS;
  }

  /** How many threads of our own there are. */
  get threads(): number {
    return this.#threads;
  }

  /**
   * @param input what is hashed
   * @returns the hash, of `HASH_BYTES`
   * @throws what scrypt throws: there is no memory, or no thread
   * Source: RFC 7914.
   */
  derive(input: Buffer, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
    const { logN, r, p } = cost;
    // OpenSSL's default bound of 32 MiB is just short of today's cost.
    const options = { N: 2 ** logN, r, p, maxmem: scryptMemoryBytes(cost) };
    if (this.#inPool >= MAX_IN_POOL) return this.#inThread({ input, salt, length: HASH_BYTES, options });
    this.#inPool += 1;
    return new Promise((resolve, reject) => {
      scrypt(input, salt, HASH_BYTES, options, (error, hash) => {
        this.#inPool -= 1;
        if (error === null) resolve(hash);
        else reject(error);
      });
    });
  }

  #inThread(job: unknown): Promise<Buffer> {
    const worker = this.#idle.pop() ?? this.#start();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        worker.off('message', onHash).off('error', onError).off('exit', onExit);
      };
      const onHash = (hash: Uint8Array): void => {
        settle();
        this.#rest(worker);
        resolve(Buffer.from(hash));
      };
      const onError = (error: Error): void => {
        settle();
        reject(error);
      };
      const onExit = (): void => onError(new Error('a thread for hashes ended before its hash was made'));
      worker.on('message', onHash).on('error', onError).on('exit', onExit);
      worker.ref();
      worker.postMessage(job);
    });
  }

  #start(): Worker {
    const worker = new Worker(WORKER_SOURCE, { eval: true, execArgv: [] });
    this.#threads += 1;
    worker.on('error', () => {}); // whoever waits for its hash is told; without a listener the process would end
    worker.once('exit', () => {
      this.#threads -= 1;
      const index = this.#idle.indexOf(worker);
      if (index !== -1) this.#idle.splice(index, 1);
    });
    return worker;
  }

  /** The one that rested last is taken first, so that those that are not needed end. None keeps the process alive. */
  #rest(worker: Worker): void {
    this.#idle.push(worker);
    const timer = setTimeout(() => {
      const index = this.#idle.indexOf(worker);
      if (index === -1) return;
      this.#idle.splice(index, 1);
      void worker.terminate();
    }, this.#idleMs).unref();
    worker.once('message', () => clearTimeout(timer));
    // Last: a first listener for messages makes the worker keep the process alive again.
    worker.unref();
  }
}
