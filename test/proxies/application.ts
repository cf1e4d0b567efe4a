import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';

/** A request as the application got it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  /** By name in lower case, `_` as `-`, as an application reads them that cannot tell the two apart. UTF-8. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly sha256: string;
}

/** A small application that believes what the proxy tells it. */
export interface Application {
  readonly port: number;
  /** Every request that got through, in order. */
  readonly seen: readonly Seen[];
}

/** Answers every request with 200, and upgrades to a protocol that sends everything back. */
export async function startApplication(t: Pick<TestContext, 'after'>): Promise<Application> {
  const seen: Seen[] = [];
  // Takes longer headers than the session server: what is refused was not refused here.
  const server = createServer({ maxHeaderSize: 262_144 }, (request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.on('end', () => {
      seen.push(seenOf(request, hash.digest('hex')));
      response.setHeader('Content-Type', 'text/plain');
      response.end('application\n');
    });
  });
  server.on('upgrade', (request, socket) => {
    seen.push(seenOf(request, ''));
    socket.on('error', () => {});
    // HAProxy looks whether the answer is the right one (RFC 6455 section 4.2.2).
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const fields = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields.join('\r\n')}\r\n\r\n`);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, seen };
}

function seenOf({ method = '', url = '', rawHeaders }: IncomingMessage, sha256: string): Seen {
  const headers = new Map<string, readonly string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase().replaceAll('_', '-');
    const value = Buffer.from(rawHeaders[index + 1] ?? '', 'latin1').toString('utf8');
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return { method, url, headers, sha256 };
}
