import { readFileSync, readlinkSync } from 'node:fs';

/** The first descriptor that systemd passes on. */
const FIRST_DESCRIPTOR = 3;

/** A listening socket that was opened for us before we started. */
export interface InheritedSocket {
  readonly descriptor: number;
  /** Of a Unix socket; null: it has an address and a port. */
  readonly path: string | null;
}

/**
 * The sockets that systemd has opened for this process.
 *
 * @param env of the process
 * @param pid of the process: what is set for another one, such as the shell that started us, is not ours
 * @returns none where systemd passes none
 * Source: sd_listen_fds(3).
 */
export function inheritedSockets(
  env: { readonly [name: string]: string | undefined },
  pid: number,
): readonly InheritedSocket[] {
  const { LISTEN_PID, LISTEN_FDS = '' } = env;
  if (LISTEN_PID !== String(pid) || !/^[1-9]\d?$/.test(LISTEN_FDS)) return [];
  return Array.from({ length: Number(LISTEN_FDS) }, (_, index) => {
    const descriptor = FIRST_DESCRIPTOR + index;
    return { descriptor, path: pathOf(descriptor) };
  });
}

/** Node tells what a socket is only once it listens on it, and not where; how its requests are read must be known before. */
function pathOf(descriptor: number): string | null {
  const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`)) ?? [];
  if (inode === undefined) return null;
  // Num: RefCount Protocol Flags Type St Inode Path; proc_net(5).
  const table = readFileSync('/proc/self/net/unix', 'utf8');
  return new RegExp(`^\\S+:(?: \\S+){5} +${inode} (.*)$`, 'm').exec(table)?.[1] ?? null;
}
