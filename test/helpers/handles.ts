import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How many connections this process has open, either end of one within it counted. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

/** Waits, a turn of the event loop at a time, for something that is about to hold. */
export async function settles(holds: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 10_000;
  while (!holds() && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  return holds();
}

/** What is in use on the heap and outside it once all garbage is gone, in bytes. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new TypeError('no garbage collector at hand');
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
