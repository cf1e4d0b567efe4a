/**
 * JSON as the tutorial's server prints it: two-space indent, one newline at the end. Keys keep their order, so
 * callers give them sorted.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** JSON that is sent many times: its text and its length are computed once. */
export class JsonContent {
  readonly text: string;
  readonly byteLength: number;

  /** @param value see `jsonText` */
  constructor(value: unknown) {
    this.text = jsonText(value);
    this.byteLength = Buffer.byteLength(this.text);
  }

  /** `latin1` where the text is ASCII, since node:http copies that without encoding it. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.text.length ? 'latin1' : 'utf8';
  }
}
