import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Serves on a free port until the test ends, requests that expect 100 Continue included. */
export async function serve(
  t: TestContext,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<number> {
  const server = createServer(handler).on('checkContinue', handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

/** A request with these header fields that no connection brought. */
export function requestWith(headers: Readonly<Record<string, string>>, socket = new Socket()): IncomingMessage {
  const request = new IncomingMessage(socket);
  Object.assign(request.headers, headers);
  return request;
}
