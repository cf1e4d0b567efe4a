/**
 * The ceiling: a bare `node:http` server that sends the same headers and the same body as ours, whoever
 * asks and for whatever. No routing, no session, no log. The body is a string, so that Node sends it with
 * the headers in one write (a Buffer takes two), and the header list is made once.
 */
import { createServer } from 'node:http';

import { announce, sample } from './sample.mjs';

const { body, headers, keepAliveSeconds } = sample;
const loginHeaders = [...headers, 'Set-Cookie', 'session=none'];

const server = createServer({ keepAliveTimeout: keepAliveSeconds * 1000 }, (request, response) => {
  response.writeHead(200, request.method === 'POST' ? loginHeaders : headers);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
