import { isToken, trimOws } from './field-value.ts';
import { parseMediaType, parseParameters } from './media-type.ts';
import type { MediaType } from './media-type.ts';
import { decodeUtf8 } from './utf8.ts';

/** One part of a multipart body. */
export interface Part {
  /** Of the field; null where it is not UTF-8. */
  readonly name: string | null;
  readonly isFile: boolean;
  /** null where there is none, or it is malformed. */
  readonly mediaType: MediaType | null;
  /** In lower case; empty where there is none. */
  readonly transferEncoding: string;
  /** As it came, a byte order mark included. */
  readonly content: Buffer;
}

const [TAB, LF, CR, SPACE, DASH] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

/**
 * Divides a multipart/form-data body into its parts. What stands before the first delimiter and after the last is
 * skipped. Lines end in CRLF, as RFC 2046 section 4.1.1 has it: a value may hold a bare CR or LF.
 *
 * Our own, since the platform's readers differ between versions of Node in what they take.
 *
 * @param boundary the parameter of `Content-Type`
 * @param maxParts reading stops one part after so many: whoever gets that one knows that there were more
 * @returns null where the body does not follow its boundary or a part has no name
 * Source: RFC 7578 section 4; RFC 2046 section 5.1.1.
 */
export function parseMultipart(body: Buffer, boundary: string, maxParts: number): readonly Part[] | null {
  const parts: Part[] = [];
  const separator = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let delimiter = firstDelimiter(body, separator);
  while (delimiter !== null && !delimiter.isLast && parts.length <= maxParts) {
    const next = nextDelimiter(body, separator, delimiter.end);
    if (next === null) return null;
    const part = readPart(body.subarray(delimiter.end, next.start));
    if (part === null) return null;
    parts.push(part);
    delimiter = next;
  }
  return delimiter === null ? null : parts;
}

interface Delimiter {
  /** Where the part before it ends: the CRLF belongs to the delimiter. */
  readonly start: number;
  /** Where the part after it begins. */
  readonly end: number;
  readonly isLast: boolean;
}

/** At the very beginning of the body a delimiter has no CRLF before it. */
function firstDelimiter(body: Buffer, separator: Buffer): Delimiter | null {
  const isAtStart = body.subarray(0, separator.length - 2).equals(separator.subarray(2));
  return (isAtStart ? delimiterAt(body, 0, separator.length - 2) : null) ?? nextDelimiter(body, separator, 0);
}

function nextDelimiter(body: Buffer, separator: Buffer, from: number): Delimiter | null {
  for (let at = body.indexOf(separator, from); at !== -1; at = body.indexOf(separator, at + 2)) {
    const delimiter = delimiterAt(body, at, at + separator.length);
    if (delimiter !== null) return delimiter;
  }
  return null;
}

/**
 * delimiter = CRLF "--" boundary; close-delimiter = delimiter "--"; after both, transport-padding = *LWSP-char and
 * CRLF (RFC 2046 section 5.1.1). After the last one, the end or any blank will do: scripts end their text with LF.
 *
 * @param afterBoundary the position behind the boundary
 * @returns null where a value only looks like one
 */
function delimiterAt(body: Buffer, start: number, afterBoundary: number): Delimiter | null {
  const isLast = body[afterBoundary] === DASH && body[afterBoundary + 1] === DASH;
  let position = afterBoundary + (isLast ? 2 : 0);
  while (body[position] === SPACE || body[position] === TAB) position += 1;
  const isLineEnd = body[position] === CR && body[position + 1] === LF;
  if (isLast && (isLineEnd || position === body.length || body[position] === LF)) {
    return { start, end: body.length, isLast };
  }
  return !isLast && isLineEnd ? { start, end: position + 2, isLast } : null;
}

// body-part = MIME-part-headers [ CRLF *OCTET ]                           RFC 2046 section 5.1.1
function readPart(bytes: Buffer): Part | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  // An empty part may leave out the empty line: the CRLF after its headers is there all the same.
  if (headEnd === -1 && bytes.indexOf('\r\n', -2) === -1) return null;
  const head = bytes.toString('latin1', 0, headEnd === -1 ? bytes.length - 2 : headEnd);
  const headers = parseHeaders(head);
  const disposition = parseDisposition(headers?.get('content-disposition'));
  if (headers === null || disposition === null) return null;
  return {
    ...disposition,
    mediaType: parseMediaType(headers.get('content-type')),
    transferEncoding: (headers.get('content-transfer-encoding') ?? '').toLowerCase(),
    content: headEnd === -1 ? Buffer.alloc(0) : bytes.subarray(headEnd + 4),
  };
}

// field = field-name ":" value; a line that begins with a blank continues the one before it.
// RFC 5322 section 2.2, with tokens for names as in HTTP
function parseHeaders(text: string): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  for (const line of text.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!isToken(name) || /[\r\n\0]/.test(line)) return null;
    // Of two, one reader takes the first and another the last.
    if (name.startsWith('content-') && headers.has(name)) return null;
    headers.set(name, trimOws(line, colon + 1));
  }
  return headers;
}

// disposition = "form-data" *( ";" parameter )                            RFC 2183 section 2, RFC 7578 section 4.2
const FORM_DATA = /^form-data(?=[ \t]*(?:;|$))/i;

// Browsers write a backslash as it is: it escapes nothing but a quote and itself.
const QUOTED_PAIR = /\\(["\\])/g;

function parseDisposition(field: string | undefined): Pick<Part, 'name' | 'isFile'> | null {
  const type = FORM_DATA.exec(field ?? '')?.[0];
  if (field === undefined || type === undefined) return null;
  const parameters = parseParameters(field.slice(type.length), QUOTED_PAIR);
  const name = parameters === null ? undefined : fieldName(parameters);
  if (parameters === null || name === undefined) return null;
  // filename*=utf-8''…, which .NET writes beside filename, and the pieces filename*0, filename*1 of RFC 2231.
  const isFile = [...parameters.keys()].some((key) => key === 'filename' || key.startsWith('filename*'));
  return { name, isFile };
}

// name*=utf-8''…: RFC 5987 section 3.2; older versions of Python's urllib3 write names outside ASCII so.
const EXTENDED_VALUE = /^utf-8'[^']*'(.*)$/i;

/** @returns undefined where there is none; null where it is not UTF-8 */
function fieldName(parameters: ReadonlyMap<string, string>): string | null | undefined {
  const name = parameters.get('name');
  if (name === undefined) {
    const encoded = EXTENDED_VALUE.exec(parameters.get('name*') ?? '')?.[1];
    return encoded === undefined ? undefined : decodePercent(encoded);
  }
  // The three characters that browsers escape so. HTML standard, "multipart/form-data encoding algorithm"
  const bytes = name.replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n');
  return decodeUtf8(Buffer.from(bytes, 'latin1'));
}

function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
