import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './http-error.ts';
import { DEFAULT_HTTP_LIMITS } from './http-limits.ts';
import { isUtf8, parseMediaType } from './media-type.ts';
import { decodeUtf8 } from './utf8.ts';

const NO_BODY = Buffer.alloc(0);

/** The client went away before its request had arrived. Nobody is there to answer. */
export class RequestAbortedError extends Error {
  override readonly name = 'RequestAbortedError';

  constructor() {
    super('the client went away before its request had arrived');
  }
}

/**
 * Whether a body follows the request's header.
 *
 * Source: RFC 9112 section 6.3.
 */
export function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': contentLength, 'transfer-encoding': transferEncoding } = request.headers;
  return transferEncoding !== undefined || (contentLength !== undefined && Number(contentLength) !== 0);
}

/**
 * Reads the whole body. A body that is refused is left where it is: `discardBody` is for the one that answers.
 *
 * @param response told to send `100 Continue` where the client waits for it, once nothing speaks against the body
 * @param maxBytes of the body as it is sent
 * @throws {HttpError} 413 past `maxBytes`; 415 for a content coding
 * @throws {RequestAbortedError} the client went away
 * Source: RFC 9110 sections 8.4, 10.1.1, 15.5.14 and 15.5.16.
 */
export async function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<Buffer> {
  if (!hasBody(request)) return NO_BODY;
  const coding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (coding !== '' && coding !== 'identity') {
    throw new HttpError(415, undefined, [['Accept-Encoding', 'identity']]);
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new HttpError(413);
  if (expectsContinue(request)) response.writeContinue();
  return collect(request, maxBytes);
}

// Expect = #expectation, "100-continue" without regard to case; to be ignored from HTTP/1.0.
// RFC 9110 section 10.1.1
function expectsContinue(request: IncomingMessage): boolean {
  const { expect } = request.headers;
  return expect !== undefined && request.httpVersion === '1.1' && /(?:^|\W)100-continue(?:\W|$)/i.test(expect);
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const body = new Collected(Number(request.headers['content-length'] ?? maxBytes));
    const onData = (chunk: Buffer): void => {
      body.add(chunk);
      if (body.length <= maxBytes) return;
      request.pause(); // without a reader it would flow on, uncounted
      settle(() => reject(new HttpError(413)));
    };
    const onEnd = (): void => settle(() => resolve(body.bytes));
    const onGone = (): void => settle(() => reject(new RequestAbortedError()));
    const settle = (outcome: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      outcome();
    };
    if (request.destroyed) return onGone(); // its "close" is past: nothing would ever come
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** Bytes that come in pieces, in one buffer: kept apart, 65,536 pieces of one byte each would take some 16 MB. */
class Collected {
  length = 0;
  #buffer: Buffer = NO_BODY;
  readonly #expectedBytes: number;

  /** @param expectedBytes as many as will come, or may: no more room is made before they are there */
  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes;
  }

  add(chunk: Buffer): void {
    const needed = this.length + chunk.length;
    if (this.length === 0) {
      this.#buffer = chunk; // most bodies come whole
    } else {
      if (needed > this.#buffer.length) this.#growTo(Math.max(needed, Math.min(2 * needed, this.#expectedBytes)));
      chunk.copy(this.#buffer, this.length);
    }
    this.length = needed;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  #growTo(size: number): void {
    const grown = Buffer.allocUnsafeSlow(size);
    this.#buffer.copy(grown, 0, 0, this.length);
    this.#buffer = grown;
  }
}

/**
 * Reads and drops what is left of a body that nobody wanted, so that the connection is at the next request's
 * first byte and the client can read its answer: closing a socket that holds unread bytes resets it, and a
 * reset overtakes the answer. Call it beside `response.end()`, before or after. Costs nothing without a body.
 *
 * @param maxBytes how much is read for that; whoever sends more is read no further
 * @param lingerMs after which that client's connection is cut: time to read its answer
 * Source: RFC 9112 section 9.6 (lingering close).
 */
export function discardBody(request: IncomingMessage, maxBytes: number, lingerMs = DEFAULT_HTTP_LIMITS.lingerMs): void {
  if (!hasBody(request) || request.destroyed || request.readableEnded) return;
  let length = 0;
  const onData = (chunk: Buffer): void => {
    length += chunk.length;
    if (length <= maxBytes) return;
    request.off('data', onData);
    request.pause();
    cutOffLater(request, lingerMs);
  };
  request.on('data', onData);
  request.resume();
}

function cutOffLater({ socket }: IncomingMessage, lingerMs: number): void {
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

/**
 * Reads a body that should be a JSON object in UTF-8. A byte order mark is skipped (RFC 8259 section 8.1).
 *
 * @param maxBytes as for `readBody`
 * @returns its members, `__proto__` a key like any other; null where the body is not declared or not
 *   readable as JSON, or no object
 * @throws {HttpError} 413 and 415 as `readBody`; 415 for a charset other than UTF-8
 * @throws {RequestAbortedError} the client went away
 * Source: RFC 8259; `+json`: RFC 6839 section 3.1.
 */
export async function readJsonObject(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
): Promise<Map<string, unknown> | null> {
  const mediaType = parseMediaType(request.headers['content-type']);
  if (mediaType === null || !/^application\/json$|\+json$/.test(mediaType.type)) return null;
  if (!isUtf8(mediaType.parameters.get('charset'))) throw new HttpError(415);
  const body = await readBody(request, response, maxBytes);
  const text = decodeUtf8(body);
  const value = text === null ? null : parseJson(text.replace(/^\uFEFF/, ''));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map<string, unknown>(Object.entries(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
