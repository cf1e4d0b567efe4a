/** The content of an answer: its text, length and type, each computed once. */
export class Content {
  readonly text: string;
  readonly type: string;
  readonly byteLength: number;

  /** @param type for `Content-Type` */
  constructor(text: string, type: string) {
    this.text = text;
    this.type = type;
    this.byteLength = Buffer.byteLength(text);
  }

  /** `latin1` where the text is ASCII, since node:http copies that without encoding it. */
  get encoding(): 'latin1' | 'utf8' {
    return this.byteLength === this.text.length ? 'latin1' : 'utf8';
  }
}
