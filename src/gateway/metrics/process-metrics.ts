import type { MeasuredProcess } from './measured-process.ts';
import { counted, gauge } from './text-format.ts';
import type { Family } from './text-format.ts';

/**
 * `process_*`: what Prometheus' client libraries tell of any process, by the names that dashboards know. Memory and file
 * descriptors are known on Linux only.
 *
 * Source: Prometheus' documentation, "Writing client libraries", process metrics; proc(5).
 */
export async function processFamilies(measured: MeasuredProcess): Promise<readonly Family[]> {
  const [status, limits, openDescriptors] = await Promise.all([
    measured.readProc('status'),
    measured.readProc('limits'),
    measured.openFileDescriptors(),
  ]);
  const { user, system } = measured.cpuUsage();
  return [
    counted('process_cpu_user_seconds_total', 'User CPU time spent, in seconds', user / 1e6),
    counted('process_cpu_system_seconds_total', 'System CPU time spent, in seconds', system / 1e6),
    counted('process_cpu_seconds_total', 'User and system CPU time spent, in seconds', (user + system) / 1e6),
    gauge('process_start_time_seconds', 'Start of the process, in seconds since the epoch', measured.startSeconds),
    gauge('process_resident_memory_bytes', 'Resident memory', measured.memoryUsage().rss),
    gauge('process_virtual_memory_bytes', 'Virtual memory', kilobytes(status, 'VmSize')),
    gauge('process_heap_bytes', 'Size of the data segment', kilobytes(status, 'VmData')),
    gauge('process_open_fds', 'Open file descriptors', openDescriptors),
    gauge('process_max_fds', 'File descriptors that may be open at once', maxDescriptors(limits)),
  ];
}

/** A size of `/proc/self/status`, in bytes; null where it is not there. */
function kilobytes(status: string | null, name: string): number | null {
  const [, size] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status ?? '') ?? [];
  return size === undefined ? null : Number(size) * 1024;
}

/** The soft limit of `/proc/self/limits`. */
function maxDescriptors(limits: string | null): number | null {
  const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? '') ?? [];
  if (soft === undefined) return null;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
