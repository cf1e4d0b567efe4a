import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { HttpServer } from '../../src/http/http-server.ts';

/** What came on a connection until it was closed; `reset` where it was closed by a reset. */
export interface Ended {
  readonly text: string;
  readonly reset: boolean;
}

/** A raw connection: what came on it so far, and when it ended. */
export interface RawConnection {
  readonly socket: Socket;
  readonly received: () => string;
  readonly ended: Promise<Ended>;
  /** Resolves once what was received holds the text. */
  until(text: string): Promise<string>;
}

/** Listens on a free port of the loopback address; closed at the end of the test. */
export async function start(t: TestContext, server: HttpServer): Promise<number> {
  const { port } = await server.listen(0, '127.0.0.1');
  t.after(() => server.close(0));
  return port;
}

/** Connects and sends the bytes as they are (latin1). The client closes its side when the server does. */
export async function dial(port: number, bytes = ''): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let reset = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => (reset = true));
  const ended = new Promise<Ended>((resolve) => socket.on('close', () => resolve({ text, reset })));
  const until = (wanted: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => (text.includes(wanted) ? resolve(text) : undefined);
      socket.on('data', look);
      socket.on('close', () => reject(new Error(`closed without ${wanted}: ${text.slice(0, 300)}`)));
      look();
    });
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes, 'latin1');
  return { socket, received: () => text, ended, until };
}

/** Sends the bytes and waits for the server to end the connection. */
export async function exchange(port: number, bytes: string): Promise<Ended> {
  return (await dial(port, bytes)).ended;
}

export const HOST = 'Host: a\r\n';
export const CLOSE = 'Connection: close\r\n';
/** A request that must always be answered, on a connection of its own. */
export const SOUND = `GET /sound HTTP/1.1\r\n${HOST}${CLOSE}\r\n`;

/** Reads the body, then answers with method, target and body length. */
export function echo(request: IncomingMessage, response: ServerResponse): void {
  let length = 0;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => (length += chunk.length));
  request.on('end', () => response.end(`${request.method} ${request.url} ${length}\n`));
}

/** The answer is that status in the project's error form, with nothing after it. */
export function assertErrorForm(text: string, status: number, message?: string): void {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), text.slice(0, 200));
  assert.match(head, /\r\nContent-Type: application\/json\r\n/);
  assert.match(head, /\r\nX-Content-Type-Options: nosniff\r\n/);
  assert.match(head, /\r\nCache-Control: no-store\r\n/);
  assert.match(head, /\r\nConnection: close$/);
  assert.ok(head.includes(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`), head);
  assert.match(body, /^\{\n {2}"error": "[A-Z][^"]+"\n\}\n$/);
  if (message !== undefined) assert.equal(body, `{\n  "error": "${message}"\n}\n`);
}

export const post = (fields: string, body = ''): string => `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;

export const get = (fields: string): string => `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`;
