import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Config } from '../../src/config.ts';
import { HttpServer } from '../../src/http/http-server.ts';
import { requestPath } from '../../src/http/request-target.ts';

/**
 * The tutorial's small Flask apps: a server of one text, at `/`.
 *
 * @param rootPath answers `GET /`
 * @param config where to listen
 * @param onClose called once nothing is served any longer, or where it cannot listen
 */
export async function run(
  rootPath: (request: IncomingMessage) => string | Promise<string>,
  config: Pick<Config, 'host' | 'port'>,
  onClose: () => Promise<void> = async () => {},
): Promise<void> {
  const answer = async (request: IncomingMessage): Promise<{ status: number; text: string }> => {
    if (requestPath(request.url ?? '') !== '/') return { status: 404, text: 'Not found\n' };
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, text: 'Method not allowed\n' };
    return { status: 200, text: await rootPath(request) };
  };
  const server = new HttpServer((request, response) => {
    answer(request).then(
      ({ status, text }) => {
        const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
        response.writeHead(status, { ...headers, ...(status === 405 && { Allow: 'GET, HEAD' }) }).end(text);
      },
      (error: unknown) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  const { address, port } = await server.listen(config.port, config.host).catch(async (error: unknown) => {
    await onClose();
    throw error;
  });
  console.log(` * Running on http://${isIPv6(address) ? `[${address}]` : address}:${port}/ (Press CTRL+C to quit)`);
  const stop = (): void => {
    void server.close().then(onClose);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
