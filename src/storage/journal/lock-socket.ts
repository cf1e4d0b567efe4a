import { chmodSync, constants, lstatSync, unlinkSync } from 'node:fs';
import { chown, open, rename } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DataDirectoryError } from '../store-errors.ts';
import { isErrorCode } from './error-code.ts';
import type { Owner } from './owner.ts';

/** Where whoever has the directory answers. */
export const LOCK_SOCKET = 'lock.sock';

const SOCKET_MODE = 0o600;

/**
 * Bytes that every system takes as a socket's path: Linux has room for 107, macOS for 103. Node 20 cuts a longer
 * one without a word, and listens somewhere else.
 */
const MAX_PATH_BYTES = 103;

/** What a system says where a file system, or a rule of the service manager, has no Unix sockets. */
const NO_SOCKETS = ['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL', 'ENOSYS', 'EAFNOSUPPORT', 'EPROTONOSUPPORT'];

/** The name of a socket until its process has the lock. */
export function socketNameOf(id: string): string {
  return `lock.${id}.sock`;
}

/**
 * Gives `use` a path of a file in a directory that is short enough for a socket: by way of the directory's
 * descriptor (proc(5), `/proc/self/fd`) where its own is too long.
 *
 * @throws {DataDirectoryError} the path is too long, and the system has no such way
 */
async function withShortPath<T>(directory: string, name: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return use(path);
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const link = `/proc/self/fd/${handle.fd}`;
    const seen = lstatSync(link, { throwIfNoEntry: false });
    if (seen === undefined) {
      const room = MAX_PATH_BYTES - Buffer.byteLength(name) - 1;
      throw new DataDirectoryError(directory, `DATA_DIR ${directory} is too long: choose one of at most ${room} bytes`);
    }
    return await use(join(link, name));
  } finally {
    await handle.close();
  }
}

/** @returns a connection, or null where nobody listens */
export async function connectTo(directory: string, name = LOCK_SOCKET): Promise<Socket | null> {
  return withShortPath(directory, name, (path) => {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(socket);
      });
      socket.once('error', (error) => {
        if (isErrorCode(error, 'ECONNREFUSED', 'ENOENT', 'ENOTDIR', 'ENOTSOCK', ...NO_SOCKETS)) resolve(null);
        else reject(error);
      });
    });
  });
}

/**
 * Whether a process of this machine listens on a socket of the directory. A process that is stopped does; so does
 * one that we may not ask, or that has a queue too long for one more.
 */
export async function socketAnswers(directory: string, name: string): Promise<boolean> {
  try {
    const socket = await connectTo(directory, name);
    socket?.on('error', () => {}).destroy();
    return socket !== null;
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    return true;
  }
}

/** A socket that listens in a directory as long as its process lives. */
export class LockSocket {
  readonly #server: Server;
  readonly #connections: ReadonlySet<Socket>;
  readonly #directory: string;
  #path: string;
  readonly #inode: bigint;

  private constructor(server: Server, connections: ReadonlySet<Socket>, directory: string, path: string) {
    this.#server = server;
    this.#connections = connections;
    this.#directory = directory;
    this.#path = path;
    this.#inode = inodeOf(path) ?? 0n;
  }

  /**
   * @param name of a file that is not there yet
   * @param owner whom the socket is to belong to, or null: whoever runs this process
   * @param onConnection is given each connection, from the moment at which nobody but the owner can make one
   * @returns null where there are no Unix sockets to be had in this directory
   * @throws the system's error
   */
  static async listen(
    directory: string,
    name: string,
    owner: Owner | null,
    onConnection: (socket: Socket) => void,
  ): Promise<LockSocket | null> {
    let isPrivate = false;
    const connections = new Set<Socket>();
    const server = createServer((socket) => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket)).on('error', () => {});
      if (isPrivate) onConnection(socket);
      else socket.destroy();
    });
    const path = join(directory, name);
    try {
      await withShortPath(directory, name, (shortPath) => {
        return new Promise<void>((resolve, reject) => {
          server.once('error', reject);
          server.listen(shortPath, () => {
            server.removeListener('error', reject);
            resolve();
          });
        });
      });
    } catch (error) {
      if (isErrorCode(error, ...NO_SOCKETS)) return null;
      throw error;
    }
    server.on('error', () => {});
    // The lock is no reason for a process to go on.
    server.unref();
    try {
      if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
        throw new DataDirectoryError(directory, `DATA_DIR ${directory}: a socket was made, and is not there: use another`);
      }
      chmodSync(path, SOCKET_MODE);
      if (owner !== null) await chown(path, owner.userId, owner.groupId);
      // Who connected before the mode was set is accepted, and sent away, within these turns.
      await nextTurn();
      await nextTurn();
      isPrivate = true;
      return new LockSocket(server, connections, directory, path);
    } catch (error) {
      await closed(server);
      removeIfThere(path);
      throw error;
    }
  }

  /** Gives the socket the name under which clients look for it. What stood there is gone: nobody has it any more. */
  async publish(): Promise<void> {
    const path = join(this.#directory, LOCK_SOCKET);
    await rename(this.#path, path);
    this.#path = path;
  }

  /** Whether the file in the directory is this socket. */
  isInPlace(): boolean {
    return inodeOf(this.#path) === this.#inode;
  }

  /**
   * Removes the file where it is this socket, and only then stops listening: nobody takes it for abandoned. Ends what
   * is still connected.
   */
  async close(): Promise<void> {
    if (this.isInPlace()) removeIfThere(this.#path);
    for (const connection of this.#connections) connection.destroy();
    await closed(this.#server);
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.unref();
  });
}

function inodeOf(path: string): bigint | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrorCode(error, 'ENOENT')) throw error;
  }
}
