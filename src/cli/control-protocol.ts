import type { Socket } from 'node:net';
import { isText, record } from './shape.ts';
import type { Guarded } from './shape.ts';

/**
 * How the command line speaks to the server, over a Unix socket in the data directory: lines of JSON in UTF-8. The
 * server greets, takes one request, answers it, and ends the connection.
 *
 *     ← {"protocol":1,"version":"1.1.0"}
 *     → {"protocol":1,"version":"1.1.0","operation":"user.find","input":{"email":"bob@example.com"}}
 *     ← {"protocol":1,"version":"1.1.0","result":…}  or  {"protocol":1,"version":"1.1.0","problem":"…"}
 *
 * Without the greeting nobody could tell a process that takes no requests from one that died over this request, and a
 * command would be done twice.
 */
export const PROTOCOL = 1;

/** The longest request: a thousand users to be imported. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** The longest answer: a thousand users or sessions. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** How long a request, and the writing of an answer, may take. */
export const TRANSFER_MS = 10_000;
/** How long an answer may take: a hash waits for its turn in a queue. */
export const ANSWER_MS = 120_000;

/** The other side ended the connection, was too slow, or did not keep to the protocol. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly reason: 'ended' | 'slow' | 'malformed';

  constructor(reason: 'ended' | 'slow' | 'malformed') {
    super(`control connection: ${reason}`);
    this.reason = reason;
  }
}

/** What every message has, whatever the version of who sent it. */
export interface Message {
  readonly protocol: number;
  readonly version: string;
  readonly [member: string]: unknown;
}

/**
 * Reads the one line that the other side sends.
 *
 * @throws {ControlError} it ended before, was too slow, or sent what is no message
 */
export async function readMessage(socket: Socket, maxBytes: number, timeoutMs: number): Promise<Message> {
  const line = await readLine(socket, maxBytes, timeoutMs);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
  } catch {
    throw new ControlError('malformed');
  }
  if (typeof value !== 'object' || value === null) throw new ControlError('malformed');
  const members: { readonly protocol?: unknown; readonly version?: unknown } = value;
  const { protocol, version } = members;
  if (typeof protocol !== 'number' || typeof version !== 'string') throw new ControlError('malformed');
  return { ...members, protocol, version };
}

function readLine(socket: Socket, maxBytes: number, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let byteLength = 0;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onEnd).off('end', onEnd).off('error', onEnd);
      finish();
    };
    const fail = (reason: ControlError['reason']): void => settle(() => reject(new ControlError(reason)));
    const onEnd = (): void => fail('ended');
    const onData = (chunk: Buffer): void => {
      const end = chunk.indexOf(0x0a);
      const part = end === -1 ? chunk : chunk.subarray(0, end);
      chunks.push(part);
      byteLength += part.length;
      if (byteLength > maxBytes) fail('malformed');
      else if (end !== -1) settle(() => resolve(Buffer.concat(chunks)));
    };
    const timer = setTimeout(() => fail('slow'), timeoutMs);
    socket.on('data', onData).on('close', onEnd).on('end', onEnd).on('error', onEnd);
  });
}

export function encodeMessage(message: Message): string {
  return `${JSON.stringify(message)}\n`;
}

/** A request of this protocol. */
export const isRequest = record({
  protocol: isProtocol,
  version: isText,
  operation: isText,
  input: isAnything,
});
export type Request = Guarded<typeof isRequest>;

/** An answer of this protocol. */
export const isResult = record({ protocol: isProtocol, version: isText, result: isAnything });
export const isProblem = record({ protocol: isProtocol, version: isText, problem: isText });

function isProtocol(value: unknown): value is typeof PROTOCOL {
  return value === PROTOCOL;
}

function isAnything(value: unknown): value is unknown {
  return value !== undefined;
}
