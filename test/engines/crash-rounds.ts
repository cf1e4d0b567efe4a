import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../helpers/random.ts';
import { makeAccounts } from './crash-accounts.ts';
import type { Accounts } from './crash-accounts.ts';
import { startServer } from './crash-server.ts';
import type { RunningServer } from './crash-server.ts';
import { findSessions, findUsers, runClient } from './crash-workload.ts';
import type { Tally, Target } from './crash-workload.ts';

/** How long a server lives, in milliseconds. */
const SHORTEST_LIFE_MS = 20;
const LONGEST_LIFE_MS = 600;

const VICTIMS_PER_CLIENT = 15;

export interface CrashTestOptions {
  /** Arguments of node, such as `dist/server.js`. */
  readonly command: readonly string[];
  readonly rounds: number;
  readonly clients: number;
  readonly seed: number;
  /** Is told of each round. */
  readonly log?: (line: string) => void;
}

export interface CrashTestResult {
  readonly acknowledged: number;
  readonly unanswered: number;
  /** A server that told of an end that was cut short. */
  readonly tornEnds: number;
  /** A sentence for each write that was lost or is half there; none where all is well. */
  readonly problems: readonly string[];
}

/** Compares what the server holds with what was promised; then that is what is known. */
async function compare(target: Target, accounts: Accounts): Promise<string[]> {
  const users = await findUsers(target, accounts);
  const problems = accounts.users.problems(users);
  accounts.users.settle(users);
  if (target.hasSessions) {
    const sessions = await findSessions(target, accounts.sessions.keys());
    problems.push(...accounts.sessions.problems(sessions));
    accounts.sessions.settle(sessions);
  }
  return problems;
}

/**
 * Rounds of: start a server on what the last one left, compare, let clients write, kill it at a random moment.
 * Every other server has sessions. At the end one more server is compared.
 */
export async function crashTest(options: CrashTestOptions): Promise<CrashTestResult> {
  const { command, rounds, clients, seed, log = () => {} } = options;
  const random = new Random(seed);
  const directory = mkdtempSync(join(tmpdir(), 'crash-test-'));
  const tally: Tally = { acknowledged: 0, unanswered: 0, unexpected: [] };
  const problems: string[] = [];
  let tornEnds = 0;
  let server: RunningServer | null = null;
  try {
    const accounts = await makeAccounts(directory, clients, clients * VICTIMS_PER_CLIENT);
    for (let round = 0; round <= rounds; round += 1) {
      const hasSessions = (rounds - round) % 2 === 0;
      server = await startServer(command, {
        DATA_DIR: directory,
        AUTH_TYPE: hasSessions ? 'session_db_auth' : 'none',
      });
      const target = { base: server.base, hasSessions };
      problems.push(...(await compare(target, accounts)).map((problem) => `round ${round}: ${problem}`));
      if (server.errors().includes('was cut short')) tornEnds += 1;
      if (round < rounds) {
        const lifeMs = SHORTEST_LIFE_MS + random.below(LONGEST_LIFE_MS - SHORTEST_LIFE_MS);
        const before = tally.acknowledged;
        const work = accounts.own.map((account, index) => {
          const clientRandom = new Random(random.below(2 ** 31));
          return runClient(target, accounts, account, `r${round}c${index}`, clientRandom, tally);
        });
        await delay(lifeMs);
        await server.kill();
        await Promise.all(work);
        log(`round ${round}: killed after ${lifeMs} ms, ${tally.acknowledged - before} writes acknowledged`);
      }
    }
    problems.push(...tally.unexpected);
    return { acknowledged: tally.acknowledged, unanswered: tally.unanswered, tornEnds, problems };
  } finally {
    await server?.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}
