/**
 * JSON as the tutorial's server prints it: two-space indent, one newline at the end. Keys stay in the order
 * that they are given in; whoever builds an answer gives them sorted.
 */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** JSON to be sent, often many times, with what is worked out of it once. */
export class JsonContent {
  readonly text: string;
  readonly byteLength: number;

  /** @param value see `jsonText` */
  constructor(value: unknown) {
    this.text = jsonText(value);
    this.byteLength = Buffer.byteLength(this.text);
  }

  /** `latin1` where that says the same: node:http copies it as it is. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.text.length ? 'latin1' : 'utf8';
  }
}
