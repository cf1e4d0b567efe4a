import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import { HttpError } from './http-error.ts';
import { jsonText } from './json.ts';

/** What the protocol layer refuses: the status of the answer, and why, in words for the log. */
export interface ProtocolError {
  readonly status: number;
  readonly reason: string;
}

/** Errors of the connection itself: there is nobody left to answer. */
const CONNECTION_LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

// request-line = method SP request-target SP HTTP-version, cut off inside the target (RFC 9112 section 3).
const UNFINISHED_REQUEST_LINE = /^(?:\r?\n)*[A-Z-]+ [^\s]*$/;

// Host = uri-host [ ":" port ]; uri-host = IP-literal / IPv4address / reg-name, whose characters are
// unreserved / pct-encoded / sub-delims (RFC 9112 section 3.2, RFC 3986 section 3.2.2). Empty is valid.
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

// Transfer-Encoding = #transfer-coding; in a request the last one must be chunked (RFC 9112 sections 6.1, 6.3).
const CHUNKED_LAST = /(?:^|[,\t ])chunked$/;

function field(error: Error, name: string): unknown {
  return Object.getOwnPropertyDescriptor(error, name)?.value;
}

/**
 * Which answer an error that node:http's parser or its timer raised deserves.
 *
 * @param error what a `clientError` event carries
 * @returns the answer, or null when the connection is lost and there is nobody to answer
 * @see RFC 9110 sections 15.5.1, 15.5.9 and 15.5.15; RFC 6585 section 5
 */
export function protocolErrorFor(error: Error): ProtocolError | null {
  const code = field(error, 'code');
  if (typeof code === 'string' && CONNECTION_LOST.has(code)) return null;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, reason: 'the request did not arrive whole in time' };
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { status: overflowedInTarget(error) ? 414 : 431, reason: 'the request line and headers are too long' };
  }
  // The parser's own words are fixed texts: nothing that the client sent is in them.
  return { status: 400, reason: `malformed request: ${error.message}` };
}

function overflowedInTarget(error: Error): boolean {
  const packet = field(error, 'rawPacket');
  const bytesParsed = field(error, 'bytesParsed');
  if (!Buffer.isBuffer(packet) || typeof bytesParsed !== 'number') return false;
  return UNFINISHED_REQUEST_LINE.test(packet.toString('latin1', 0, bytesParsed));
}

/**
 * What a request that node:http's parser let through must be refused for all the same.
 *
 * On the hot path: one walk over the raw headers, no allocation.
 *
 * @param request as it came
 * @param maxHeaders how many header lines a request may have
 * @returns the answer, or null when the request is sound
 * @see RFC 9112 sections 2.3, 3.2, 6.1 and 6.3
 */
export function requestProblem(request: IncomingMessage, maxHeaders: number): ProtocolError | null {
  const raw = request.rawHeaders;
  // The parser's own limit counts names and values without their separators, so very many very short
  // lines would get past it several times over.
  if (raw.length > 2 * maxHeaders) return { status: 431, reason: `more than ${maxHeaders} header lines` };
  let hosts = 0;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (name.length === 4 && (name === 'Host' || name.toLowerCase() === 'host')) {
      hosts += 1;
      if (!HOST.test(raw[i + 1] ?? '')) return { status: 400, reason: 'invalid Host' };
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      // A 1.0 proxy in front reads no chunks and would see the end of this message elsewhere.
      if (request.httpVersion === '1.0') return { status: 400, reason: 'Transfer-Encoding in HTTP/1.0' };
      // The parser lets `gzip, chunked` through with the body still compressed: 501, since where the message ends is
      // known, but not how to read it (RFC 9112 section 6.1).
      const coding = (raw[i + 1] ?? '').trim().toLowerCase();
      if (coding !== 'chunked') {
        return { status: CHUNKED_LAST.test(coding) ? 501 : 400, reason: 'a transfer coding other than chunked' };
      }
    }
  }
  // Two Hosts: a proxy may have judged the request by the one that we do not read.
  if (hosts > 1) return { status: 400, reason: 'more than one Host' };
  // The parser takes 0.9 and 2.0 in a request line for versions it can speak.
  if (request.httpVersionMajor !== 1) return { status: 400, reason: 'not HTTP/1.0 or HTTP/1.1' };
  return hosts === 1 || request.httpVersionMinor === 0 ? null : { status: 400, reason: 'no Host' };
}

/**
 * An error as bytes on the wire, for when there is no ServerResponse to say it with. The connection
 * closes after it: whatever follows on it cannot be told from the broken request.
 *
 * @param status the HTTP status
 * @param extraHeaders further lines, each without its line end, e.g. `Retry-After: 1`
 * @returns the whole answer, in the project's error form
 */
export function rawErrorAnswer(status: number, extraHeaders: readonly string[] = []): string {
  const phrase = STATUS_CODES[status] ?? 'Error';
  const body = jsonText({ error: new HttpError(status).message });
  return [
    `HTTP/1.1 ${status} ${phrase}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    ...extraHeaders,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
