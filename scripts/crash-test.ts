import { parseArgs } from 'node:util';
import { crashTest } from '../test/engines/crash-rounds.ts';

/**
 * Kills a real server at random moments while clients write, and compares what is there afterwards with what was
 * acknowledged. Exit 1 where anything is lost, or half there.
 *
 *     npm run build && node --import tsx scripts/crash-test.ts [--rounds 50] [--clients 20] [--seed N] [--server PATH]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    clients: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    server: { type: 'string', default: 'dist/server.js' },
  },
});
console.log(`crash test: ${values.rounds} rounds, ${values.clients} clients, --seed ${values.seed}`);
const { acknowledged, unanswered, tornEnds, problems } = await crashTest({
  command: [values.server],
  rounds: Number(values.rounds),
  clients: Number(values.clients),
  seed: Number(values.seed),
  log: console.log,
});
for (const problem of problems) console.log(problem);
console.log(
  `${acknowledged} writes acknowledged, ${unanswered} cut off by a kill, ${tornEnds} torn ends set aside: ` +
    `${problems.length === 0 ? 'nothing lost, nothing half there' : `${problems.length} problems`}`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
