import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One answer as it came on the wire; `head` is the status line and the fields. */
export interface WireAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** A field's value; undefined where it is absent. The name in lower case. */
  field(name: string): string | undefined;
}

const SILENCE_MS = 15_000;

/** A raw connection whose answers are read one by one, by the framing that the server gave them. */
export class Wire {
  readonly socket: Socket;
  /** The last byte is in `#text` and the connection is gone. */
  closed = false;
  /** It ended in a reset: what the server sent may be lost. */
  reset = false;
  /** It was given up on: nothing came any more. */
  silent = false;
  #text = '';
  #changed: () => void = () => {};

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (chunk: string) => {
      this.#text += chunk;
      this.#changed();
    });
    this.socket.on('error', () => (this.reset = true));
    // A server that falls silent is to fail the test that waits, not to hang it.
    this.socket.setTimeout(SILENCE_MS, () => {
      this.silent = true;
      this.socket.destroy();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.#changed();
    });
  }

  static async open(port: number): Promise<Wire> {
    const wire = new Wire(port);
    await once(wire.socket, 'connect');
    return wire;
  }

  /** Sends the bytes (latin1) as they are. */
  send(bytes: string): void {
    if (!this.socket.destroyed) this.socket.write(bytes, 'latin1');
  }

  /** Sends the bytes, then ends this side. */
  end(bytes = ''): void {
    this.socket.end(bytes, 'latin1');
  }

  /**
   * Reads the next answer, interim ones (100) among them.
   *
   * @param bodiless the answer to HEAD has a length and no body
   * @returns null where the connection ended before it was whole
   */
  async answer(bodiless = false): Promise<WireAnswer | null> {
    for (;;) {
      const taken = this.#take(bodiless);
      if (taken !== null) return taken;
      this.#assertEndedByServer();
      if (this.closed) return null;
      await this.#change();
    }
  }

  /** Waits for the server to end the connection. @returns what came and was not read before */
  async rest(): Promise<string> {
    while (!this.closed) await this.#change();
    this.#assertEndedByServer();
    const rest = this.#text;
    this.#text = '';
    return rest;
  }

  #assertEndedByServer(): void {
    assert.ok(!this.silent, `the server neither answered nor ended the connection in ${SILENCE_MS} ms`);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#changed = resolve));
  }

  #take(bodiless: boolean): WireAnswer | null {
    const end = this.#text.indexOf('\r\n\r\n');
    if (end === -1) return null;
    const head = this.#text.slice(0, end);
    const field = (name: string): string | undefined =>
      new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1];
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    const hasBody = !bodiless && status !== 204 && status >= 200;
    const bodyStart = end + 4;
    const bodyEnd = bodyStart + (hasBody ? Number(field('content-length')) : 0);
    assert.ok(bodyEnd >= bodyStart, `not an answer with a length: ${JSON.stringify(this.#text.slice(0, 300))}`);
    if (this.#text.length < bodyEnd) return null;
    const body = this.#text.slice(bodyStart, bodyEnd);
    this.#text = this.#text.slice(bodyEnd);
    return { status, head, body, field };
  }
}

/** Sends the bytes on a connection of their own. @returns the first answer, and what else came until the end */
export async function exchange(port: number, bytes: string): Promise<{ answer: WireAnswer; wire: Wire }> {
  const wire = await Wire.open(port);
  wire.send(bytes);
  const answer = await wire.answer();
  assert.ok(answer !== null, `no answer to ${JSON.stringify(bytes.slice(0, 200))}`);
  return { answer, wire };
}

/** What every error answer has, whoever made it. @param message the text of the error, where it matters */
export function assertError(answer: WireAnswer, message?: string): void {
  const { status, head, body, field } = answer;
  assert.ok(status >= 400 && status <= 599, head);
  assert.equal(field('x-content-type-options'), 'nosniff', head);
  assert.equal(field('cache-control'), 'no-store', head);
  if (status === 401) assert.ok(field('www-authenticate'), head);
  if (status === 405) assert.notEqual(field('allow'), undefined, head);
  if (status === 429 || status === 503) assert.match(field('retry-after') ?? '', /^\d+$/, head);
  // What a person asked for as a page is shown as one.
  const isPage = field('content-type') === 'text/html; charset=utf-8';
  if (!isPage) assert.equal(field('content-type'), 'application/json', head);
  assert.match(body, isPage ? /^<!doctype html>[^]*<h1>[^]*<\/html>\s*$/i : /^\{\n {2}"error": "[^"\n]+"\n\}\n$/);
  if (message !== undefined) assert.equal(body, `{\n  "error": ${JSON.stringify(message)}\n}\n`);
}
