import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Passes connections on to the session server, counts them, and can stand for a server that is broken. */
export interface Relay {
  readonly port: number;
  /** Connections opened so far. */
  count(): number;
  /** From now on answers each connection with these bytes and closes it; null: passes them on again. */
  answerWith(bytes: string | null): void;
  /** Stops listening, and ends what is open. */
  stop(): Promise<void>;
}

/** @param target a port of the loopback address */
export async function startRelay(t: Pick<TestContext, 'after'>, target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let count = 0;
  let instead: string | null = null;
  const server = createServer((client) => {
    count += 1;
    keep(client);
    if (instead !== null) {
      const bytes = instead;
      client.once('data', () => client.end(bytes));
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    keep(upstream);
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }
  function dropAll(): void {
    for (const socket of sockets) socket.destroy();
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    dropAll();
    await once(server, 'close');
  };
  t.after(stop);
  return {
    port: address.port,
    count: () => count,
    answerWith: (bytes) => {
      instead = bytes;
      dropAll();
    },
    stop,
  };
}
