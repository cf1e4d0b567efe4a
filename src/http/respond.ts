import type { IncomingMessage, ServerResponse } from 'node:http';
import { discardBody, hasBody } from './body.ts';
import { jsonText } from './json.ts';

/** Header fields, in order. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

const NO_HEADERS: HeaderList = [];

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  /** JSON text, or empty: no content. */
  readonly body: string;
  /** Besides those that every answer has. */
  readonly headers?: HeaderList;
}

/** How much of an unwanted body is read, so that its sender can read the answer and use the connection again. */
const MAX_DISCARDED_BYTES = 1_048_576;

/** On every answer. */
const COMMON_HEADERS: HeaderList = [
  // Nothing here is to be taken for a script or a page, whatever a browser thinks of its content.
  ['X-Content-Type-Options', 'nosniff'],
  // Almost every answer depends on who asks: none is to be kept by a cache (OWASP ASVS 5.0, 14.3.2).
  ['Cache-Control', 'no-store'],
];

/** Header fields as node:http takes them fastest: name, value, name, value. */
export type RawHeaders = readonly string[];

/**
 * The fields that every answer has, and some more, ready to be sent: to be made once and used often.
 *
 * @param headers besides those of every answer
 */
export function prepareHeaders(headers: HeaderList): RawHeaders {
  return [...COMMON_HEADERS, ...headers].flat();
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers?: HeaderList): Answer {
  return headers === undefined ? { status, body: jsonText(value) } : { status, body: jsonText(value), headers };
}

/**
 * Sends an answer: the one place that does.
 *
 * @param prepared the fields before those of the answer
 */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer, prepared: RawHeaders): void {
  const fields = prepared.slice();
  for (const field of answer.headers ?? NO_HEADERS) fields.push(field[0], field[1]);
  if (answer.body !== '') {
    fields.push('Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(answer.body)));
  }
  const isBodyUnread = hasBody(request);
  // A client that was not told to continue may send its body or not: where the next request begins is unknown
  // (RFC 9110, section 10.1.1).
  if (isBodyUnread && request.headers.expect !== undefined && !request.complete) fields.push('Connection', 'close');
  response.writeHead(answer.status, fields);
  response.end(answer.body);
  if (isBodyUnread) discardBody(request, MAX_DISCARDED_BYTES);
}
