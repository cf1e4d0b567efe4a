import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { assemble, parseConfig } from 'session-auth-server';
import type { User } from 'session-auth-server';

/**
 * The application in an HTTP server of your own: it answers below /api/v1, you answer the rest, and ask it who is
 * signed in. Limits on connections, time and sizes are then yours, too: `startService` brings its own.
 */
const { config } = parseConfig(process.env);
const { store, app } = assemble({
  config,
  publicUrl: () => config.publicUrl,
  logs: {
    access: (line) => process.stdout.write(line),
    security: (line) => process.stderr.write(line),
    notice: (line) => process.stderr.write(line),
  },
});
await store.open();
// Sessions that are over leave the disk.
setInterval(() => app.sessions.sweep().catch(console.error), 15_000).unref();

function greet(response: ServerResponse, user: User | null): void {
  response.writeHead(user === null ? 401 : 200, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(user === null ? 'Sign in first.\n' : `Hello ${user.firstName ?? user.email}\n`);
}

/** @returns null for nobody, and under AUTH_TYPE=none */
async function whoAsks(request: { readonly headers: NodeJS.Dict<string | string[]> }): Promise<User | null> {
  return (await app.services.auth?.currentUser(request)) ?? null;
}

const server = createServer((request, response) => {
  if (request.url?.startsWith('/api/v1/')) return app.handle(request, response);
  whoAsks(request).then(
    (user) => greet(response, user),
    () => response.writeHead(500).end(),
  );
});
server.listen(config.port, config.host);
await once(server, 'listening');
console.log('listening on', server.address());

await once(process, 'SIGTERM');
server.close();
await once(server, 'close');
await store.close();
