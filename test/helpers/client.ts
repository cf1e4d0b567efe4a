import { channel } from 'node:diagnostics_channel';
import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Name, value, name, value: as they came, none joined and none dropped. */
  readonly rawHeaders: readonly string[];
  readonly text: string;
  /** The body as JSON; throws where it is none. */
  json(): unknown;
}

/** An answer, and the request that it is for. */
export class SeenAnswer {
  readonly method: string;
  readonly target: string;
  readonly reply: Reply;
  /** What was sent, as JSON has it or as a form's fields; undefined where that is not known. */
  readonly sent: unknown;

  constructor(method: string, target: string, reply: Reply, sent: unknown) {
    this.method = method;
    this.target = target;
    this.reply = reply;
    this.sent = sent;
  }
}

/** Every answer that a test sees, as `SeenAnswer`: `test/openapi/check-every-answer.ts` holds each against the document. */
export const ANSWERS = channel('test.answers');

export interface RequestOptions {
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as it is. */
  readonly body?: string | Buffer;
  /** Sent urlencoded, as curl's -d. */
  readonly form?: { readonly [name: string]: string };
  /** Sent as application/json. */
  readonly json?: unknown;
  /** The Cookie header, as curl's --cookie. */
  readonly cookie?: string;
  /** Email and password, as curl's -u. */
  readonly basic?: readonly [email: string, password: string];
  readonly agent?: Agent | false;
}

/** One request, made with node:http so that nothing is added or followed. */
export function send(base: string, method: string, path: string, options: RequestOptions = {}): Promise<Reply> {
  const headers: OutgoingHttpHeaders = {};
  let body = options.body;
  if (options.form !== undefined) {
    headers['content-type'] = 'application/x-www-form-urlencoded';
    body = new URLSearchParams(options.form).toString();
  }
  if (options.json !== undefined) {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(options.json);
  }
  if (options.cookie !== undefined) headers.cookie = options.cookie;
  if (options.basic !== undefined) {
    headers.authorization = `Basic ${Buffer.from(options.basic.join(':')).toString('base64')}`;
  }
  if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
  const url = new URL(base);
  const outgoing = httpRequest({
    host: url.hostname,
    port: url.port,
    method,
    path,
    headers: { ...headers, ...options.headers },
    agent: options.agent ?? false,
  });
  const reply = replyOf(outgoing, options.json ?? options.form);
  outgoing.end(body);
  return reply;
}

/**
 * The answer to a request, once it is there whole.
 *
 * @param sent see `SeenAnswer`
 */
export function replyOf(outgoing: ClientRequest, sent?: unknown): Promise<Reply> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode: status = 0, headers, rawHeaders } = incoming;
        const reply = { status, headers, rawHeaders, text, json: () => JSON.parse(text) };
        ANSWERS.publish(new SeenAnswer(outgoing.method, outgoing.path, reply, sent));
        resolve(reply);
      });
    });
  });
}

/** `name=value` of the answer's one Set-Cookie, as a browser would send it back. */
export function cookieOf(reply: Reply): string {
  const [cookie, ...others] = reply.headers['set-cookie'] ?? [];
  if (cookie === undefined || others.length > 0) throw new Error('not exactly one Set-Cookie');
  return cookie.split(';', 1)[0] ?? '';
}

/** The members of the JSON object in an answer; throws where there is none. */
export function fieldsOf(reply: Reply): Record<string, unknown> {
  const value = reply.json();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no JSON object');
  return { ...value };
}
