import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measuredProcess } from '../../../src/gateway/metrics/measured-process.ts';
import type { MeasuredProcess } from '../../../src/gateway/metrics/measured-process.ts';
import { nodeFamilies } from '../../../src/gateway/metrics/node-metrics.ts';
import { processFamilies } from '../../../src/gateway/metrics/process-metrics.ts';
import { metricsText } from '../../../src/gateway/metrics/text-format.ts';
import { samplesIn } from '../../helpers/metrics.ts';

const FILES: { readonly [name: string]: string } = {
  status: 'Name:\tnode\nVmPeak:\t    9 kB\nVmSize:\t   12 kB\nVmData:\t    3 kB\n',
  limits: 'Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 4096                 files     \n',
};

const MEASURED: MeasuredProcess = {
  version: 'v20.1.2',
  startSeconds: 1_700_000_000.5,
  cpuUsage: () => ({ user: 1_500_000, system: 250_000 }),
  memoryUsage: () => ({ rss: 100, heapTotal: 50, heapUsed: 25, external: 5 }),
  activeResources: () => ['Timeout', 'TCPServerWrap', 'Timeout'],
  readProc: async (name) => FILES[name] ?? null,
  openFileDescriptors: async () => 21,
};

test('processFamilies() tells of the process by the names of the client libraries', async () => {
  assert.deepEqual(Object.fromEntries(samplesIn(metricsText(await processFamilies(MEASURED)))), {
    process_cpu_user_seconds_total: 1.5,
    process_cpu_system_seconds_total: 0.25,
    process_cpu_seconds_total: 1.75,
    process_start_time_seconds: 1_700_000_000.5,
    process_resident_memory_bytes: 100,
    process_virtual_memory_bytes: 12_288,
    process_heap_bytes: 3_072,
    process_open_fds: 21,
    process_max_fds: 1_024,
  });
});

test('processFamilies() leaves out what the system does not tell', async () => {
  const elsewhere = { ...MEASURED, readProc: async () => null, openFileDescriptors: async () => null };
  const names = [...samplesIn(metricsText(await processFamilies(elsewhere))).keys()];
  assert.deepEqual(names.filter((name) => /fds|virtual|heap/.test(name)), []);
  assert.equal(names.length, 5);
  const unlimited = { ...MEASURED, readProc: async () => 'Max open files            unlimited            unlimited            files\n' };
  assert.equal(samplesIn(metricsText(await processFamilies(unlimited))).get('process_max_fds'), Number.NaN);
  assert.match(metricsText(await processFamilies(unlimited)), /^process_max_fds \+Inf$/m);
});

test('nodeFamilies() tells of Node, its heap and what keeps it going', () => {
  const samples = samplesIn(metricsText(nodeFamilies(MEASURED)));
  assert.equal(samples.get('nodejs_version_info{version="v20.1.2",major="20",minor="1",patch="2"}'), 1);
  assert.equal(samples.get('nodejs_heap_size_total_bytes'), 50);
  assert.equal(samples.get('nodejs_heap_size_used_bytes'), 25);
  assert.equal(samples.get('nodejs_external_memory_bytes'), 5);
  assert.equal(samples.get('nodejs_active_resources{type="Timeout"}'), 2);
  assert.equal(samples.get('nodejs_active_resources{type="TCPServerWrap"}'), 1);
  for (const part of ['total', 'used', 'available']) {
    assert.ok(samples.has(`nodejs_heap_space_size_${part}_bytes{space="old"}`), part);
  }
});

test('measuredProcess() is this process', async () => {
  const measured = measuredProcess();
  assert.equal(measured.version, process.version);
  assert.ok(measured.memoryUsage().rss > 1_000_000);
  assert.ok(measured.cpuUsage().user > 0);
  assert.ok(Math.abs(measured.startSeconds - performance.timeOrigin / 1000) < 1);
  assert.equal(await measured.readProc('nothing-of-that-name'), null);
  if (process.platform === 'linux') {
    assert.match((await measured.readProc('status')) ?? '', new RegExp(`^Pid:\\s+${process.pid}$`, 'm'));
    assert.ok(((await measured.openFileDescriptors()) ?? 0) > 2);
  }
});
