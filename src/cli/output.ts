import { visible } from '../http/printable.ts';

/** A stream of the process, such as `process.stdout`. */
export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string, callback: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What somebody did to end the output: `| head -1`, a terminal that was closed. */
const READER_GONE = ['EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED'];

/**
 * Lines to standard output or standard error. A reader that is gone is no error of ours: nothing more is written,
 * and the command goes on to its end.
 */
export class Output {
  readonly isTerminal: boolean;
  readonly #stream: OutputStream;
  #failure: Error | null = null;

  constructor(stream: OutputStream) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    // Without a listener the error would end the process with a stack trace.
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** Why something could not be written, such as a full disk; null also where the reader is gone. */
  get problem(): string | null {
    if (this.#failure === null) return null;
    const code = 'code' in this.#failure ? String(this.#failure.code) : '';
    return READER_GONE.includes(code) ? null : `the output could not be written: ${this.#failure.message}`;
  }

  /** Whether nothing more is written. */
  get isOver(): boolean {
    return this.#failure !== null;
  }

  /** Writes text of ours. @returns once the system has it, or never will */
  write(text: string): Promise<void> {
    if (this.#failure !== null || text === '') return Promise.resolve();
    return new Promise((resolve) => {
      this.#stream.write(text, (error) => {
        this.#failure ??= error ?? null;
        resolve();
      });
    });
  }

  /** Writes a line, of which everything is shown. */
  line(text: string): Promise<void> {
    return this.write(`${visible(text)}\n`);
  }

  /** Writes a value as JSON, of which everything is shown: what is not printable is escaped. */
  json(value: unknown): Promise<void> {
    const text = JSON.stringify(value, null, 2);
    return this.write(`${text.split('\n').map(visible).join('\n')}\n`);
  }

  /**
   * Writes rows: as a table with a heading on a terminal, else in columns two spaces apart, as scripts have read them
   * since the first version. Empty cells at the end of a row are left out.
   */
  async rows(heading: readonly string[], rows: readonly (readonly string[])[]): Promise<void> {
    if (rows.length === 0) return;
    const shown = rows.map((row) => row.map(visible));
    const all = this.isTerminal ? [heading, ...shown] : shown;
    const widths = heading.map((_, column) =>
      this.isTerminal ? Math.max(...all.map((row) => widthOf(row[column] ?? ''))) : 0,
    );
    let text = '';
    for (const row of all) {
      const cells = row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))));
      text += `${cells.join('  ').trimEnd()}\n`;
      if (text.length < 65_536) continue;
      await this.write(text);
      text = '';
    }
    await this.write(text);
  }
}

/** In code points without marks: right for most scripts, and for the others no worse than a ragged column. */
function widthOf(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length;
}
