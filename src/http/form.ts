import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import { HttpError } from './http-error.ts';
import { isUtf8, type MediaType, parseMediaType } from './media-type.ts';
import { parseMultipart } from './multipart.ts';
import { decodeUtf8 } from './utf8.ts';

export interface FormLimits {
  /** Bytes of the body as it is sent. */
  readonly maxBytes: number;
  /** Fields, empty ones and (in multipart) files included. */
  readonly maxFields: number;
}

const MALFORMED_MULTIPART =
  'Bad request: the multipart body does not follow its boundary; send it again, ' +
  'or send the form as application/x-www-form-urlencoded';
const NOT_UTF8 = 'Bad request: the form is not in UTF-8';

/**
 * Reads what Flask's `request.form` holds: the text fields of an urlencoded or multipart body.
 *
 * @returns by name, of two equal names the first; empty where the body is no form
 * @throws {HttpError} 400 for malformed multipart, and text that is not UTF-8; 413 past a limit; 415 for a
 *   content coding, a transfer encoding of a field, or a charset other than UTF-8
 * @throws {RequestAbortedError} the client went away
 * Source: WHATWG URL standard section 5.1; RFC 7578.
 */
export async function readForm(
  request: IncomingMessage,
  response: ServerResponse,
  limits: FormLimits,
): Promise<Map<string, string>> {
  const mediaType = parseMediaType(request.headers['content-type']);
  const parse = mediaType === null ? undefined : PARSERS.get(mediaType.type);
  if (mediaType === null || parse === undefined) return new Map();
  if (!isUtf8(mediaType.parameters.get('charset'))) throw new HttpError(415);
  const body = await readBody(request, response, limits.maxBytes);
  const form = new Map<string, string>();
  if (body.length === 0) return form;
  for (const [name, value] of parse(body, mediaType, limits.maxFields)) {
    if (!form.has(name)) form.set(name, value);
  }
  return form;
}

type Fields = Iterable<readonly [name: string, value: string]>;

type Parser = (body: Buffer, mediaType: MediaType, maxFields: number) => Fields;

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['application/x-www-form-urlencoded', urlencodedFields],
  ['multipart/form-data', multipartFields],
]);

function urlencodedFields(body: Buffer, _mediaType: MediaType, maxFields: number): Fields {
  // Counted first: what would be refused for its size should not cost its size.
  if (occurrences(body, '&') + 1 > maxFields) throw new HttpError(413);
  const text = decodeUtf8(body);
  if (text === null || !areEscapesUtf8(text)) throw new HttpError(400, NOT_UTF8);
  // URLSearchParams drops one leading "?", which in a body is part of the first name.
  return new URLSearchParams(`?${text}`);
}

/** A percent sign without two hex digits stands for itself, as the URL standard has it. */
function areEscapesUtf8(text: string): boolean {
  try {
    decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, 'x'));
    return true;
  } catch {
    return false;
  }
}

function occurrences(body: Buffer, separator: string): number {
  let count = 0;
  for (let at = body.indexOf(separator); at !== -1; at = body.indexOf(separator, at + separator.length)) count += 1;
  return count;
}

// boundary = 0*69<bchars> bcharsnospace (RFC 2046 section 5.1.1); clients write other visible characters too.
const BOUNDARY = /^[\x20-\x7e]{0,69}[\x21-\x7e]$/;

// They change nothing: RFC 2045 section 6.2. What would have to be decoded, RFC 7578 section 4.7 deprecates.
const IDENTITY_ENCODINGS: ReadonlySet<string> = new Set(['', '7bit', '8bit', 'binary']);

function multipartFields(body: Buffer, { parameters }: MediaType, maxFields: number): Fields {
  const boundary = parameters.get('boundary') ?? '';
  const parts = BOUNDARY.test(boundary) ? parseMultipart(body, boundary, maxFields) : null;
  if (parts === null) throw new HttpError(400, MALFORMED_MULTIPART);
  if (parts.length > maxFields) throw new HttpError(413);
  return parts
    .filter(({ isFile }) => !isFile)
    .map(({ name, content, mediaType, transferEncoding }) => {
      if (!IDENTITY_ENCODINGS.has(transferEncoding)) throw new HttpError(415);
      if (!isUtf8(mediaType?.parameters.get('charset'))) throw new HttpError(415);
      const value = decodeUtf8(content);
      if (name === null || value === null) throw new HttpError(400, NOT_UTF8);
      return [name, value] as const;
    });
}
