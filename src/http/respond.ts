import type { IncomingMessage, ServerResponse } from 'node:http';
import { discardBody, hasBody } from './body.ts';
import type { Content } from './content.ts';
import type { HeaderList } from './field-value.ts';
import { JSON_TYPE, JsonContent } from './json.ts';

export type { HeaderList };

export const NO_HEADERS: HeaderList = [];

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  /** null: no content. */
  readonly content: Content | null;
  /** Besides those that every answer has. */
  readonly headers: HeaderList;
}

/** How much of an unread body is dropped, so that its sender can read the answer and use the connection again. */
const MAX_DISCARDED_BYTES = 1_048_576;

/** Browsers must not guess a type: JSON must never run as a script or show as a page. */
const NO_SNIFFING = ['X-Content-Type-Options', 'nosniff'] as const;

/** Almost every answer depends on who asks: none is to be kept by a cache (OWASP ASVS 5.0, 14.3.2). */
const NO_STORE = 'no-store';

/** Header fields as node:http takes them fastest: name, value, name, value. Never changed once they are made. */
type RawHeaders = string[];

/** So many lengths of content are remembered; far more than the users of one site have. */
const MAX_LENGTHS = 1_024;

/** The fields of many answers, made once: those of every answer, some more, and the type and length of the content. */
export class PreparedHeaders {
  readonly #withoutContent: RawHeaders;
  /** Of JSON, by length rather than beside each content: the same few lists stay in the processor's cache. */
  readonly #byLength = new Map<number, RawHeaders>();

  /**
   * @param headers besides those of every answer and those of the content
   * @param cacheControl other than `no-store` only for what is the same for everybody
   */
  constructor(headers: HeaderList, cacheControl: string = NO_STORE) {
    this.#withoutContent = [NO_SNIFFING, ['Cache-Control', cacheControl], ...headers].flat();
  }

  /** @returns the fields of an answer with this content, or with none; not to be changed */
  fieldsFor(content: Content | null): RawHeaders {
    if (content === null) return this.#withoutContent;
    if (content.type !== JSON_TYPE) return this.#fieldsOf(content);
    const known = this.#byLength.get(content.byteLength);
    if (known !== undefined) return known;
    const made = this.#fieldsOf(content);
    if (this.#byLength.size === MAX_LENGTHS) this.#byLength.clear();
    this.#byLength.set(content.byteLength, made);
    return made;
  }

  #fieldsOf({ type, byteLength }: Content): RawHeaders {
    return [...this.#withoutContent, 'Content-Type', type, 'Content-Length', String(byteLength)];
  }
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers: HeaderList = NO_HEADERS): Answer {
  return { status, content: new JsonContent(value), headers };
}

/**
 * Sends a handler's answer. What `http-server.ts` refuses before there is a handler, it answers itself.
 *
 * @param prepared the fields besides those of the answer
 */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  prepared: PreparedHeaders,
): void {
  const { status, content, headers } = answer;
  const hasRequestBody = hasBody(request);
  let fields = prepared.fieldsFor(content);
  if (headers.length > 0) fields = [...fields, ...headers.flat()];
  // A client that was not told to continue may send its body or not: where the next request begins is unknown
  // (RFC 9110, section 10.1.1).
  if (hasRequestBody && request.headers.expect !== undefined && !request.complete) {
    fields = [...fields, 'Connection', 'close'];
  }
  response.writeHead(status, fields);
  if (content === null) response.end();
  else response.end(content.text, content.encoding);
  if (hasRequestBody) {
    discardBody(request, MAX_DISCARDED_BYTES);
  } else {
    // Of a request that nobody reads, node:http sets the stream flowing once it is answered, to be drained, ended and
    // destroyed. Where nothing follows the header there is nothing to drain, and to ask once is to be a reader: 7,600
    // instructions of the bare server's 63,900 for an authenticated GET, 16.9 µs of CPU became 15.4. The price: it
    // holds the request of a connection that is idle then, until `Connections.watch` lets go of it.
    request.read(0);
  }
}
