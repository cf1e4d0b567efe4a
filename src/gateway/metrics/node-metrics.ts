import { getHeapSpaceStatistics } from 'node:v8';
import type { MeasuredProcess } from './measured-process.ts';
import { gauge, gaugeBy } from './text-format.ts';
import type { Family } from './text-format.ts';

/**
 * `nodejs_*` but for event loop and garbage collection: by the names of prom-client, which dashboards for Node know, but
 * for its gauges that end in `_total`, a suffix for counters.
 */
export function nodeFamilies(measured: MeasuredProcess): readonly Family[] {
  const { heapTotal, heapUsed, external } = measured.memoryUsage();
  const spaces = getHeapSpaceStatistics().map((space) => ({ ...space, name: space.space_name.replace(/_space$/, '') }));
  return [
    versionInfo(measured.version),
    gauge('nodejs_heap_size_total_bytes', 'Size of the heap', heapTotal),
    gauge('nodejs_heap_size_used_bytes', 'Used part of the heap', heapUsed),
    gauge('nodejs_external_memory_bytes', 'Memory outside the heap that objects in it hold', external),
    gaugeBy('nodejs_heap_space_size_total_bytes', 'Size of a space of the heap', 'space', spaces.map((it) => [it.name, it.space_size])),
    gaugeBy('nodejs_heap_space_size_used_bytes', 'Used part of a space of the heap', 'space', spaces.map((it) => [it.name, it.space_used_size])),
    gaugeBy('nodejs_heap_space_size_available_bytes', 'Unused part of a space of the heap', 'space', spaces.map((it) => [it.name, it.space_available_size])),
    gaugeBy('nodejs_active_resources', 'What keeps the event loop going, by kind', 'type', countsOf(measured.activeResources())),
  ];
}

function versionInfo(version: string): Family {
  const [major = '', minor = '', patch = ''] = version.replace(/^v/, '').split('.');
  const labels = [['version', version], ['major', major], ['minor', minor], ['patch', patch]] as const;
  return { name: 'nodejs_version_info', help: 'Version of Node', type: 'gauge', samples: [{ labels, value: 1 }] };
}

function countsOf(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
