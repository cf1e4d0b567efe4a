import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashTest } from '../../engines/crash-rounds.ts';
import { SERVER } from '../../helpers/process.ts';

test('a server that is killed at random moments loses no acknowledged write, and leaves none half there', async (t) => {
  const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000_007);
  t.diagnostic(`TEST_SEED=${seed}`);
  const { acknowledged, unanswered, problems } = await crashTest({
    command: [SERVER],
    rounds: 6,
    clients: 20,
    seed,
  });
  t.diagnostic(`${acknowledged} writes acknowledged, ${unanswered} cut off`);
  assert.deepEqual(problems, []);
  assert.ok(acknowledged > 10 && unanswered > 10);
});
