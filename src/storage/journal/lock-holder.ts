import { createMachine } from './machine.ts';
import type { Machine } from './machine.ts';
import { LOCK_SOCKET, socketAnswers, socketNameOf } from './lock-socket.ts';

/**
 * Who holds a directory, as the lock says. The first two members are what version 1 wrote and reads:
 *
 *     {"pid":7,"startedAt":"<boot id> <clock ticks from the boot to the start>","id":"…","host":"…", …}
 */
export interface LockHolder {
  readonly pid: number;
  /** Tells a process from a later one with its pid; null where the system does not tell. */
  readonly startedAt: string | null;
  /** Of this lock; names its socket. Null in a lock of version 1, which has no socket. */
  readonly id: string | null;
  readonly host: string | null;
  /** `Machine.startedAtMs` of the holder. */
  readonly processStartMs: number | null;
  /** False where the file system takes no sockets. */
  readonly hasSocket: boolean;
  /** Whether there was a journal with something in it while this process had the directory. */
  readonly hasJournal: boolean;
}

/** What a look at a holder found: `unknown` is one on another machine, of which nothing can be seen from here. */
export type HolderState = 'live' | 'over' | 'unknown';

/** What this process writes into its lock. */
export async function describeSelf(machine: Machine, id: string, hasSocket: boolean): Promise<LockHolder> {
  const [bootId, state] = await Promise.all([machine.bootId(), machine.processState(machine.pid)]);
  return {
    pid: machine.pid,
    startedAt: bootId === null || state === null ? null : `${bootId} ${state.startTicks}`,
    id,
    host: machine.host,
    processStartMs: machine.startedAtMs,
    hasSocket,
    hasJournal: false,
  };
}

/** @returns the lock's text, with the line end that tells it from one half written */
export function encodeHolder(holder: LockHolder): string {
  return `${JSON.stringify(holder)}\n`;
}

/** @returns null for a text that no process of ours has written: it holds nothing */
export function parseHolder(text: string): LockHolder | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return null;
  const { pid, startedAt } = value;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return null;
  if (typeof startedAt !== 'string' && startedAt !== null) return null;
  const hasSocket = 'hasSocket' in value && value.hasSocket === true;
  const id = 'id' in value && typeof value.id === 'string' ? value.id : null;
  return {
    pid,
    startedAt,
    id,
    host: 'host' in value && typeof value.host === 'string' ? value.host : null,
    processStartMs:
      'processStartMs' in value && typeof value.processStartMs === 'number' ? value.processStartMs : null,
    hasSocket: hasSocket && id !== null && /^[\w-]+$/.test(id),
    hasJournal: 'hasJournal' in value && value.hasJournal === true,
  };
}

/**
 * Whether the process that wrote a lock is still there.
 *
 * Its socket tells, where it has one: the kernel closes it with the process, and any process of this machine may
 * ask, whichever container it is in. A pid means nothing in another container, so it is looked at only where there
 * is no socket.
 */
export async function stateOfHolder(
  holder: LockHolder,
  directory: string,
  machine: Machine = createMachine(),
): Promise<HolderState> {
  if (holder.hasSocket && holder.id !== null) {
    // Its own name until the lock is taken, then the name that all have. Renamed in between, it is found by the second.
    if (await socketAnswers(directory, socketNameOf(holder.id))) return 'live';
    if (await socketAnswers(directory, LOCK_SOCKET)) return 'live';
  }
  if (await mayRunElsewhere(holder, directory, machine)) return 'unknown';
  if (holder.hasSocket) return 'over';
  return (await isProcessThere(holder, machine)) ? 'live' : 'over';
}

/** A refused connection, or a pid that is not there, proves nothing about another machine that has the directory too. */
async function mayRunElsewhere(holder: LockHolder, directory: string, machine: Machine): Promise<boolean> {
  if (holder.host === null || holder.host === machine.host) return false;
  const bootId = await machine.bootId();
  if (bootId !== null && holder.startedAt?.startsWith(`${bootId} `) === true) return false;
  return machine.isNetworkDirectory(directory);
}

async function isProcessThere(holder: LockHolder, machine: Machine): Promise<boolean> {
  // A restarted container may give this process the pid of the one before.
  if (holder.pid === machine.pid && holder.processStartMs !== machine.startedAtMs) return false;
  if (!machine.hasProcess(holder.pid)) return false;
  const [bootId, state] = await Promise.all([machine.bootId(), machine.processState(holder.pid)]);
  if (bootId === null || state === null) return true;
  return !state.isOver && (holder.startedAt === null || holder.startedAt === `${bootId} ${state.startTicks}`);
}
