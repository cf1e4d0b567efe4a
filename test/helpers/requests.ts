/** The bytes of requests, as text in latin1. */

export const HOST = 'Host: a\r\n';
export const JSON_TYPE = 'Content-Type: application/json\r\n';
export const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded\r\n';
export const CHUNKED = 'Transfer-Encoding: chunked\r\n';

/** What a case may need of the server it is sent to. */
export interface World {
  /** The field with the cookie of a live session. */
  readonly cookie: string;
  /** Whose session that is. */
  readonly userId: string;
  readonly email: string;
  readonly password: string;
}

/**
 * One exchange. `answers` lists the status of each answer in order, `HEAD:` before one that has no body, then
 * what becomes of the connection; `(400)` is only logged, since nobody reads any more. The bytes are sent in one piece.
 */
export type Case = readonly [
  what: string,
  answers: string,
  bytes: string | ((world: World) => string),
  error?: string,
];

/** A request without a body. @param fields each with its line end */
export function request(line: string, fields = ''): string {
  return `${line} HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

/** A request with a body of declared length. */
export function withBody(line: string, fields: string, body: string): string {
  return request(line, `${fields}Content-Length: ${body.length}\r\n`) + body;
}

/** A request with a body in chunks of `size` bytes. */
export function inChunks(line: string, fields: string, body: string, size = 4_096): string {
  let bytes = request(line, `${fields}${CHUNKED}`);
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size);
    bytes += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  }
  return `${bytes}0\r\n\r\n`;
}

/** What curl's -u sends. */
export function basic(credentials: string): string {
  return `Authorization: Basic ${Buffer.from(credentials, 'latin1').toString('base64')}\r\n`;
}

export const LOGIN = 'POST /api/v1/auth_session/login';
export const STATUS = request('GET /api/v1/status');
