import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import { HttpError } from './http-error.ts';
import { isUtf8, type MediaType, parseMediaType } from './media-type.ts';

export interface FormLimits {
  /** Bytes of the body as it is sent. */
  readonly maxBytes: number;
  /** Fields, empty ones and (in multipart) files included. */
  readonly maxFields: number;
}

const MALFORMED_MULTIPART =
  'Bad request: the multipart body does not follow its boundary; send it again, ' +
  'or send the form as application/x-www-form-urlencoded';

/**
 * Reads what Flask's `request.form` holds: the text fields of an urlencoded or multipart body.
 *
 * @returns by name, of two equal names the first; empty where the body is no form
 * @throws {HttpError} 400 for malformed multipart; 413 past a limit; 415 for a content coding, or a
 *   charset other than UTF-8
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
  for (const [name, value] of await parse(body, mediaType, limits.maxFields)) {
    if (typeof value === 'string' && !form.has(name)) form.set(name, value);
  }
  return form;
}

// boundary = 0*69<bchars> bcharsnospace                                RFC 2046 section 5.1.1
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;

type Fields = Iterable<readonly [name: string, value: unknown]>;

type Parser = (body: Buffer, mediaType: MediaType, maxFields: number) => Fields | Promise<Fields>;

const PARSERS: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['application/x-www-form-urlencoded', urlencodedFields],
  ['multipart/form-data', multipartFields],
]);

function urlencodedFields(body: Buffer, _mediaType: MediaType, maxFields: number): Fields {
  if (occurrences(body, '&') + 1 > maxFields) throw new HttpError(413);
  // URLSearchParams drops one leading "?", which in a body is part of the first name.
  return new URLSearchParams(`?${body.toString('utf8')}`);
}

async function multipartFields(body: Buffer, { parameters }: MediaType, maxFields: number): Promise<Fields> {
  const boundary = parameters.get('boundary') ?? '';
  if (!BOUNDARY.test(boundary)) throw new HttpError(400, MALFORMED_MULTIPART);
  // One delimiter before each part, and the closing one.
  if (occurrences(body, `--${boundary}`) - 1 > maxFields) throw new HttpError(413);
  // Written anew, since the platform's readers differ in the spellings of this field that they understand.
  const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` };
  try {
    return await new Response(body, { headers }).formData();
  } catch {
    throw new HttpError(400, MALFORMED_MULTIPART);
  }
}

/** Counted before the body is parsed: what would be refused for its size should not first cost its size. */
function occurrences(body: Buffer, separator: string): number {
  let count = 0;
  for (let at = body.indexOf(separator); at !== -1; at = body.indexOf(separator, at + separator.length)) count += 1;
  return count;
}
