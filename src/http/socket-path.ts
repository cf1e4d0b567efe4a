import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** The owner and the group may connect: a proxy is made a member of the group. */
const SOCKET_MODE = 0o660;

/**
 * Removes the socket that a server left behind which was killed. One that still answers stays, and so does whatever is
 * no socket: listening there fails with `EADDRINUSE`.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isSocket() || (await isAnswered(path))) return;
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Lets the group connect, too, and nobody else; until then the umask decides who may: 022, as is usual, the owner alone. */
export async function openToGroup(path: string): Promise<void> {
  await chmod(path, SOCKET_MODE);
}

/** Whether a process listens there. Any other answer than a refusal counts as one. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
