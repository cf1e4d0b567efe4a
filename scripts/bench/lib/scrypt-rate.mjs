/** The machine's own rate of scrypt at our cost, over as many hashes as the argument says, printed as JSON. */
import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(scrypt);

/** N=2^15, r=8, p=3: what the server hashes passwords with. `maxmem` is in bytes. */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };

/** All at once: Node's thread pool takes four at a time, and the others wait for it. */
const count = Number(process.argv[2]);
const startedAt = performance.now();
await Promise.all(Array.from({ length: count }, () => hash('correct horse battery staple', randomBytes(16), 32, COST)));
console.log(JSON.stringify({ hashesPerSecond: (count * 1000) / (performance.now() - startedAt) }));
