import type { IncomingMessage, ServerResponse } from 'node:http';
import { discardBody, hasBody } from './body.ts';
import type { Content } from './content.ts';
import type { HeaderList } from './field-value.ts';
import { JsonContent } from './json.ts';

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

/** Header fields as node:http takes them: name, value, name, value. Never changed once they are made. */
type RawHeaders = string[];

/** The fields of many answers, made once: those of every answer, and some more. */
export class PreparedHeaders {
  readonly #fields: RawHeaders;

  /**
   * @param headers besides those of every answer and those of the content
   * @param cacheControl other than `no-store` only for what is the same for everybody
   */
  constructor(headers: HeaderList, cacheControl: string = NO_STORE) {
    this.#fields = [NO_SNIFFING, ['Cache-Control', cacheControl], ...headers].flat();
  }

  /** @returns the fields of an answer with this content, or with none */
  fieldsFor(content: Content | null): RawHeaders {
    if (content === null) return this.#fields;
    return [...this.#fields, 'Content-Type', content.type, 'Content-Length', String(content.byteLength)];
  }
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers: HeaderList = NO_HEADERS): Answer {
  return { status, content: new JsonContent(value), headers };
}

/**
 * The answer to a HEAD for which the content is not made, since it is expensive: a list, say. `Content-Length` is left out.
 *
 * Source: RFC 9110 section 9.3.2: fields whose value is determined only while generating the content may be omitted.
 */
export function jsonHead(status: number, headers: HeaderList = NO_HEADERS): Answer {
  return { status, content: null, headers: [['Content-Type', 'application/json'], ...headers] };
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
