import { write as fsWrite, writeSync } from 'node:fs';

/** fs.write, or what takes its place in a test. */
export type WriteFunction = (
  fd: number,
  bytes: Buffer,
  offset: number,
  length: number,
  position: null,
  callback: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

export interface LogWriterOptions {
  /** Lines are dropped while this much waits. In characters: bytes, in ASCII. The write under way may hold as much. */
  readonly maxBufferedBytes?: number;
  /** How long lines are gathered before they are written. */
  readonly flushIntervalMs?: number;
  /** How long to wait before trying again after EAGAIN: a pipe whose reader is slow. */
  readonly retryDelayMs?: number;
  readonly write?: WriteFunction;
}

/** The options where none are given. */
const DEFAULT_LOG_WRITER_OPTIONS = {
  maxBufferedBytes: 4 * 1024 * 1024,
  flushIntervalMs: 100,
  retryDelayMs: 20,
  write: fsWrite satisfies WriteFunction,
} as const;

/** This much is written without waiting for the timer. */
const FLUSH_BYTES = 64 * 1024;
const SYNC_ATTEMPTS = 50;
const SYNC_RETRY_MS = 10;

/**
 * Lines to a file descriptor, gathered and written off the main thread, one write at a time.
 *
 * `process.stdout` would write each line at once, and on a pipe whose reader is slow keep the rest without bound.
 * Here memory is bounded: lines that find no room are dropped and counted, and one line says how many as soon as
 * there is room. A write that fails (EPIPE: the reader is gone; EIO; ENOSPC) loses its lines, counted as well; later
 * lines are tried again, so that the log comes back when the disk does. This class never throws for a failed write: the
 * server goes on without its log.
 *
 * A pipe should be non-blocking: node:process makes it so when `process.stdout` (or `stderr`) is first read. On a
 * blocking one, a reader that stands still holds a thread of the pool, and process.exit() waits for it.
 */
export class LogWriter {
  /** The line that says how many were dropped, with its line end: to be set for a log that is not plain text. */
  droppedLine = (count: number): string => `${count} log lines were dropped: they could not be written fast enough\n`;
  readonly #fd: number;
  readonly #maxBufferedBytes: number;
  readonly #flushIntervalMs: number;
  readonly #retryDelayMs: number;
  readonly #write: WriteFunction;
  #pending = '';
  #pendingLines = 0;
  #inFlight: Buffer | null = null;
  #inFlightLines = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | null = null;
  #waiters: (() => void)[] = [];

  constructor(fd: number, options: LogWriterOptions = {}) {
    if (!Number.isInteger(fd) || fd < 0) throw new TypeError('fd must be a file descriptor');
    const all = { ...DEFAULT_LOG_WRITER_OPTIONS, ...options };
    this.#fd = fd;
    this.#maxBufferedBytes = all.maxBufferedBytes;
    this.#flushIntervalMs = all.flushIntervalMs;
    this.#retryDelayMs = all.retryDelayMs;
    this.#write = all.write;
  }

  /**
   * Takes a line; it is written soon. Costs a string concatenation.
   *
   * @param line with its line end
   */
  write(line: string): void {
    if (this.#pending.length + line.length > this.#maxBufferedBytes) {
      this.#dropped += 1;
      return;
    }
    this.#pending += line;
    this.#pendingLines += 1;
    if (this.#inFlight !== null) return;
    if (this.#pending.length >= FLUSH_BYTES) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#flushIntervalMs).unref();
  }

  /**
   * Writes now what was taken so far.
   *
   * @returns once each line taken before the call is written, or lost to an error
   */
  flush(): Promise<void> {
    return new Promise((resolve) => this.#afterThisAndNext(resolve));
  }

  /**
   * Writes what is left, for shutdown. The descriptor stays open: it is the caller's.
   *
   * @param timeoutMs after which a reader that stands still is given up on
   * @returns once everything is written, lost to an error, or given up on
   */
  async close(timeoutMs = 2_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([this.flush(), timeout]);
    clearTimeout(timer);
  }

  /**
   * Writes what is left before returning, for an exit after a crash. A write under way is written again: twice is
   * better than not at all. Gives up after half a second, or at the first error.
   */
  flushSync(): void {
    const rest = this.#takePending();
    let bytes = Buffer.concat(this.#inFlight === null ? [rest] : [this.#inFlight, rest]);
    for (let attempt = 0; bytes.length > 0 && attempt < SYNC_ATTEMPTS; ) {
      try {
        bytes = bytes.subarray(writeSync(this.#fd, bytes));
      } catch (error) {
        if (!isAgain(error)) return;
        attempt += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SYNC_RETRY_MS);
      }
    }
  }

  /** What is pending now goes out with the next write; the write under way, if any, comes before it. */
  #afterThisAndNext(resolve: () => void): void {
    if (this.#inFlight !== null) {
      this.#waiters.push(() => this.#afterThisAndNext(resolve));
    } else if (this.#pending === '' && this.#dropped === 0) {
      resolve();
    } else {
      this.#waiters.push(resolve);
      this.#start();
    }
  }

  #takePending(): Buffer {
    const notice = this.#dropped > 0 ? this.droppedLine(this.#dropped) : '';
    const bytes = Buffer.from(this.#pending + notice);
    this.#inFlightLines = this.#pendingLines + this.#dropped;
    this.#pending = '';
    this.#pendingLines = 0;
    this.#dropped = 0;
    return bytes;
  }

  #start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#inFlight !== null) return;
    const bytes = this.#takePending();
    if (bytes.length > 0) this.#writeOut(bytes);
  }

  #writeOut(bytes: Buffer): void {
    this.#inFlight = bytes;
    this.#write(this.#fd, bytes, 0, bytes.length, null, (error, written) => {
      if (error !== null && isAgain(error)) {
        setTimeout(() => this.#writeOut(bytes), this.#retryDelayMs);
      } else if (error === null && written < bytes.length) {
        this.#writeOut(bytes.subarray(written));
      } else {
        this.#settle(error === null ? 0 : this.#inFlightLines);
      }
    });
  }

  #settle(lostLines: number): void {
    this.#inFlight = null;
    this.#dropped += lostLines;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
    if (this.#pending.length >= FLUSH_BYTES) this.#start();
    else if (this.#pending !== '') this.#timer ??= setTimeout(() => this.#start(), this.#flushIntervalMs).unref();
  }
}

function isAgain(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EINTR');
}
