import { createMachine } from '../../src/storage/journal/machine.ts';
import type { Machine } from '../../src/storage/journal/machine.ts';

/** This machine as a process sees it that is in another container: none of our processes is there. */
export function anotherContainer(host = 'another-container'): Machine {
  return { ...createMachine(), host, pid: 1, startedAtMs: 1, hasProcess: () => false, processState: async () => null };
}

/** Another machine, which has the directory by way of a network file system, or a local one. */
export function anotherMachine(isNetworkDirectory: boolean, host = 'another-machine'): Machine {
  return {
    ...anotherContainer(host),
    bootId: async () => 'another-boot',
    isNetworkDirectory: async () => isNetworkDirectory,
  };
}

/** A system without proc(5). */
export function machineWithoutProc(pid = process.pid): Machine {
  return { ...createMachine('/nonexistent'), pid };
}
