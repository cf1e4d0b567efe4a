import { readFile, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
// By name, since locks and owners are about processes: nothing here reads the environment or ends one.
import * as system from 'node:process';
import { isErrorCode } from './error-code.ts';

/** A process as the kernel has it. */
export interface ProcessState {
  /** Clock ticks from the boot to the start. */
  readonly startTicks: string;
  /** Ended, though nobody has asked yet how: it writes nothing any more. */
  readonly isOver: boolean;
}

/** What a lock must know of the machine it is on. Tests give one of their own. */
export interface Machine {
  readonly pid: number;
  /** When this process began, in milliseconds since the epoch with their fraction: no two have the same. */
  readonly startedAtMs: number;
  /** Of the machine, or of the container. */
  readonly host: string;
  /** Changes with each boot, and is the same in every container. Null where the system does not tell. */
  bootId(): Promise<string | null>;
  /** Null where there is no such process, or the system does not tell. */
  processState(pid: number): Promise<ProcessState | null>;
  /** Whether a process with this number is there for us to see. */
  hasProcess(pid: number): boolean;
  /** Whether two machines may have this directory at once. */
  isNetworkDirectory(directory: string): Promise<boolean>;
}

/**
 * File systems that more than one machine may have mounted, by the magic number that statfs(2) gives: NFS, SMB
 * (three), FUSE and virtiofs, 9P, CephFS, GFS2, OCFS2, Lustre, GPFS, AFS, Coda, BeeGFS, VirtualBox.
 */
const NETWORK_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x65735546, 0x01021997, 0x00c36400, 0x01161970, 0x7461636f, 0x0bd00bd0,
  0x47504653, 0x5346414f, 0x73757245, 0x19830326, 0x786f4256,
]);

/**
 * The machine that this process is on.
 *
 * @param proc where proc(5) is mounted; systems other than Linux have none
 */
export function createMachine(proc = '/proc'): Machine {
  const readProc = async (path: string): Promise<string | null> => {
    try {
      return await readFile(`${proc}/${path}`, 'utf8');
    } catch {
      return null;
    }
  };
  return {
    pid: system.pid,
    startedAtMs: performance.timeOrigin,
    host: hostname(),

    async bootId() {
      return (await readProc('sys/kernel/random/boot_id'))?.trim() ?? null;
    },

    // Source: proc(5): `stat` has the state as field 3, the number of threads as 20, the start as 22.
    async processState(pid) {
      const stat = await readProc(`${pid}/stat`);
      if (stat === null) return null;
      // Field 2 is the command in parentheses, which may hold spaces and parentheses itself.
      const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // A zombie with threads is still ending, and one of them may be in the middle of a write.
      const isOver = fromThird[0] === 'Z' && Number(fromThird[17]) <= 1;
      return { startTicks: fromThird[19] ?? '', isOver };
    },

    hasProcess(pid) {
      try {
        system.kill(pid, 0);
        return true;
      } catch (error) {
        // EPERM: it is there, and another user's.
        return isErrorCode(error, 'EPERM');
      }
    },

    async isNetworkDirectory(directory) {
      return NETWORK_FILE_SYSTEMS.has((await statfs(directory)).type >>> 0);
    },
  };
}

/** The user whose rights this process has; null on a system that has no such numbers. */
export function effectiveUserId(): number | null {
  return system.geteuid?.() ?? null;
}
