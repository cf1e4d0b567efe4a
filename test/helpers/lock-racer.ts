import { DirectoryLock } from '../../src/storage/journal/lock.ts';
import { StoreLockedError } from '../../src/storage/store-errors.ts';

/**
 * A process that takes the lock of a directory when told to, says what came of it, and holds it until told to
 * release it. Run by `lock-race.test.ts`.
 */
export interface RaceCall {
  /** Null: release what you hold. */
  readonly directory: string | null;
  /** Milliseconds since the epoch, at which all of them begin. */
  readonly startAt: number;
  /** False: as on a file system that has no second names for a file. */
  readonly hasLinks: boolean;
}

export interface RaceAnswer {
  readonly pid: number;
  readonly outcome: 'held' | 'released' | 'refused' | 'failed';
  /** Who holds it, or what went wrong. */
  readonly detail: string;
}

let lock: DirectoryLock | null = null;

function answer(outcome: RaceAnswer['outcome'], detail = ''): void {
  const message: RaceAnswer = { pid: process.pid, outcome, detail };
  process.send?.(message);
}

function isCall(message: unknown): message is RaceCall {
  return typeof message === 'object' && message !== null && 'directory' in message && 'startAt' in message && 'hasLinks' in message;
}

process.on('message', (message) => {
  if (isCall(message)) void take(message);
});

function refuseLink(): Promise<never> {
  return Promise.reject(Object.assign(new Error('EPERM: simulated'), { code: 'EPERM' }));
}

async function take({ directory, startAt, hasLinks }: RaceCall): Promise<void> {
  try {
    if (directory === null) {
      await lock?.release();
      lock = null;
      answer('released');
      return;
    }
    while (Date.now() < startAt);
    lock = await DirectoryLock.acquire(directory, hasLinks ? {} : { system: { link: refuseLink } });
    answer('held');
  } catch (error) {
    if (error instanceof StoreLockedError) answer('refused', String(error.pid));
    else answer('failed', String(error));
  }
}
