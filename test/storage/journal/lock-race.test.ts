import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LOCK_SOCKET } from '../../../src/storage/journal/lock-socket.ts';
import { LOCK_FILE } from '../../../src/storage/journal/lock.ts';
import { temporaryDirectory } from '../../helpers/directory.ts';
import type { RaceAnswer, RaceCall } from '../../helpers/lock-racer.ts';

const RACER = fileURLToPath(new URL('../../helpers/lock-racer.ts', import.meta.url));
const RACERS = 4;
const ROUNDS = 30;

/** Enough for a call to reach every process before they begin. */
const HEAD_START_MS = 3;

function startRacers(t: TestContext): ChildProcess[] {
  return Array.from({ length: RACERS }, () => {
    const racer = fork(RACER, { execArgv: ['--import', 'tsx'] });
    t.after(async () => {
      const ended = once(racer, 'exit');
      racer.kill('SIGKILL');
      await ended;
    });
    return racer;
  });
}

async function call(racer: ChildProcess, message: RaceCall): Promise<RaceAnswer> {
  const answered = once(racer, 'message');
  racer.send(message);
  const [answer]: RaceAnswer[] = await answered;
  assert.ok(answer !== undefined);
  return answer;
}

/** Locks that nobody alive has. No process has a pid above 2^22 (proc(5), pid_max). */
const STALE: readonly (readonly [title: string, text: string | null])[] = [
  ['a dead process has', '{"pid":4194305,"startedAt":"a dead process"}\n'],
  ['is no lock at all', 'garbage\n'],
  ['is not there', null],
];

for (const hasLinks of [true, false]) {
  test(`DirectoryLock.acquire() lets exactly one of ${RACERS} processes win${hasLinks ? '' : ', without links'}`, async (t) => {
    const racers = startRacers(t);
    // The first answer of each comes once it has started.
    for (const racer of racers) await call(racer, { directory: null, startAt: 0, hasLinks });
    for (const [title, stale] of STALE) {
      await t.test(`where the lock ${title}`, async (subtest) => {
        const directory = temporaryDirectory(subtest);
        for (let round = 0; round < ROUNDS; round += 1) {
          if (stale !== null) writeFileSync(join(directory, LOCK_FILE), stale);
          const startAt = Date.now() + HEAD_START_MS;
          const answers = await Promise.all(racers.map((racer) => call(racer, { directory, startAt, hasLinks })));
          const outcomes = answers.map(({ outcome }) => outcome).sort();
          assert.deepEqual(outcomes, ['held', ...Array(RACERS - 1).fill('refused')], JSON.stringify({ round, answers }));
          assert.deepEqual(readdirSync(directory).sort(), [LOCK_FILE, LOCK_SOCKET]);
          await Promise.all(racers.map((racer) => call(racer, { directory: null, startAt: 0, hasLinks })));
          assert.deepEqual(readdirSync(directory), []);
        }
      });
    }
  });
}
