import { readdir, readFile } from 'node:fs/promises';
// By name, since these are what is measured: nothing here reads the environment or ends a process.
import { cpuUsage, getActiveResourcesInfo, memoryUsage, version } from 'node:process';

/** What metrics ask of a process. Tests give one of their own. */
export interface MeasuredProcess {
  /** `v20.20.2`. */
  readonly version: string;
  /** Seconds since the epoch. */
  readonly startSeconds: number;
  /** Since the start, in microseconds, all threads together. */
  cpuUsage(): { readonly user: number; readonly system: number };
  /** In bytes. */
  memoryUsage(): { readonly rss: number; readonly heapTotal: number; readonly heapUsed: number; readonly external: number };
  /** What keeps the event loop going: a kind for each. */
  activeResources(): readonly string[];
  /** A file of proc(5) about this process; null where the system does not have it. */
  readProc(name: string): Promise<string | null>;
  /** How many file descriptors are open; null where the system does not tell. */
  openFileDescriptors(): Promise<number | null>;
}

/** This process. */
export function measuredProcess(): MeasuredProcess {
  return {
    version,
    startSeconds: performance.timeOrigin / 1000,
    cpuUsage: () => cpuUsage(),
    memoryUsage: () => memoryUsage(),
    activeResources: () => getActiveResourcesInfo(),
    readProc: (name) => readFile(`/proc/self/${name}`, 'utf8').catch(() => null),
    // One of them is the directory itself while it is read.
    openFileDescriptors: () => readdir('/proc/self/fd').then(({ length }) => length - 1, () => null),
  };
}
