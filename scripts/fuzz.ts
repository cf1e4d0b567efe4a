import { parseArgs } from 'node:util';
import { fuzz } from '../test/engines/fuzz.ts';

/** Fuzzes real servers: `node --import tsx scripts/fuzz.ts [--requests 100000] [--seed N]`. */
const { values } = parseArgs({ options: { requests: { type: 'string' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);
const report = await fuzz({ requests: Number(values.requests ?? 100_000), seed });
console.log(`${report.requests} requests in ${report.seconds.toFixed(1)} s`);
for (const [status, count] of [...report.statuses].sort(([a], [b]) => a - b)) console.log(`  ${status}: ${count}`);
const megabytes = (bytes: readonly number[]): string => bytes.map((it) => (it / 1e6).toFixed(1)).join(' -> ');
console.log(`memory in use, half-way and at the end: ${megabytes(report.memoryInUse)} MB`);
console.log(`resident memory: ${megabytes(report.residentMemory)} MB`);
