import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from '../engines/fuzz.ts';

const REQUESTS = 5_000;
/** Two halves of the same kind: what the second leaves behind is what would go on growing. */
const MAX_GROWTH_BYTES = 8_000_000;

// TEST_SEED repeats a run whose seed was printed; `scripts/fuzz.ts --requests 100000` is the long run.
test('5,000 random requests bring no 5xx, no crash and no growth of memory', { timeout: 120_000 }, async (t) => {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_007);
  t.diagnostic(`TEST_SEED=${seed}`);
  const { requests, statuses, memoryInUse } = await fuzz({ requests: REQUESTS, seed });
  assert.ok(requests >= REQUESTS);
  // It reached what it is to reach: every kind of answer that a client can bring about.
  for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 413, 415]) {
    assert.ok((statuses.get(status) ?? 0) > 0, `no ${status} among ${JSON.stringify([...statuses])}`);
  }
  const [halfWay, atEnd] = memoryInUse;
  t.diagnostic(`memory in use: ${halfWay} bytes half-way, ${atEnd} at the end`);
  assert.ok(atEnd - halfWay < MAX_GROWTH_BYTES, `${atEnd - halfWay} bytes more`);
});
